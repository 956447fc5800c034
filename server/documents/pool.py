"""Runs work that burns processor time in other processes.

Children come from a forkserver, so they carry none of the app's sockets or threads;
each watches the app's process and ends with it, even when that was killed. Each child
has one work at a time: when it dies (killed by the kernel, crashed by hostile input)
only that work is tried again, once, in a new child. The kernel also ends one that is at
the same work for minutes: a token's driver that never answers must not keep the others.
"""

import asyncio
import gc
import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

from server.documents.parcels import Parcel, packed
from server.domain.errors import DomainError

T = TypeVar("T")
PRELOADED = ("server.documents.work",)
LONGEST_S = 300
"""Seconds by the clock; the longest work takes a few, on a machine that is overloaded a minute."""


class WorkFailedError(DomainError):
    """The work ended its process twice, hung, or failed beyond telling; see the log."""

    code = "work_failed"
    machine = True


class ProcessWorkPool:
    """A pool of `size` children; use it as a context so that they end with it."""

    def __init__(
        self, size: int, preload: Sequence[str] = PRELOADED, longest_s: int = LONGEST_S
    ) -> None:
        """Nothing starts before the first work."""
        self._longest_s = longest_s
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))
        self._running = set[ProcessPoolExecutor]()
        self._works = set[asyncio.Task[Any]]()
        self._idle: asyncio.LifoQueue[ProcessPoolExecutor] = asyncio.LifoQueue()
        self._children = {self._fresh() for _ in range(size)}
        for child in self._children:
            self._idle.put_nowait(child)

    async def run(self, work: Callable[..., T], *args: object) -> T:
        """Return what the module-level `work(*args)` returns in a child.

        Raises what it raises, WorkFailedError when its process ended twice, or took too long.
        """
        time = asyncio.get_running_loop().time
        for _ in range(2):
            child = await self._idle.get()
            began = time()
            # Whoever waits may be called away; the child is idle only once its work has ended.
            going = self._start(self._done(child, work, args))
            try:
                return (await asyncio.shield(going)).result()
            except BrokenProcessPool:
                if time() - began >= self._longest_s:
                    break  # what hung once hangs again
        raise WorkFailedError(work=work.__name__)

    def _start(self, work: Coroutine[None, None, T]) -> asyncio.Task[T]:
        going = asyncio.get_running_loop().create_task(work)
        self._works.add(going)
        going.add_done_callback(self._over)
        return going

    def _over(self, work: asyncio.Task[T]) -> None:
        self._works.discard(work)
        if not work.cancelled():
            work.exception()  # of whoever was called away nobody else asks for it

    async def _done(
        self, child: ProcessPoolExecutor, work: Callable[..., T], args: tuple[object, ...]
    ) -> "_Told[T]":
        held = ExitStack()
        try:
            sent = await asyncio.to_thread(held.enter_context, packed(args))
            return await asyncio.wrap_future(await self._begin(child, work, sent))
        except BrokenProcessPool:
            child = self._replaced(child)
            raise
        finally:
            self._idle.put_nowait(child)
            await asyncio.to_thread(held.close)  # giving much memory back takes milliseconds, too

    async def _begin(
        self, child: ProcessPoolExecutor, work: Callable[..., T], sent: Parcel
    ) -> Future["_Told[T]"]:
        if child in self._running:
            return child.submit(_told, self._longest_s, work, sent)
        # The first work starts the process, which may take seconds: the loop must not wait.
        begun = await asyncio.to_thread(child.submit, _told, self._longest_s, work, sent)
        self._running.add(child)
        return begun

    def close(self) -> None:
        """End the children; work that has not begun is dropped."""
        for child in self._children:
            child.shutdown(wait=True, cancel_futures=True)

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

    def _replaced(self, broken: ProcessPoolExecutor) -> ProcessPoolExecutor:
        broken.shutdown(wait=False, cancel_futures=True)
        child = self._fresh()
        self._children = (self._children - {broken}) | {child}
        self._running.discard(broken)
        return child

    def _fresh(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, mp_context=self._context, initializer=_begin_child)


@dataclass(frozen=True, slots=True)
class _Told(Generic[T]):
    """How the work ended, in a form that always survives the way back."""

    value: T | None = None
    error: BaseException | None = None
    refusal: type[DomainError] | None = None
    facts: tuple[tuple[str, object], ...] = ()

    def result(self) -> T:
        if self.refusal is not None:
            raise self.refusal(**dict(self.facts))
        if self.error is not None:
            raise self.error
        return cast("T", self.value)


def _told(longest_s: int, work: Callable[..., T], sent: Parcel) -> _Told[T]:
    signal.alarm(longest_s)  # nobody handles it: it ends the process, whatever code runs (alarm(2))
    try:
        return _Told(value=work(*sent.opened()))
    except DomainError as refused:
        return _Told(refusal=type(refused), facts=tuple(refused.facts.items()))
    except Exception as error:  # noqa: BLE001  outermost frame: it must reach the caller
        return _Told(error=_travelling(error, work.__name__))
    finally:
        signal.alarm(0)


def _travelling(error: Exception, work: str) -> Exception:
    # An error that cannot be unpickled would break the child for its next work.
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  our own bytes
    except (pickle.PickleError, TypeError, AttributeError, ValueError):
        return RuntimeError(f"{work}: {type(error).__name__}: {error}")
    return error


def _begin_child() -> None:
    gc.freeze()  # what is loaded stays; looking through it took a tenth of the work's time
    # A terminal's Ctrl-C goes to the whole group; the parent decides when children end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end with parent", daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
    os._exit(1)
