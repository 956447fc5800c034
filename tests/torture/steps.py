"""Counts what the app asks of its disk and its database, and lets it die or fail at one of them."""

import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DBAPIError, OperationalError

from server.archive.disk import Disk
from server.ports.disk import refusing_when_full
from server.store import store, transaction
from server.store.finishing import finished

KILL, FULL = "kill", "full"
ARM = signal.SIGUSR1
"""From this signal on steps are counted, to the next one."""
NO_ROOM = 28
COUNTED = "steps counted: "


class Steps:
    """A count of steps from the moment it is armed; step number `at` is the last."""

    def __init__(self, kind: str, at: int) -> None:
        self.kind, self.at, self.done, self.armed = kind, at, 0, False

    def arm(self, *_: object) -> None:
        """Begin to count, or end it and say how many there were."""
        self.armed = not self.armed
        if not self.armed:
            sys.stderr.write(f"{COUNTED}{self.done}\n")
            sys.stderr.flush()

    def next(self) -> bool:
        """Die at the chosen step; return whether this one fails for want of room.

        A disk that is full stays full: every later step fails, too.
        """
        if not self.armed:
            return False
        self.done += 1
        if self.kind == KILL and self.done == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.kind == FULL and self.done >= self.at


def plant(kind: str, at: int, database: str) -> None:
    """Count in this process from now on; `database` is its address, empty for SQLite."""
    steps = Steps(kind, at)
    signal.signal(ARM, steps.arm)
    _count_files(steps)
    for module in (store, transaction):
        module.__dict__["finished"] = _counted(steps, postgres_full if database else sqlite_full)


def _counted(
    steps: Steps, full: Callable[[], Exception]
) -> Callable[[Coroutine[Any, Any, Any]], Coroutine[Any, Any, Any]]:
    async def run(step: Coroutine[Any, Any, Any]) -> Any:
        name: str = step.__qualname__  # type: ignore[attr-defined]  # every coroutine has one
        if steps.next() and name.endswith(("execute", "commit")):
            step.close()
            raise full()
        return await finished(step)

    return run


def sqlite_full() -> Exception:
    """Return what SQLAlchemy raises when SQLite finds no room."""
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    return OperationalError(None, None, full)


def postgres_full() -> Exception:
    """Return what it raises when PostgreSQL finds none: SQLSTATE 53100, in the driver's clothes."""
    full = asyncpg.DiskFullError("could not extend file: No space left on device")
    adapted = AsyncAdapt_asyncpg_dbapi.Error(str(full), full)  # type: ignore[no-untyped-call]
    return DBAPIError(None, None, adapted)


def _count_files(steps: Steps) -> None:
    os.fsync = _before(steps, os.fsync)
    for name in ("rename", "replace", "mkdir", "unlink", "chmod", "hardlink_to"):
        setattr(Path, name, _before(steps, getattr(Path, name)))
    write = Disk.write

    def written(self: Disk, path: Path, content: bytes) -> None:
        # A kill in the middle of a write leaves a part of the file.
        if steps.armed and steps.kind == KILL and steps.done + 1 == steps.at:
            path.write_bytes(content[: len(content) // 2])
        with refusing_when_full():  # in which the write stands itself
            _fail_if(steps.next())
        write(self, path, content)

    Disk.write = written  # type: ignore[method-assign]  # this program is the test's


def _before(steps: Steps, step: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **more: Any) -> Any:
        _fail_if(steps.next() and step.__name__ in {"fsync", "mkdir"})
        return step(*args, **more)

    return run


def _fail_if(full: bool) -> None:
    if full:
        raise OSError(NO_ROOM, os.strerror(NO_ROOM))
