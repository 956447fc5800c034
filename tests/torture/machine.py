"""How long the machine itself let nobody on, told by witnesses that do nothing but sleep.

A guest whose host is busy has its sleeps ended late, by up to 15 ms here, and neither the queue for
a processor nor the kernel's account of stolen time shows it: the processor was idle. Where one is
at work the kernel may wake others only at its next tick, each 4 ms; and what is stolen in the
middle of a thread's work counts as its own. Of 234 ticks of an idle loop that came 2.5 to 15 ms
late, a sleeper pinned to the loop's processor was as late at the same time, to 0.8 ms. So what one
of them saw is no standstill of the loop's, nor, without its time in the queue behind others' work,
the loop's own work or anybody's whom it waited for.
"""

import asyncio
import json
import os
import select
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from tests.torture.standstill import Threads

EVERY = 0.001
"""Seconds a witness means to sleep."""
SHORT = 0.0003
"""A witness comes that late on any machine, what it does itself included."""
LIMIT = 2**24
"""Characters of what a witness may have to tell."""

Stall = tuple[float, float, float]
"""From, to, by the clock all processes share (CLOCK_MONOTONIC); how much of it in the queue."""


class Machine:
    """One witness on each processor."""

    def __init__(self, witnesses: Sequence[Process]) -> None:
        self.witnesses = witnesses

    async def stalls(self) -> list[list[Stall]]:
        """Return, for each processor, when it let nobody on since this was asked before."""
        return [await _heard(witness) for witness in self.witnesses]


@asynccontextmanager
async def witnessed() -> AsyncIterator[Machine]:
    """Let witnesses sleep on all processors that this process may use."""
    async with AsyncExitStack() as stack:
        cores = os.sched_getaffinity(0)
        machine = Machine([await stack.enter_async_context(_on(core)) for core in cores])
        await machine.stalls()  # by then all have begun
        yield machine


@asynccontextmanager
async def _on(core: int) -> AsyncIterator[Process]:
    words = sys.executable, "-m", __name__, str(core)
    witness = await asyncio.create_subprocess_exec(*words, stdin=PIPE, stdout=PIPE, limit=LIMIT)
    try:
        yield witness
    finally:
        await witness.communicate(b"")  # ends what it hears, and so itself


async def _heard(witness: Process) -> list[Stall]:
    assert witness.stdin is not None
    assert witness.stdout is not None
    witness.stdin.write(b"\n")
    return [
        (since, until, queued)
        for since, until, queued in json.loads(await witness.stdout.readline())
    ]


def stalled(since: float, until: float, stalls: Iterable[Stall], *, queued: bool) -> float:
    """Return how long a processor stalled in a stretch; also while its witness was `queued`."""
    within = (
        max(0.0, min(until, end) - max(since, begin) - (0.0 if queued else in_queue))
        for begin, end, in_queue in stalls
    )
    return sum(within)


def watch(core: int) -> None:
    """Sleep on a processor again and again; for each line that comes tell when it took longer."""
    os.sched_setaffinity(0, {core})
    threads, stalls = Threads(), list[Stall]()
    before = threads.until()
    while True:
        asked, _, _ = select.select([sys.stdin], [], [], EVERY)
        woken, now = threads.since(), threads.until()
        if now.wall - before.wall > EVERY + SHORT:
            queued = sum(now.queued.values()) - sum(before.queued.values())
            stalls.append((before.wall + EVERY + SHORT, now.wall, queued))
        # The queue as it was before that moment: whoever pushes in now counts with the next.
        before = replace(now, queued=woken.queued)
        if asked:
            if not sys.stdin.readline():
                return
            sys.stdout.write(f"{json.dumps(stalls)}\n")
            sys.stdout.flush()
            stalls.clear()
            before = threads.until()  # telling it was no stall


if __name__ == "__main__":
    watch(int(sys.argv[1]))
