"""A bounded mailbox with one worker: jobs run one at a time, in order.

A job that asks for another job of the same mailbox runs it at once instead of
waiting for itself.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from server.domain.errors import DomainError

T = TypeVar("T")
Job = Callable[[], Awaitable[Any]]

LIMIT = 256


class BusyError(DomainError):
    """Too much is waiting for this case; try again in a moment."""

    code = "busy"


class RoomClosedError(DomainError):
    """The room ended while the request was waiting."""

    code = "room_closed"


class Mailbox:
    """Runs jobs in its own task between `run()` and `close()`."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[tuple[Job, asyncio.Future[Any]] | None] = asyncio.Queue(LIMIT)
        self._owner: asyncio.Task[Any] | None = None
        self._open = True
        self._busy = False

    @property
    def idle(self) -> bool:
        """Whether nothing runs and nothing waits."""
        return self._queue.empty() and not self._busy

    async def submit(self, job: Callable[[], Awaitable[T]]) -> T:
        """Return what the job returns once its turn has come, or raise what it raises."""
        if asyncio.current_task() is self._owner:
            return await job()
        if not self._open:
            raise RoomClosedError
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._put((job, answer))
        return await answer

    def post(self, job: Job) -> None:
        """Let the job run when its turn comes; nobody waits, a full mailbox drops it."""
        if self._open and not self._queue.full():
            answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            answer.add_done_callback(_read)
            self._put((job, answer))

    def _put(self, item: tuple[Job, asyncio.Future[Any]]) -> None:
        try:
            self._queue.put_nowait(item)
        except asyncio.QueueFull:
            raise BusyError from None

    async def run(self) -> None:
        """Work until closed; what waits then is told that the room is closed."""
        self._owner = asyncio.current_task()
        try:
            while (item := await self._queue.get()) is not None:
                self._busy = True
                await _answer(*item)
                self._busy = False
        finally:
            self._fail_waiting()

    def close(self) -> None:
        """End after the present job."""
        self._open = False
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    def _fail_waiting(self) -> None:
        self._open = False
        while not self._queue.empty():
            item = self._queue.get_nowait()
            if item is not None and not item[1].done():
                item[1].set_exception(RoomClosedError())


def _read(answer: asyncio.Future[Any]) -> None:
    if not answer.cancelled():
        answer.exception()


async def _answer(job: Job, answer: asyncio.Future[Any]) -> None:
    if answer.cancelled():
        return
    try:
        result = await job()
    # The asker gets whatever went wrong; the room lives on for the others.
    except Exception as error:  # noqa: BLE001
        if not answer.done():
            answer.set_exception(error)
    else:
        if not answer.done():
            answer.set_result(result)
