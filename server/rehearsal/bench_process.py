"""Processes under measurement: started, placed on a core of their own, read through /proc, ended.

Linux only: `/proc/<pid>/stat` and `status` (proc(5)), `sched_setaffinity(2)`, `sched(7)`.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from server.supervisor import end_with_parent

Told = dict[str, Any]

PROC: Final = Path("/proc")
LONGEST_LINE: Final = 64 * 1024 * 1024
_PRIORITY: Final = 10
_NS: Final = 1_000_000_000
_GOODBYE_S: Final = 5.0
_OWN_TICKS, _SYSTEM_TICKS = 11, 12
_IDLE, _WAITING_FOR_DISK = 3, 4
_VIRTUAL: Final = 8


class ChildEndedError(Exception):
    """A process under measurement ended, or was silent, before it had told what it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a process runs and how urgently: `core` is None where no core could be reserved."""

    core: int | None
    realtime: bool


def cores() -> tuple[int | None, int | None]:
    """Return one core for what is measured and another for what drives it, if there are two."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    ours = sorted(os.sched_getaffinity(0))
    return (ours[0], ours[1]) if len(ours) > 1 else (None, None)


def settle(parent: int, core: int | None) -> Place:
    """Place the calling process: end with `parent`, on `core` alone, in real time if allowed."""
    end_with_parent(parent)
    if core is not None:
        os.sched_setaffinity(0, {core})
    return Place(core=core, realtime=core is not None and _hurry())


def _hurry() -> bool:
    """Run before everything of ordinary priority; False where the system forbids it.

    What the process starts has its ordinary priority again, as where nothing is measured.
    """
    way = os.SCHED_RR | os.SCHED_RESET_ON_FORK
    try:
        os.sched_setscheduler(0, way, os.sched_param(_PRIORITY))
    except OSError:
        return False
    return True


# ------------------------------------------------------------------ what /proc knows


def cpu_seconds(pid: int) -> float:
    """Return the seconds of CPU, user and system, that all threads of a process have used."""
    # The name in parentheses may hold spaces; what follows it never does.
    fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[_OWN_TICKS]) + int(fields[_SYSTEM_TICKS])) / _ticks()


def cpu_exactly(pid: int) -> float:
    """Return the seconds of CPU of all present threads of a process, to the nanosecond.

    What takes a few hundredths of a second is lost in the ticks of `cpu_seconds`. 0 for a process
    that has ended.
    """
    try:
        read = [(one / "schedstat").read_text() for one in (PROC / str(pid) / "task").iterdir()]
    except OSError:
        return 0.0
    return sum(int(one.split()[0]) for one in read) / _NS


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started and that are still there (proc(5))."""
    told = [one.read_text() for one in (PROC / str(pid) / "task").glob("*/children")]
    return [int(one) for each in told for one in each.split()]


def rss_mb(pid: int) -> float:
    """Return how much memory of a process is resident, in megabytes of 2^20 bytes."""
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ChildEndedError(pid)


def busy_seconds() -> float:
    """Return the seconds that all cores together have worked since the machine started."""
    fields = [int(one) for one in (PROC / "stat").read_text().split("\n", 1)[0].split()[1:]]
    working = sum(fields[:_VIRTUAL]) - fields[_IDLE] - fields[_WAITING_FOR_DISK]
    return working / _ticks()


def _ticks() -> int:
    return os.sysconf("SC_CLK_TCK")


# ------------------------------------------------------------------ talking to a child


class Child:
    """One process that speaks JSON, a line each way, over its standard streams."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.pid = process.pid

    async def tell(self, **words: object) -> None:
        """Say something; a child that is gone is noticed by the next `hear`."""
        if self._process.stdin is None:
            raise ChildEndedError
        self._process.stdin.write(json.dumps(words).encode() + b"\n")
        try:
            await self._process.stdin.drain()
        except ConnectionError as gone:
            raise ChildEndedError from gone

    async def hear(self, *, within: float) -> Told:
        """Return what it says next; raise ChildEndedError if that does not come in time."""
        if self._process.stdout is None:
            raise ChildEndedError
        try:
            async with asyncio.timeout(within):
                line = await self._process.stdout.readline()
        except TimeoutError as late:
            raise ChildEndedError from late
        if not line:
            raise ChildEndedError
        told: Told = json.loads(line)
        return told

    async def end(self) -> None:
        """Ask it to end, then end it."""
        if self._process.returncode is None:
            self._process.terminate()
        try:
            async with asyncio.timeout(_GOODBYE_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def child(module: str, *words: object) -> AsyncIterator[Child]:
    """Run `python -m module <our pid> <words>` for as long as the block lasts."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, str(os.getpid()), *map(str, words)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    one = Child(process)
    try:
        yield one
    finally:
        await one.end()


def say(**words: object) -> None:
    """Tell the parent something."""
    print(json.dumps(words), flush=True)


def listen() -> Told:
    """Wait for what the parent says; end when it has nothing to say any more."""
    line = sys.stdin.buffer.readline()
    if not line:
        raise SystemExit
    told: Told = json.loads(line)
    return told
