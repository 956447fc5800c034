"""A program that replaces the key, and dies at a chosen point on the way."""

import asyncio
import os
import signal
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

from server.config import Settings
from server.store import rotation, transaction
from server.upkeep import rotate_key

STATEMENT, TRACE = "statement", "trace"


def rotate_until(folder: Path, kind: str, point: int) -> None:
    """Replace the key of a data folder; be killed right before its `point`th step of a kind."""
    _die_before(kind, point)
    asyncio.run(rotate_key(Settings(data=folder)))


def _die_before(kind: str, point: int) -> None:
    """Count what leaves a trace on the disk (syncs, names, the commit), or every statement."""
    if kind == STATEMENT:
        count_steps(point, transaction)
        return
    counted = count_steps(point, rotation)
    os.fsync = counted(os.fsync)
    Path.replace = counted(Path.replace)  # type: ignore[method-assign]  # this program is the test's
    Path.hardlink_to = counted(Path.hardlink_to)  # type: ignore[method-assign]


def count_steps(point: int, *modules: ModuleType) -> Callable[[Callable[..., Any]], Any]:
    """Die before the `point`th thing that these modules wait for; return what counts others."""
    steps = count(1)

    def counted(step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **more: Any) -> Any:
            if next(steps) == point:
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*args, **more)

        return run

    for module in modules:
        module.__dict__["finished"] = counted(module.__dict__["finished"])
    return counted
