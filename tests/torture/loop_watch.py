"""Watches the served app's event loop: how long each turn keeps the processor, or stands still.

Processor time of the loop's own thread, so that whatever else runs on the machine does not
count; beside it, in the same process and time, a piece of work that may just be done at once.
What costs no processor time, a sleep, a sync or a lock, is told in seconds (standstill.py).
"""

import asyncio
import gc
import json
import signal
import sys
import threading
import time
from asyncio import events
from typing import Any, cast

from tests.torture.standstill import Threads, stood

REPORT = signal.SIGUSR2
"""At this signal what was watched is told, and begins anew."""
TOLD = "loop watched: "
KEPT = 12
YARDSTICK_ROUNDS = 150_000
"""Additions in Python that take about 5 ms on a core of 2024: what a turn may take at most."""


class Watch:
    """The longest turns since the last report, and the longest standstills of one turn."""

    def __init__(self) -> None:
        self.longest: list[tuple[float, str]] = []
        self.standstills: list[tuple[float, str]] = []
        self.yardsticks: list[float] = []
        self.turns = 0
        self.excused = 0.0
        self.collecting, self.collected = 0.0, 0.0

    def collects(self, phase: str, _: object) -> None:
        """Note how long the garbage collector keeps the loop's thread."""
        if threading.current_thread() is threading.main_thread():
            if phase == "start":
                self.collecting = time.thread_time()
            else:
                self.collected = max(self.collected, time.thread_time() - self.collecting)

    def saw(self, took: float, still: float, handle: asyncio.Handle) -> None:
        """Keep it if it is one of the longest."""
        self.turns += 1
        self.longest = kept(self.longest, took, handle)
        self.standstills = kept(self.standstills, still, handle)

    def measure(self) -> None:
        """Do what may just be done at once, and note its time."""
        begun = time.thread_time()
        total = 0
        for one in range(YARDSTICK_ROUNDS):
            total += one
        self.yardsticks.append(time.thread_time() - begun)

    def report(self, *_: object) -> None:
        """Tell and begin anew; this itself, in the middle of a turn, is no part of it."""
        begun = time.thread_time()
        for _round in range(9):
            self.measure()
        told: dict[str, object] = {
            "yardsticks": self.yardsticks,
            "longest": self.longest,
            "standstills": self.standstills,
            "turns": self.turns,
        }
        told["collected"] = self.collected
        sys.stderr.write(f"{TOLD}{json.dumps(told)}\n")
        sys.stderr.flush()
        self.longest, self.yardsticks, self.turns, self.collected = [], [], 0, 0.0
        self.standstills = []
        self.excused += time.thread_time() - begun


def kept(
    longest: list[tuple[float, str]], seconds: float, handle: asyncio.Handle
) -> list[tuple[float, str]]:
    """Return the longest with this one, if it is one of them."""
    if len(longest) == KEPT and seconds <= longest[-1][0]:
        return longest
    return sorted([*longest, (seconds, where(handle))], reverse=True)[:KEPT]


def where(handle: asyncio.Handle) -> str:
    """Return what a turn ran: its callback, for a task the coroutines it stands in now."""
    callback = cast("Any", handle)._callback
    task = getattr(callback, "__self__", None)
    if not isinstance(task, asyncio.Task):
        return repr(callback)[:160]
    names, coroutine = list[str](), cast("Any", task.get_coro())
    while hasattr(coroutine, "cr_await"):
        names.append(coroutine.__qualname__)
        coroutine = coroutine.cr_await
    return " > ".join(names)


def plant() -> None:
    """Watch every turn of this process's loop from now on."""
    watch, threads = Watch(), Threads()
    handles: Any = events.Handle
    run = handles._run

    def watched(self: asyncio.Handle) -> None:
        since, excused = threads.since(), watch.excused
        begun = time.thread_time()
        run(self)
        took = time.thread_time() - begun - (watch.excused - excused)
        # A report waits for the disk.
        still = stood(since, threads.until()) if watch.excused == excused else 0.0
        watch.saw(took, still, self)

    handles._run = watched
    gc.callbacks.append(watch.collects)
    signal.signal(REPORT, watch.report)
