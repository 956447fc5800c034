"""A power cut, simulated on a real folder: what was not synced is gone.

Every fsync(2) of a file keeps the bytes it has then, every fsync of a folder the names it
has then, by inode; whatever else was written is lost. That is the most a disk may lose
(POSIX promises nothing earlier). A second, meaner disk keeps names that were never synced,
as journals do, with the contents that were: it shows who renames before he syncs.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

Tree = Mapping[str, bytes | None]
"""Paths with contents; a folder has None."""


@dataclass
class Disk:
    """What the disk below a folder would hold after a cut, now and after each step before."""

    root: Path
    contents: dict[int, bytes] = field(default_factory=dict)
    names: dict[int, dict[str, int]] = field(default_factory=dict)
    cuts: list[tuple[Tree, Tree]] = field(default_factory=list)

    def synced(self, handle: int) -> None:
        """Keep what this open file or folder holds."""
        found = os.fstat(handle)
        if stat.S_ISDIR(found.st_mode):
            self.names[found.st_ino] = _names(Path(f"/proc/self/fd/{handle}"))
        else:
            self.contents[found.st_ino] = Path(f"/proc/self/fd/{handle}").read_bytes()

    def cut(self) -> None:
        """Note what either disk would hold if the power went now."""
        kind, mean = self._tree(self.names), self._tree(self._all_names())
        if not self.cuts or self.cuts[-1] != (kind, mean):
            self.cuts.append((kind, mean))

    def _all_names(self) -> dict[int, dict[str, int]]:
        folders = [self.root, *(p for p in self.root.rglob("*") if p.is_dir())]
        return {folder.stat().st_ino: _names(folder) for folder in folders}

    def _tree(self, names: Mapping[int, Mapping[str, int]]) -> Tree:
        return dict(self._below(names, self.root.stat().st_ino, ""))

    def _below(
        self, names: Mapping[int, Mapping[str, int]], folder: int, path: str
    ) -> Iterator[tuple[str, bytes | None]]:
        for name, inode in names.get(folder, {}).items():
            here = f"{path}/{name}" if path else name
            if inode in names or inode in self.names:
                yield here, None
                yield from self._below(names, inode, here)
            else:
                yield here, self.contents.get(inode, b"")


def _names(folder: Path) -> dict[str, int]:
    return {one.name: one.stat(follow_symlinks=False).st_ino for one in os.scandir(folder)}


@contextmanager
def power_cuts(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    """Note every state in which a cut could leave `root`, while the block runs."""
    disk = Disk(root)
    for path in (root, *root.rglob("*")):
        handle = os.open(path, os.O_RDONLY)
        disk.synced(handle)
        os.close(handle)
    with monkeypatch.context() as patched:
        for name in ("fsync", "rename", "replace", "link", "mkdir", "unlink"):
            patched.setattr(os, name, _noted(disk, name))
        disk.cut()
        yield disk
    disk.cut()


def _noted(disk: Disk, name: str) -> object:
    real = getattr(os, name)

    def step(*args: object, **more: object) -> object:
        disk.cut()
        answer = real(*args, **more)
        if name == "fsync":
            disk.synced(args[0])  # type: ignore[arg-type]  # its only argument is the handle
        disk.cut()
        return answer

    return step
