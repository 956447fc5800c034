"""Counts the work of our own code: how long it takes says more of the machine than of the code.

Counted are calls of Python's functions and lines run, below `server` alone. Whoever adds to them on
purpose measures with `heyi bench media` and moves the figure in the test.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import server

OURS = str(Path(server.__file__).parent)
CALLS_SLACK, LINES_SLACK = 1.02, 1.05
"""Versions of Python differ by some lines; later ones than 3.11 have fewer calls."""


class Work:
    """How much of our code has run."""

    def __init__(self) -> None:
        self.calls = self.lines = 0

    def __repr__(self) -> str:
        return f"{self.calls} calls, {self.lines} lines"

    def profiled(self, frame: FrameType, event: str, _: object) -> None:
        mine = frame.f_code.co_filename.startswith(OURS)
        self.calls += mine and event == "call"

    def traced(self, frame: FrameType, event: str, _: object) -> Any:
        self.lines += event == "line"
        return self.traced if frame.f_code.co_filename.startswith(OURS) else None


@dataclass(frozen=True)
class Figure:
    """How many calls and lines something took when it was last measured, in Python 3.11."""

    calls: float
    lines: float

    def bears(self, work: Work, times: int) -> bool:
        """Whether work that was done so many times took no more each time."""
        calls, lines = work.calls / times, work.lines / times
        return calls <= CALLS_SLACK * self.calls and lines <= LINES_SLACK * self.lines


@contextmanager
def counted(work: Work | None = None) -> Iterator[Work]:
    """Count what runs within, on top of what was counted before."""
    work = work or Work()
    tracer, profiler = sys.gettrace(), sys.getprofile()
    sys.setprofile(work.profiled)
    sys.settrace(work.traced)
    try:
        yield work
    finally:
        sys.settrace(tracer)
        sys.setprofile(profiler)


def through_one_more(function: Any) -> Any:
    """Return a function of ours that does nothing but call this one: one more call each time."""
    source = "def again(function):\n    return lambda *these: function(*these)\n"
    made: dict[str, Any] = {}
    exec(compile(source, f"{OURS}/media/again.py", "exec"), made)  # so it counts as ours
    return made["again"](function)
