"""The disk below a folder after a power cut or a kill, played from what was asked of it.

Every sync of a file keeps the bytes it has then, every sync of a folder the names it has then
(POSIX promises nothing earlier). Three disks bound what a real one may hold: one that lost
everything that was not synced, one that kept the names, as journals do, but not the bytes, and
one that kept a random half of the pages and names that were not synced yet. A kill of every
process takes nothing: its disk kept each call that was done, and has none that was to come.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeAlias

from tests.support.postgres import CLUSTER, own
from tests.torture.calls import PASSING, Op

LOST, NAMES, TORN, KEPT = "lost", "names", "torn", "kept"
KINDS = (LOST, NAMES, TORN)
"""What the power may leave; a kill leaves what is KEPT."""
PAGE = 4096
"""So much of a write is kept or lost together, as Linux and its disks do it."""


@dataclass(eq=False)
class File:
    """Bytes as programs see them, as they are safe, and what was changed in between.

    A change is where, and the bytes written there, or None where the file was cut off.
    """

    now: bytearray = field(default_factory=bytearray)
    safe: bytes = b""
    since: list[tuple[int, bytes | None]] = field(default_factory=list)

    def write(self, at: int, data: bytes) -> None:
        """Write at a place; -1 is the end."""
        at = len(self.now) if at < 0 else at
        self.now.extend(bytes(max(0, at + len(data) - len(self.now))))
        self.now[at : at + len(data)] = data
        self.since.append((at, data))

    def truncate(self, length: int) -> None:
        """Cut it off there, or fill it up to there."""
        self.allocate(length)
        del self.now[length:]
        self.since.append((length, None))

    def allocate(self, length: int) -> None:
        """Fill it up to there with zeros."""
        self.write(-1, bytes(max(0, length - len(self.now))))

    def sync(self) -> None:
        """Keep all of it."""
        if self.since:
            self.safe, self.since = bytes(self.now), []

    def torn(self, chance: Random) -> bytes:
        """Return the safe bytes with half of what was changed since, page by page."""
        left = File(now=bytearray(self.safe))
        for at, data in _pages(self.since):
            if chance.random() >= 0.5:
                continue
            if data is None:
                left.truncate(at)
            else:
                left.write(at, data)
        return bytes(left.now)


def _pages(changes: list[tuple[int, bytes | None]]) -> Iterator[tuple[int, bytes | None]]:
    for at, data in changes:
        if data is None:
            yield at, data
            continue
        ends = [*range(at - at % PAGE + PAGE, at + len(data), PAGE), at + len(data)]
        for begin, end in zip([at, *ends[:-1]], ends, strict=True):
            yield begin, data[begin - at : end - at]


@dataclass(eq=False)
class Folder:
    """Names as programs see them, and those that are safe."""

    now: dict[str, "Node"] = field(default_factory=dict)
    safe: dict[str, "Node"] = field(default_factory=dict)

    def sync(self) -> None:
        """Keep the names; what they lead to has to be synced by itself."""
        self.safe = dict(self.now)


Node: TypeAlias = File | Folder


class CutDisk:
    """Folders, by name, whose every byte is safe at first, and what becomes of them."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        read: dict[str, Node] = {name: _read(folder) for name, folder in folders.items()}
        self.root = Folder(now=read, safe=dict(read))

    def play(self, op: Op) -> None:
        """Do one call."""
        place, _, name = op.path.rpartition("/")
        folder = self._folder(place)
        match op.call:
            case "create":
                folder.now.setdefault(name, File())
            case "mkdir":
                folder.now[name] = Folder()
            case "unlink":
                del folder.now[name]
            case "rename" | "link":
                to, _, new = op.more.rpartition("/")
                self._folder(to).now[new] = folder.now[name]
                if op.call == "rename":
                    del folder.now[name]
            case _:
                _change(folder.now[name], op)

    def _folder(self, path: str) -> Folder:
        found: Node = self.root
        for part in filter(None, path.split("/")):
            assert isinstance(found, Folder)
            found = found.now[part]
        assert isinstance(found, Folder)
        return found

    def now(self) -> dict[str, bytes | None]:
        """Return what programs see: paths with their bytes, None for a folder."""
        return self.left(KEPT, Random(0))

    def left(self, kind: str, chance: Random) -> dict[str, bytes | None]:
        """Return what such a disk holds: paths with their bytes, None for a folder."""
        return dict(_left(self.root, "", kind, chance))


def _change(node: Node, op: Op) -> None:
    if op.call == "sync":
        node.sync()
        return
    assert isinstance(node, File)
    match op.call:
        case "write":
            node.write(op.at, op.data)
        case "truncate":
            node.truncate(op.at)
        case "allocate":
            node.allocate(op.at)
        case _:
            raise AssertionError(op.call)


def _left(
    folder: Folder, above: str, kind: str, chance: Random
) -> Iterator[tuple[str, bytes | None]]:
    for name, node in _names(folder, kind, chance).items():
        path = f"{above}{name}"
        if isinstance(node, Folder):
            yield path, None
            yield from _left(node, f"{path}/", kind, chance)
        else:
            yield path, _bytes(node, kind, chance)


def _bytes(file: File, kind: str, chance: Random) -> bytes:
    if kind == KEPT:
        return bytes(file.now)
    return file.torn(chance) if kind == TORN else file.safe


def _names(folder: Folder, kind: str, chance: Random) -> dict[str, Node]:
    if kind == LOST:
        return folder.safe
    if kind in {NAMES, KEPT}:
        return folder.now
    changed = {
        name
        for name in folder.now.keys() | folder.safe.keys()
        if folder.now.get(name) is not folder.safe.get(name)
    }
    late = {name for name in sorted(changed) if chance.random() < 0.5}
    either = ((name, folder.now if name in late else folder.safe) for name in sorted(changed))
    kept = {name: node for name, node in folder.now.items() if name not in changed}
    return kept | {name: where[name] for name, where in either if name in where}


def _read(folder: Path) -> Folder:
    found = Folder()
    for path in folder.iterdir():
        if path.name.endswith(PASSING):
            continue
        if path.is_dir():
            found.now[path.name] = _read(path)
        else:
            content = path.read_bytes()
            found.now[path.name] = File(now=bytearray(content), safe=content)
    found.sync()
    return found


def lay_out(tree: Mapping[str, bytes | None], into: Path) -> None:
    """Write such a disk into a new folder; PostgreSQL's own part of it for whom it runs as."""
    into.mkdir(parents=True)
    for path, content in tree.items():
        if content is None:
            (into / path).mkdir(mode=0o700)
        else:
            (into / path).write_bytes(content)
            (into / path).chmod(0o600)
    if (into / CLUSTER).exists():
        own(into / CLUSTER)
