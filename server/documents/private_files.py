"""Writes files for this account alone, whole or not at all, also through a power cut."""

import os
import re
import stat
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from server.ports.disk import refusing_when_full
from server.ports.store import DiskFullError

LEFT_AFTER = 3600
"""Seconds after which a part belongs to nobody: one is written within moments."""

_PART = re.compile(r"\..+\.[0-9]{1,7}|\.kek(\.next)?\.[a-z0-9_]{8}")
"""What `_part` calls its file, and what mkstemp calls that of a new master secret."""


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return the file's content, made on first use; of several makers the first one's counts."""
    if not path.exists():
        write_once(path, make())
    return path.read_bytes()


def content_of(path: Path) -> bytes | None:
    """Return the file's content, None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


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


def sweep(folder: Path, now: datetime) -> int:
    """Remove the parts that killed processes left in a folder; return how many.

    A part is a second name of a private file, or nobody's: left
    there, it would keep a master secret that has been replaced since. By its age, not by its
    process: another may have that number by now, or run on another machine.
    """
    found = [path for path in folder.glob(".*") if _PART.fullmatch(path.name)]
    left = [path for path in found if _is_left(path, now.timestamp() - LEFT_AFTER)]
    for path in left:
        path.unlink(missing_ok=True)
    if left:
        _sync_folder(folder)
    return len(left)


def _is_left(path: Path, before: float) -> bool:
    try:
        found = path.lstat()
    except FileNotFoundError:  # another process has just finished with it
        return False
    return stat.S_ISREG(found.st_mode) and found.st_mtime < before


def _part(path: Path, content: bytes) -> Path:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with refusing_when_full(), part.open("wb") as out:
            os.fchmod(out.fileno(), 0o600)
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    except (OSError, DiskFullError):
        part.unlink(missing_ok=True)
        raise
    return part


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
