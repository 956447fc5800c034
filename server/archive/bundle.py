"""A backup as one file: a tar stream inside age encryption (age-encryption.org/v1).

age authenticates every 64 KiB, so no byte that was changed is ever written out, and marks
the last piece, so a shortened file is told from a whole one. `age` and `tar` open it
without us.
"""

import os
import shutil
import tarfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import pyrage

from server.ports.backup import BackupError, NoBackup
from server.ports.disk import refusing_when_full

Named = tuple[str, Path]
"""A file's name inside the bundle, and where it lies."""

PRIVATE_FOLDER = 0o700


def new_key() -> tuple[str, str]:
    """Return a fresh secret key and the recipient that belongs to it."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def protected(key: str, passphrase: str) -> bytes:
    """Return a key file's content; with a passphrase, one that `age -i` asks for."""
    plain = f"{key}\n".encode()
    return pyrage.passphrase.encrypt(plain, passphrase) if passphrase else plain


def opened_key(content: bytes, passphrase: str) -> str:
    """Return the secret key in a key file. Raises BackupError."""
    if content.startswith(b"age-encryption.org/"):
        try:
            content = pyrage.passphrase.decrypt(content, passphrase)
        except (pyrage.DecryptError, OSError) as error:
            raise BackupError(reason="wrong_passphrase") from error
    lines = content.decode("ascii", errors="replace").split()
    keys = [line for line in lines if line.startswith("AGE-SECRET-KEY-")]
    if not keys:
        raise BackupError(reason="not_a_key")
    return keys[0]


def write_bundle(out: BinaryIO, files: Iterable[Named], recipients: Sequence[str]) -> int:
    """Write the files, encrypted for each of the recipients, and return how many they were.

    A file that has vanished meanwhile is left out. Raises BackupError, DiskFullError, OSError.
    """
    keys = [_recipient(one) for one in recipients]
    told = _Told(out)
    with refusing_when_full(), ThreadPoolExecutor(1) as beside, _Pipe() as pipe:
        packing = beside.submit(_pack, pipe.write_end, files)
        try:
            pyrage.encrypt_io(pipe.read_end, told, keys)
        except (pyrage.EncryptError, OSError) as error:
            if told.refused is not None:
                raise told.refused from error
            raise BackupError(reason="not_written", said=str(error)) from error
        finally:
            pipe.read_end.close()
        return packing.result()


def read_bundle(source: BinaryIO, folder: Path, key: str) -> None:
    """Write the bundle's files below an empty folder, durably.

    Raises BackupError when it is no bundle, not for this key, damaged or cut short: what
    was written until then has to be thrown away.
    """
    identity = _identity(key)
    with ThreadPoolExecutor(1) as beside, _Pipe() as pipe:
        unpacking = beside.submit(_unpack, pipe.read_end, folder)
        try:
            pyrage.decrypt_io(source, pipe.write_end, [identity])
        except (pyrage.DecryptError, OSError) as error:
            _close(pipe.write_end)
            if _is_ages_own(error):
                raise BackupError(reason=_why(error)) from error
        _close(pipe.write_end)
        unpacking.result()


class _Told:
    """Writes to a file and keeps what refused it, of which pyrage passes on the words alone."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.refused: OSError | None = None

    def write(self, content: bytes) -> int:
        try:
            return self._file.write(content)
        except OSError as error:
            self.refused = error
            raise

    def flush(self) -> None:
        self._file.flush()


class _Pipe:
    """Both ends of a pipe as files, closed at the end whoever closed them before."""

    def __enter__(self) -> "_Pipe":
        read, write = os.pipe()
        self.read_end, self.write_end = os.fdopen(read, "rb"), os.fdopen(write, "wb")
        return self

    def __exit__(self, *_: object) -> None:
        _close(self.write_end)
        _close(self.read_end)


def _close(end: BinaryIO) -> None:
    # The other end may be gone already: whoever left it says why.
    with suppress(OSError):
        end.close()


def _pack(out: BinaryIO, files: Iterable[Named]) -> int:
    packed = 0
    with out, tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as bundle:
        for name, path in files:
            with suppress(FileNotFoundError), path.open("rb") as content:
                bundle.addfile(_member(name, os.fstat(content.fileno())), content)
                packed += 1
    return packed


def _member(name: str, stat: os.stat_result) -> tarfile.TarInfo:
    # A file that grows meanwhile, such as a recording, counts as long as it is now.
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = stat.st_size, stat.st_mode & 0o777, stat.st_mtime
    return member


def _unpack(source: BinaryIO, folder: Path) -> None:
    with source:
        try:
            with tarfile.open(fileobj=source, mode="r|") as bundle:
                for member in bundle:
                    _write_member(bundle, member, folder)
        except tarfile.TarError as error:
            raise BackupError(reason="not_a_backup") from error
        shutil.copyfileobj(source, _Nowhere())
    _sync_folders(folder)


class _Nowhere:
    """Takes what follows the end of the tar stream, so that its writer can finish."""

    def write(self, content: bytes) -> int:
        return len(content)


def _write_member(bundle: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    name = PurePosixPath(member.name)
    content = bundle.extractfile(member) if member.isreg() else None
    if content is None or name.is_absolute() or ".." in name.parts:
        raise BackupError(reason="not_a_backup")
    path = folder / name
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    with refusing_when_full(), path.open("xb") as out:
        shutil.copyfileobj(content, out, 1 << 20)
        os.fchmod(out.fileno(), member.mode & 0o777)
        out.flush()
        os.fsync(out.fileno())


def _sync_folders(folder: Path) -> None:
    for below in (*(p for p in folder.rglob("*") if p.is_dir()), folder):
        handle = os.open(below, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _recipient(text: str) -> "pyrage.x25519.Recipient":
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except (pyrage.RecipientError, ValueError) as error:
        raise BackupError(reason="no_recipient", recipient=text) from error


def _identity(text: str) -> "pyrage.x25519.Identity":
    try:
        return pyrage.x25519.Identity.from_str(text)
    except (pyrage.IdentityError, ValueError) as error:
        raise BackupError(reason="not_a_key") from error


def _why(error: BaseException) -> NoBackup:
    if "No matching keys" in str(error):
        return "wrong_key"
    return "cut_or_damaged" if isinstance(error, OSError) else "not_a_backup"


def _is_ages_own(error: BaseException) -> bool:
    # Otherwise the reader has left the pipe, and its own error tells why.
    return isinstance(error, pyrage.DecryptError) or "decryption error" in str(error)
