"""What processes ask of the disk below some folders, in order, as strace saw it."""

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.torture.calls import Op, Reader, UnknownCallError

# What changes no byte and no name, and what only opened files or sockets are asked. Everything
# else is taped: a call that nobody thought of must not be missed. Machines differ in which of
# two calls of the same meaning they have: "?" lets one be unknown.
_HARMLESS = (
    *("?access", "faccessat", "?faccessat2", "?stat", "?lstat", "fstat", "?newfstatat", "?statx"),
    *("statfs", "fstatfs", "?readlink", "readlinkat", "getcwd", "?getdents", "getdents64"),
    *("getxattr", "?lgetxattr", "fgetxattr", "listxattr", "pread64", "preadv", "?preadv2"),
    *("readv", "fcntl", "flock", "?fadvise64", "readahead", "inotify_add_watch", "execve"),
    *("?chmod", "fchmod", "fchmodat", "?chown", "?lchown", "fchown", "fchownat", "utimensat"),
    *("recvfrom", "recvmsg", "?recvmmsg", "?accept", "accept4", "bind", "connect", "getsockname"),
    *("getpeername", "getsockopt", "setsockopt", "shutdown", "socket", "socketpair", "listen"),
    *("?poll", "ppoll", "?select", "pselect6", "?epoll_wait", "epoll_pwait", "epoll_ctl"),
    *("futex", "munmap", "mprotect", "madvise", "brk", "mremap", "getrandom", "prctl", "uname"),
    *("rt_sigaction", "rt_sigprocmask", "clock_nanosleep", "gettid", "getpid", "kill"),
)
# It only tells the disk when to begin: nothing is promised when it returns (sync_file_range(2)).
_PROMISES_NOTHING = ("?sync_file_range",)
LOOKED_AT = "!" + ",".join((*_HARMLESS, *_PROMISES_NOTHING))
WHOLE = str(1 << 26)
_LINE = re.compile(r"(?P<at>[\d.]+) (?P<call>\w+)\((?P<asked>.*)\) += (?P<result>\w+)")
_NO_CALL = re.compile(r"[\d.]+ (\+\+\+|---|.*<unfinished \.\.\.>$|.*\) += \?)")


@contextmanager
def taped(pids: Sequence[int], into: Path) -> Iterator[None]:
    """Note every such call of these processes, their threads and children.

    Raises RuntimeError where strace may not look.
    """
    into.mkdir(parents=True)
    (into / "home").write_text(str(Path(f"/proc/{pids[0]}/cwd").readlink()))
    words = ["strace", "-f", "-ff", "-y", "-xx", "-ttt", "-s", WHOLE, "-z", "-o", str(into / "of")]
    words += ["-e", f"trace={LOOKED_AT}", "-e", "raw=read"]  # how much, but not what
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


def ops(tape: Path, roots: Mapping[str, Path]) -> list[Op]:
    """Return what concerns these folders, by their names on the model, in the order it was asked.

    Raises UnknownCallError for a call that concerns them and whose meaning is not known.
    """
    found = [one for part in tape.rglob("of.*") for one in _part(part, roots)]
    return [op for _, op in sorted(found, key=lambda one: one[0])]


def _part(part: Path, roots: Mapping[str, Path]) -> Iterator[tuple[float, Op]]:
    reader = Reader(roots, Path(part.with_name("home").read_text()))
    for line in part.read_text().splitlines():
        if read := _LINE.match(line):
            for op in reader.ops(read["call"], read["asked"], read["result"]):
                yield float(read["at"]), op
        elif not _NO_CALL.match(line):
            raise UnknownCallError(line[:200])
