"""Runs work that burns processor time in other processes.

Children come from a forkserver, so they carry none of the app's sockets or threads;
each watches the app's process and ends with it, even when that was killed. A broken
pool (a child killed by the kernel or by hostile input) is rebuilt and the work tried
once more.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from types import TracebackType
from typing import Self, TypeVar

from server.domain.errors import DomainError

T = TypeVar("T")
PRELOADED = ("server.documents.work",)


class WorkFailedError(DomainError):
    """The work ended its process twice; it will not be tried again."""

    code = "work_failed"


class ProcessWorkPool:
    """A pool of `size` children; use it as a context so that they end with it."""

    def __init__(self, size: int, preload: Sequence[str] = PRELOADED) -> None:
        """Nothing starts before the first work."""
        self._size = size
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))
        self._executor = self._fresh()

    async def run(self, work: Callable[..., T], *args: object) -> T:
        """Return what the module-level `work(*args)` returns in a child.

        Raises what it raises, WorkFailedError when its process ended twice.
        """
        executor = self._executor
        try:
            return await asyncio.wrap_future(executor.submit(work, *args))
        except BrokenProcessPool:
            self._replace(executor)
        try:
            return await asyncio.wrap_future(self._executor.submit(work, *args))
        except BrokenProcessPool as error:
            self._replace(self._executor)
            raise WorkFailedError(work=work.__name__) from error

    def close(self) -> None:
        """End the children; work that has not begun is dropped."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        # Several works may find the same pool broken: the first one rebuilds it.
        if self._executor is broken:
            self._executor = self._fresh()
            broken.shutdown(wait=False, cancel_futures=True)

    def _fresh(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._size, mp_context=self._context, initializer=_begin_child)


def _begin_child() -> None:
    # A terminal's Ctrl-C goes to the whole group; the parent decides when children end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end with parent", daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
    os._exit(1)
