"""Writes files for this account alone, whole or not at all, also through a power cut."""

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from server.ports.store import DiskFullError

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return the file's content, made on first use; of several makers the first one's counts."""
    if not path.exists():
        write_once(path, make())
    return path.read_bytes()


def write_once(path: Path, content: bytes) -> None:
    """Write a private file unless another process was first; survives a crash whole.

    Raises DiskFullError when there is no room; nothing of it stays.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = _part(path, content)
    with suppress(FileExistsError):  # the first writer's file is the one that counts
        path.hardlink_to(part)
    part.unlink()
    _sync_folder(path.parent)


def replace_private(path: Path, content: bytes) -> None:
    """Put new bytes in a private file's place, in one step that survives a crash."""
    _part(path, content).replace(path)
    _sync_folder(path.parent)


def _part(path: Path, content: bytes) -> Path:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("wb") as out:
            os.fchmod(out.fileno(), 0o600)
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno in NO_ROOM:
            raise DiskFullError from error
        raise
    return part


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
