"""The key file: the one secret without which the database is noise.

It holds the key-encryption key (KEK), 32 random bytes, and leaves the machine only inside
an encrypted backup.
"""

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.domain.errors import DomainError

KEK_BYTES = 32
_PRIVATE_FOLDER = 0o700
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class UnsafeKeyFileError(DomainError):
    """The key file has a wrong size, or others may get at it; `facts["reason"]` says which."""

    code = "unsafe_key_file"
    machine = True


class KeyInUseError(DomainError):
    """A server or another command uses the key, or is just replacing it."""

    code = "key_in_use"
    machine = True


class UnfinishedRotationError(DomainError):
    """A rotation of the key was begun and has to be finished first: `heyi rotate-key`."""

    code = "rotation_unfinished"
    machine = True


def load_or_create(path: Path) -> bytes:
    """Return the 32 bytes in `path`, making file (0600) and folder (0700) at first use.

    A new key is on the disk, name included, before it is returned: what it encrypts
    must survive a power cut. Raises UnsafeKeyFileError.
    """
    path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    if not path.exists():
        _create(path)
    return _load(path)


@contextmanager
def in_use(path: Path, *, alone: bool = False) -> Iterator[None]:
    """Hold the key as one of those who use it, or as the only one, who may replace it.

    Raises KeyInUseError at once where that cannot be.
    """
    path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    opened = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(opened, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise KeyInUseError from error
    finally:
        os.close(opened)


def next_of(path: Path) -> Path:
    """Return where the key lies that will replace this one; there while a rotation goes on."""
    return path.with_name(f"{path.name}.next")


def expect_settled(path: Path) -> None:
    """Raise UnfinishedRotationError while a rotation was begun and not finished."""
    if next_of(path).exists():
        raise UnfinishedRotationError


def settle(path: Path) -> None:
    """Make the next key the key, durably; nothing is left of the old one."""
    next_of(path).replace(path)
    _sync_folder(path.parent)


def _load(path: Path) -> bytes:
    if path.stat().st_mode & _OTHERS or path.parent.stat().st_mode & _OTHERS_WRITE:
        raise UnsafeKeyFileError(reason="open_to_others", path=str(path))
    key = path.read_bytes()
    if len(key) != KEK_BYTES:
        raise UnsafeKeyFileError(reason="wrong_size", path=str(path))
    return key


def _create(path: Path) -> None:
    opened, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    fresh = Path(name)
    try:
        with os.fdopen(opened, "wb") as file:
            file.write(os.urandom(KEK_BYTES))
            file.flush()
            os.fsync(file.fileno())
        _publish(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _publish(fresh: Path, path: Path) -> None:
    # A link, unlike a rename, never replaces: of two first starts one key wins for both.
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        return


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
