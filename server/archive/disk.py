"""The few things the archive asks of a disk, in an order that survives a power cut.

A name or content counts only after fsync of the file and of every folder above it
(POSIX promises nothing earlier), so each step here ends with one.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.ports.disk import refusing_when_full

LOCK = ".lock"
READ_ONLY_FILE, READ_ONLY_FOLDER = 0o444, 0o555


class Disk:
    """A local file system. Every OSError for want of room becomes DiskFullError."""

    @contextmanager
    def alone(self, folder: Path) -> Iterator[None]:
        """Let nobody else write below a folder meanwhile; whoever was killed lets go (flock(2)).

        A file of its own is locked: not every file system lets a folder be.
        """
        with refusing_when_full():
            opened = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX)
            yield
        finally:
            os.close(opened)

    def make_folder(self, folder: Path) -> None:
        """Make a folder and those above it, and make their names durable."""
        if folder.is_dir():
            return
        self.make_folder(folder.parent)
        self.begin_folder(folder)
        self.sync_folder(folder.parent)

    def begin_folder(self, folder: Path) -> None:
        """Make a folder and those above it. `close_folder` makes the names in them durable."""
        with refusing_when_full():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write(self, path: Path, content: bytes) -> None:
        """Write a new file, durable and read-only. Its folder's name is not synced yet."""
        with refusing_when_full(), path.open("xb") as out:
            out.write(content)
            out.flush()
            os.fchmod(out.fileno(), READ_ONLY_FILE)
            os.fsync(out.fileno())

    def write_once(self, path: Path, content: bytes) -> None:
        """Write a file that is whole whenever it is there, name and all."""
        part = path.with_name(f"{path.name}.part")
        part.unlink(missing_ok=True)
        self.write(part, content)
        self.rename(part, path)

    def sync_folder(self, folder: Path) -> None:
        """Make the names in a folder durable."""
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with refusing_when_full():
                os.fsync(handle)
        finally:
            os.close(handle)

    def close_folder(self, folder: Path) -> None:
        """Make a folder's names durable and forbid further ones."""
        folder.chmod(READ_ONLY_FOLDER)
        self.sync_folder(folder)

    def rename(self, old: Path, new: Path) -> None:
        """Give a finished folder its name, in one step, durably."""
        with refusing_when_full():
            old.rename(new)
        self.sync_folder(new.parent)

    def remove(self, folder: Path) -> None:
        """Remove a half-written folder."""
        for inner in (folder, *(p for p in folder.rglob("*") if p.is_dir())):
            inner.chmod(0o700)
        shutil.rmtree(folder)

    def reserve(self, path: Path, size: int) -> None:
        """Keep `size` bytes of the disk for later under this name."""
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with refusing_when_full():
                os.posix_fallocate(handle, 0, size)
                os.fsync(handle)
        finally:
            os.close(handle)
