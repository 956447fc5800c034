"""A mailbox with one worker: jobs run one at a time, in order.

What is asked for from outside is bounded: too much of it is refused. What the server itself
posts is never dropped, for it may be what takes somebody's sound away; what it posts again
and again, such as the ticks, waits once. A job that asks for another job of the same mailbox
runs it at once instead of waiting for itself.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from server.domain.errors import DomainError, trail

log = logging.getLogger(__name__)

T = TypeVar("T")
Job = Callable[[], Awaitable[Any]]

LIMIT = 256
"""How many jobs may wait before whoever asks for another is refused."""


class BusyError(DomainError):
    """Too much is waiting for this case; try again in a moment."""

    code = "busy"


class RoomClosedError(DomainError):
    """The room ended while the request was waiting."""

    code = "room_closed"


@dataclass(slots=True)
class _Waiting:
    """A job, who waits for its result (None: nobody), and what it is the latest of."""

    job: Job
    answer: asyncio.Future[Any] | None = None
    latest_of: Hashable | None = None


class Mailbox:
    """Runs jobs in its own task between `run()` and `close()`."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[_Waiting | None] = asyncio.Queue()
        self._latest: dict[Hashable, _Waiting] = {}
        self._owner: asyncio.Task[Any] | None = None
        self._open = True
        self._busy = False

    @property
    def idle(self) -> bool:
        """Whether nothing runs and nothing waits."""
        return self._queue.empty() and not self._busy

    async def submit(self, job: Callable[[], Awaitable[T]], *, always: bool = False) -> T:
        """Return what the job returns once its turn has come, or raise what it raises.

        Raises BusyError where too much waits, unless the job is `always` taken: it narrows.
        """
        if asyncio.current_task() is self._owner:
            return await job()
        if not self._open:
            raise RoomClosedError
        if not always and self._queue.qsize() >= LIMIT:
            raise BusyError
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait(_Waiting(job, answer))
        return await answer

    def post(self, job: Job, *, latest_of: Hashable | None = None) -> None:
        """Let the job run when its turn comes; nobody waits, and what goes wrong is logged.

        It takes the place of the job that is `latest_of` the same and still waits.
        """
        if not self._open:
            return
        if latest_of is not None and (waiting := self._latest.get(latest_of)) is not None:
            waiting.job = job
            return
        item = _Waiting(job, latest_of=latest_of)
        if latest_of is not None:
            self._latest[latest_of] = item
        self._queue.put_nowait(item)

    async def run(self) -> None:
        """Work until closed; what waits then is told that the room is closed."""
        self._owner = asyncio.current_task()
        try:
            while (item := await self._queue.get()) is not None:
                self._latest.pop(item.latest_of, None)
                self._busy = True
                await _answer(item.job, item.answer)
                self._busy = False
        finally:
            self._fail_waiting()

    def close(self) -> None:
        """End after what waits now."""
        self._open = False
        self._queue.put_nowait(None)

    def _fail_waiting(self) -> None:
        self._open = False
        while not self._queue.empty():
            item = self._queue.get_nowait()
            if item is not None and item.answer is not None and not item.answer.done():
                item.answer.set_exception(RoomClosedError())


async def _answer(job: Job, answer: asyncio.Future[Any] | None) -> None:
    if answer is not None and answer.cancelled():
        return
    try:
        result = await job()
    except asyncio.CancelledError as ended:
        if _mailbox_ends():
            _fail(answer, RoomClosedError())
            raise
        # What a job waited for was ended: that is no end of the room.
        _fail(answer, ended)
    # The asker gets whatever went wrong; the room lives on for the others.
    except Exception as error:  # noqa: BLE001
        _fail(answer, error)
    else:
        if answer is not None and not answer.done():
            answer.set_result(result)


def _mailbox_ends() -> bool:
    worker = asyncio.current_task()
    return worker is None or worker.cancelling() > 0


def _fail(answer: asyncio.Future[Any] | None, error: BaseException) -> None:
    if answer is None or answer.done():
        _log(error)
    else:
        answer.set_exception(error)


def _log(error: BaseException) -> None:
    """Log what nobody waits for: a refusal by its code, a fault by the way it came."""
    if isinstance(error, DomainError):
        log.warning("a room could not do what it had to: %s", error.noted or error.code)
    else:
        log.error("a room could not do what it had to: %s", trail(error))
