"""Watches the served app's event loop: how long each turn works, and how late a ticker comes.

A turn's processor time is the loop's own thread's, so that whatever else runs on the machine does
not count; it is told in yardsticks, a piece of work that may just be done at once. That is done at
the next tick: a core whose sibling is busy is half as fast from one moment to the next.
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
from statistics import median
from typing import Any, cast

from tests.torture.standstill import Moment, Threads, kept, stood

REPORT = signal.SIGUSR2
"""At this signal what was watched is told, and begins anew."""
TOLD = "loop watched: "
EVERY = 0.001
"""Seconds between two ticks; epoll rounds what is left of them up to whole milliseconds."""
YARDSTICK_ROUNDS = 150_000
"""Additions in Python that take about 5 ms on a core of 2024: what a turn may take at most."""
WORTH = 0.002
"""Seconds from which on something is told."""
NO_TURN = 0.0, "", 0.0, 0.0

STANDSTILL = 0.005
"""Seconds the loop may stand still."""

Delay = tuple[float, float, str, float, float]
"""Seconds, how many there may be, the turn, and from when to when it was."""


class Watch:
    """What was long since the last report: turns, and by ticks what was kept or stood still."""

    def __init__(self) -> None:
        self.worked: list[Delay] = []
        self.kept: list[Delay] = []
        self.stood: list[Delay] = []
        self.turns, self.ticks, self.reports = 0, 0, 0
        self.collecting, self.collected, self.excused = 0.0, 0.0, 0.0
        self.own: object = None
        """The ticker's callback, whose turns are none of the app's."""
        self._longest = NO_TURN
        self._slowest = (0.0, "")

    def collects(self, phase: str, _: object) -> None:
        """Note how long the garbage collector keeps the loop's thread."""
        if threading.current_thread() is threading.main_thread():
            if phase == "start":
                self.collecting = time.thread_time()
            else:
                self.collected = max(self.collected, time.thread_time() - self.collecting)

    def saw(self, took: float, since: float, until: float, handle: asyncio.Handle) -> None:
        """Note for the next tick which turn worked longest, and which one lasted longest."""
        if cast("Any", handle)._callback is self.own:
            return
        self.turns += 1
        if took > self._longest[0]:
            self._longest = took, where(handle), since, until
        if until - since > max(EVERY, self._slowest[0]):
            self._slowest = until - since, where(handle)

    def ticked(self, since: Moment, until: Moment) -> None:
        """Note how late a tick came."""
        self.ticks += 1
        (took, turn, begin, end), (_, name) = self._longest, self._slowest
        self._longest, self._slowest = NO_TURN, (0.0, "")
        seconds, late = stood(since, until, EVERY), kept(since, until, 2 * EVERY)
        if seconds > WORTH:
            self.stood.append((seconds, STANDSTILL, name, since.wall, until.wall))
        if max(took, late) > WORTH:
            yardstick = median(one_yardstick() for _round in range(3))
            self.worked.append((took, yardstick, turn, begin, end))
            self.kept.append((late, yardstick, name, since.wall, until.wall))

    def report(self, *_: object) -> None:
        """Tell and begin anew; this itself, in the middle of a turn, is no part of it."""
        begun = time.thread_time()
        told: dict[str, object] = {
            "worked": self.worked,
            "kept": self.kept,
            "stood": self.stood,
            "turns": self.turns,
            "ticks": self.ticks,
            "collected": self.collected,
        }
        sys.stderr.write(f"{TOLD}{json.dumps(told)}\n")
        sys.stderr.flush()
        self.worked, self.kept, self.stood = [], [], []
        self.turns, self.ticks, self.collected = 0, 0, 0.0
        self.reports += 1
        self.excused += time.thread_time() - begun


def one_yardstick() -> float:
    """Do what may just be done at once, and return its processor time in seconds."""
    begun = time.thread_time()
    total = 0
    for one in range(YARDSTICK_ROUNDS):
        total += one
    return time.thread_time() - begun


def where(handle: asyncio.Handle) -> str:
    """Return what a turn ran: its callback, for a task the coroutines it stands in now."""
    callback = cast("Any", handle)._callback
    task = getattr(callback, "__self__", None)
    if not isinstance(task, asyncio.Task):
        # Not repr(): aiohttp's ClientResponse reads its headers for it, and caches None too early.
        named = getattr(callback, "func", callback)
        return str(getattr(named, "__qualname__", type(named).__name__))
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
        watch.saw(took, at, time.perf_counter(), self)

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
