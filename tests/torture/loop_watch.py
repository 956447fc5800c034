"""Watches the served app's event loop: how long each turn works, and how late a ticker comes.

A turn's processor time is the loop's own thread's, so that whatever else runs on the machine does
not count; beside it, in the same process and time, a piece of work that may just be done at once.
The ticker is late after every turn before it together, a sleep, a sync or a lock, and where
another thread does not give the interpreter's lock (GIL) back; of that is told what was this
process's own doing (standstill.py).
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

from tests.torture.standstill import Moment, Threads, kept, stood

REPORT = signal.SIGUSR2
"""At this signal what was watched is told, and begins anew."""
TOLD = "loop watched: "
KEPT = 12
EVERY = 0.001
"""Seconds between two ticks; epoll rounds what is left of them up to whole milliseconds."""
YARDSTICK_ROUNDS = 150_000
"""Additions in Python that take about 5 ms on a core of 2024: what a turn may take at most."""

Longest = list[tuple[float, str]]


class Watch:
    """What was longest since the last report: turns, and by ticks what was kept or stood still."""

    def __init__(self) -> None:
        self.longest: Longest = []
        self.kept: Longest = []
        self.standstills: Longest = []
        self.yardsticks: list[float] = []
        self.turns, self.ticks, self.reports = 0, 0, 0
        self.collecting, self.collected, self.excused = 0.0, 0.0, 0.0
        self.own: object = None
        """The ticker's callback, whose turns are none of the app's."""
        self._slowest = (0.0, "")

    def collects(self, phase: str, _: object) -> None:
        """Note how long the garbage collector keeps the loop's thread."""
        if threading.current_thread() is threading.main_thread():
            if phase == "start":
                self.collecting = time.thread_time()
            else:
                self.collected = max(self.collected, time.thread_time() - self.collecting)

    def saw(self, took: float, lasted: float, handle: asyncio.Handle) -> None:
        """Note a turn's processor time and, for the next tick, the one that lasted longest."""
        if cast("Any", handle)._callback is self.own:
            return
        self.turns += 1
        if fits(self.longest, took):
            self.longest = among(self.longest, took, where(handle))
        if lasted > max(EVERY, self._slowest[0]):
            self._slowest = lasted, where(handle)

    def ticked(self, since: Moment, until: Moment) -> None:
        """Note how late a tick came."""
        self.ticks += 1
        name, self._slowest = self._slowest[1], (0.0, "")
        self.kept = among(self.kept, kept(since, until, 2 * EVERY), name)
        self.standstills = among(self.standstills, stood(since, until, EVERY), name)

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
            "kept": self.kept,
            "standstills": self.standstills,
            "turns": self.turns,
            "ticks": self.ticks,
            "collected": self.collected,
        }
        sys.stderr.write(f"{TOLD}{json.dumps(told)}\n")
        sys.stderr.flush()
        self.longest, self.kept, self.standstills, self.yardsticks = [], [], [], []
        self.turns, self.ticks, self.collected = 0, 0, 0.0
        self.reports += 1
        self.excused += time.thread_time() - begun


def fits(longest: Longest, seconds: float) -> bool:
    """Return whether it is one of the longest."""
    return len(longest) < KEPT or seconds > longest[-1][0]


def among(longest: Longest, seconds: float, name: str) -> Longest:
    """Return the longest with this one, if it is one of them."""
    if not fits(longest, seconds):
        return longest
    return sorted([*longest, (seconds, name)], reverse=True)[:KEPT]


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


def plant() -> Watch:
    """Watch every turn of this process's loop from now on."""
    watch = Watch()
    handles: Any = events.Handle
    run = handles._run

    def watched(self: asyncio.Handle) -> None:
        excused, at, begun = watch.excused, time.perf_counter(), time.thread_time()
        run(self)
        took = time.thread_time() - begun - (watch.excused - excused)
        watch.saw(took, time.perf_counter() - at, self)

    handles._run = watched
    gc.callbacks.append(watch.collects)
    signal.signal(REPORT, watch.report)
    return watch


def tick(watch: Watch) -> None:
    """Come to the running loop again and again, and note how late that was."""
    loop, threads = asyncio.get_running_loop(), Threads()

    def wait() -> None:
        loop.call_later(EVERY, come, watch.reports, threads.since())

    def come(reports: int, since: Moment) -> None:
        until = threads.until()
        if watch.reports == reports:  # a report takes long itself, and waits for the disk
            watch.ticked(since, until)
        wait()

    watch.own = come
    wait()
