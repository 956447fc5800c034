"""What one thread asked of the disk: each call that strace saw as what it does to the model."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PASSING = ("-shm", "run", "postmaster.pid")
"""Nobody's data: SQLite makes its index of the log anew, sockets end with their process, and
PostgreSQL's note of who runs is the one thing that a person removes where it came out empty."""
CONFIRMED, JSON = b"HTTP/1.1 200 ", b"application/json"
_TEXT = re.compile(r'"([^"]*)"')
_NAME = re.compile(r'(?:\w+(?:<(?P<below>[^>]*)>)?, )?"(?P<text>[^"]*)"')
_OPENED = re.compile(r"(?P<number>\d+)<(?P<path>[^>]*)>(?P<gone>\(deleted\))?")
_NAMING = {"rmdir": "unlink"} | {
    f"{call}{at}": call
    for call in ("rename", "unlink", "mkdir", "link")
    for at in ("", "at", "at2")
}
_OF_FILES = {
    *("fsync", "fdatasync", "ftruncate", "fallocate", "write", "pwrite64", "pwritev", "pwritev2"),
    *("read", "lseek", "close"),
}
_SYNCED_BY_ITSELF = ("O_SYNC", "O_DSYNC", "O_TMPFILE")
_ASKS_ONLY = {"TCGETS", "FIOCLEX", "FIONCLEX"}


class UnknownCallError(Exception):
    """A call that concerns the disk, and nobody knows what it does to it."""


@dataclass(frozen=True, slots=True)
class Op:
    """One call that succeeded, on a path of the model; `more` depends on the call.

    `write`: the bytes, and where to (-1: at the end); `rename`, `link`: the new path; `truncate`:
    the length; `allocate`: the length it has at least. `confirmed` is the call with which an
    answer of "200" leaves.
    """

    call: str
    path: str = ""
    more: str = ""
    data: bytes = b""
    at: int = -1


@dataclass
class _Place:
    """Where the next `write` of an opened file goes; -1: always at the end."""

    path: str
    at: int


