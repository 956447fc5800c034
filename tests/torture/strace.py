"""What a process asks of the disk below one folder, in order, as strace saw it."""

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Machines differ in which of two calls of the same meaning they have: "?" lets one be unknown.
LOOKED_AT = (
    "openat,write,pwrite64,ftruncate,fsync,fdatasync,sendto,sendmsg,?rename,renameat,renameat2,"
    "?unlink,unlinkat,?rmdir,?mkdir,mkdirat,?link,linkat"
)
"""All that Python and SQLite use for what lies in the data folder."""
WHOLE = str(1 << 26)
_LINE = re.compile(r"(?P<at>[\d.]+) (?P<call>\w+)\((?P<asked>.*)\) += \d+")
_TEXT = re.compile(r'"([^"]*)"')
_NAME = re.compile(r'(?:\w+<(?P<below>[^>]*)>, )?"(?P<text>[^"]*)"')
_OPENED = re.compile(r"\d+<(?P<path>[^>]*)>")
_NAMING = {"openat": "create", "rmdir": "unlink"} | {
    f"{call}{at}": call
    for call in ("rename", "unlink", "mkdir", "link")
    for at in ("", "at", "at2")
}
CONFIRMED, JSON = b"HTTP/1.1 200 ", b"application/json"


@dataclass(frozen=True, slots=True)
class Op:
    """One call that succeeded, on a path relative to the folder; `more` depends on the call.

    `write`: the bytes, and where to (-1: at the end); `rename`, `link`: the new path;
    `ftruncate`: the length. `confirmed` is the call with which an answer of "200" leaves.
    """

    call: str
    path: str = ""
    more: str = ""
    data: bytes = b""
    at: int = -1


@contextmanager
def taped(pids: Sequence[int], into: Path) -> Iterator[None]:
    """Note every such call of these processes, their threads and children.

    Raises RuntimeError where strace may not look.
    """
    into.mkdir()
    words = ["strace", "-f", "-ff", "-y", "-xx", "-ttt", "-s", WHOLE, "-z", "-o", str(into / "of")]
    words += ["-e", f"trace={LOOKED_AT}"]
    words += [word for pid in pids for word in ("-p", str(pid))]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr is not None
        for _ in pids:
            first = tracer.stderr.readline()
            if "attached" not in first:
                raise RuntimeError(first.strip())
        try:
            yield
        finally:
            tracer.terminate()
            tracer.stderr.read()


def ops(tape: Path, root: Path) -> list[Op]:
    """Return what concerns the folder, in the order in which it was asked for."""
    found = [one for part in tape.iterdir() for one in _part(part, root)]
    return [op for _, op in sorted(found, key=lambda one: one[0])]


def _part(part: Path, root: Path) -> Iterator[tuple[float, Op]]:
    for line in part.read_text().splitlines():
        read = _LINE.match(line)
        if read is not None and (op := _op(read["call"], read["asked"], root)) is not None:
            yield float(read["at"]), op


def _op(call: str, asked: str, root: Path) -> Op | None:
    if call in {"sendto", "sendmsg"}:
        texts = [_bytes(found) for found in _TEXT.findall(asked)]
        told = any(text.startswith(CONFIRMED) and JSON in text for text in texts)
        return Op("confirmed") if told else None
    if call in _NAMING:
        return _named(call, asked, root)
    opened = _OPENED.match(asked)
    path = _below(_bytes(opened["path"]), root) if opened else ""
    return _opened(call, path, asked) if path else None


def _opened(call: str, path: str, asked: str) -> Op:
    texts = [_bytes(found) for found in _TEXT.findall(asked)]
    last = asked.rpartition(",")[2].strip()
    match call:
        case "fsync" | "fdatasync":
            return Op("sync", path)
        case "ftruncate":
            return Op(call, path, at=int(last))
        case "pwrite64":
            return Op("write", path, data=texts[0], at=int(last))
        case _:
            return Op("write", path, data=texts[0])


def _named(call: str, asked: str, root: Path) -> Op | None:
    path, *other = [_below(_named_path(found), root) for found in _NAME.finditer(asked)]
    if not path or (call == "openat" and "O_CREAT" not in asked):
        return None
    return Op(_NAMING[call], path, more=other[0] if other else "")


def _named_path(found: re.Match[str]) -> bytes:
    return _bytes(found["below"] or "") + b"/" + _bytes(found["text"])


def _below(path: bytes, root: Path) -> str:
    """Return the path relative to the folder, empty for any other; "." is the folder."""
    full = Path("/" + path.decode().rpartition("//")[2].lstrip("/"))
    return str(full.relative_to(root)) if full.is_relative_to(root) else ""


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