@dataclass
class Reader:
    """Reads the calls of one thread, in order. Relative names begin at `home`."""

    roots: Mapping[str, Path]
    home: Path
    _places: dict[str, _Place] = field(default_factory=dict)
    _away: Path | None = None

    def ops(self, call: str, asked: str, result: str) -> Iterator[Op]:
        """Return what it does below the folders; raises UnknownCallError."""
        match call:
            case "sendto" | "sendmsg":
                yield from _told(asked)
            case "openat":
                yield from self._open(asked, result)
            case "io_uring_setup":
                raise UnknownCallError("what goes through an io_uring is not seen")
            case "chdir" | "fchdir" | "clone" | "clone3" | "fork" | "vfork":
                self._move(call, asked)
            case "truncate":
                yield from self._truncate(asked)
            case "read":
                self._go_on(str(int(asked.split(",", maxsplit=1)[0], 0)), int(result, 0))
            case _ if call in _NAMING:
                yield from self._name(call, asked)
            case _:
                yield from self._change(call, asked, result)

    def _open(self, asked: str, result: str) -> Iterator[Op]:
        found = _NAME.match(asked)
        assert found is not None
        path, flags = self._named(found), asked[found.end() :]
        self._places.pop(result, None)
        if not path:
            return
        if any(flag in flags for flag in _SYNCED_BY_ITSELF):
            raise UnknownCallError(f"openat{flags} of {path}")
        self._places[result] = _Place(path, -1 if "O_APPEND" in flags else 0)
        if "O_CREAT" in flags:
            yield Op("create", path)
        if "O_TRUNC" in flags:
            yield Op("truncate", path, at=0)

    def _move(self, call: str, asked: str) -> None:
        if call == "chdir" and (found := _NAME.match(asked)):
            self._away = self._full(found)
        # A child begins where its parent is then, which its own part of the tape does not say.
        elif self._here != self.home or not call.endswith(("fork", "clone", "clone3")):
            raise UnknownCallError(f"{call} in {self._here}")

    @property
    def _here(self) -> Path:
        return self._away or self.home

    def _truncate(self, asked: str) -> Iterator[Op]:
        found = _NAME.match(asked)
        assert found is not None
        if path := self._named(found):
            yield Op("truncate", path, at=_last(asked))

    def _name(self, call: str, asked: str) -> Iterator[Op]:
        path, *other = [self._named(found) for found in _NAME.finditer(asked)]
        if path and all(other) and "RENAME_EXCHANGE" not in asked:
            yield Op(_NAMING[call], path, more=other[0] if other else "")
        elif path or any(other):
            raise UnknownCallError(f"{call} of {path} {other}")

    def _change(self, call: str, asked: str, result: str) -> Iterator[Op]:
        opened = _OPENED.match(asked)
        path = self._below(Path(_bytes(opened["path"]).decode())) if opened else ""
        if opened is None or not path:
            self._see_that_it_is_elsewhere(call, asked)
        elif opened["gone"] is None:
            yield from self._ask(call, opened["number"], path, asked, result)

    def _ask(self, call: str, number: str, path: str, asked: str, result: str) -> Iterator[Op]:
        match call:
            case "fsync" | "fdatasync":
                yield Op("sync", path)
            case "ftruncate" | "fallocate":
                yield _resized(call, path, asked)
            case "write":
                at = self._place(number, path).at
                yield Op("write", path, data=_written(asked, result), at=at)
                self._go_on(number, int(result))
            case "pwrite64" | "pwritev" | "pwritev2":
                at = _last(asked.removesuffix(", 0") if call == "pwritev2" else asked)
                yield Op("write", path, data=_written(asked, result), at=at)
            case "lseek" if number in self._places:
                self._places[number].at = int(result)
            case "close":
                self._places.pop(number, None)
            case _ if call != "lseek":
                _see_that_it_changes_nothing(call, asked)

    def _place(self, number: str, path: str) -> _Place:
        """Return where its next `write` goes; it must have been opened by this thread."""
        place = self._places.get(number)
        if place is None or place.path != path:
            raise UnknownCallError(f"where {path} is written, opened elsewhere")
        return place

    def _go_on(self, number: str, length: int) -> None:
        place = self._places.get(number)
        if place is not None and place.at >= 0:
            place.at += length

    def _see_that_it_is_elsewhere(self, call: str, asked: str) -> None:
        if call in _OF_FILES:
            return
        opened = [
            self._below(Path(_bytes(one["path"]).decode())) for one in _OPENED.finditer(asked)
        ]
        named = [self._named(one) for one in _NAME.finditer(asked)]
        if any(opened) or any(named):
            _see_that_it_changes_nothing(call, asked)

    def _named(self, found: re.Match[str]) -> str:
        return self._below(self._full(found))

    def _full(self, found: re.Match[str]) -> Path:
        below = _bytes(found["below"]).decode() if found["below"] else self._here
        text = _bytes(found["text"]).decode(errors="replace").rstrip("\0")
        return Path(os.path.normpath(Path(below, text)))

    def _below(self, full: Path) -> str:
        """Return the path on the model, empty for any other."""
        for name, root in self.roots.items():
            if full.is_relative_to(root):
                found = Path(name, full.relative_to(root))
                passing = any(part.endswith(PASSING) for part in found.parts)
                return "" if passing else str(found)
        return ""


def _told(asked: str) -> Iterator[Op]:
    texts = [_bytes(found) for found in _TEXT.findall(asked)]
    if any(text.startswith(CONFIRMED) and JSON in text for text in texts):
        yield Op("confirmed")


def _resized(call: str, path: str, asked: str) -> Op:
    if call == "ftruncate":
        return Op("truncate", path, at=_last(asked))
    _, mode, begin, length = asked.split(", ")
    if mode != "0":
        raise UnknownCallError(f"fallocate of {path} as {mode}")
    return Op("allocate", path, at=int(begin) + int(length))


def _written(asked: str, result: str) -> bytes:
    data = b"".join(_bytes(found) for found in _TEXT.findall(asked))
    if len(data) < int(result) or "..." in asked:
        raise UnknownCallError(f"{result} bytes written, of which {len(data)} are on the tape")
    return data[: int(result)]


def _see_that_it_changes_nothing(call: str, asked: str) -> None:
    words = asked.split(", ")
    private = call == "mmap" and ("MAP_PRIVATE" in asked or "PROT_WRITE" not in asked)
    if not private and not (call == "ioctl" and words[1] in _ASKS_ONLY) and call != "dup":
        raise UnknownCallError(f"{call}({asked[:200]})")


def _last(asked: str) -> int:
    return int(asked.rpartition(",")[2])


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
