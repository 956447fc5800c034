"""The real clock, identifiers and background tasks: the only door to time and chance."""

import asyncio
import base64
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from server.domain.errors import DomainError, trail
from server.ports.system import Clock

log = logging.getLogger(__name__)

TOKEN_BYTES = 16
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
"""Seconds before a kept task is started again; doubled at each failure in a row."""

_COUNTER_BITS = 12
_RANDOM_BITS = 62


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the time as aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class SystemIds:
    """Identifiers that grow with time, and secrets from the kernel. Safe across threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def new(self) -> str:
        """Return a UUIDv7 (RFC 9562) as 32 hexadecimal digits, growing with time."""
        return uuid7(self._tick(), secrets.randbits(_RANDOM_BITS))

    def _tick(self) -> int:
        # RFC 9562 6.2, method 1: milliseconds with a counter behind them. When the clock
        # steps back or the counter runs over, the count goes on from the last one.
        with self._lock:
            self._last = max(self._last + 1, (time.time_ns() // 1_000_000) << _COUNTER_BITS)
            return self._last

    def token(self) -> str:
        """Return 128 random bits as 22 URL-safe characters."""
        return base64.urlsafe_b64encode(os.urandom(TOKEN_BYTES)).rstrip(b"=").decode()

    def digits(self, length: int) -> str:
        """Return `length` random decimal digits."""
        return "".join(secrets.choice("0123456789") for _ in range(length))

    def bytes(self, length: int) -> bytes:
        """Return random bytes."""
        return os.urandom(length)


def uuid7(tick: int, chance: int) -> str:
    """Return RFC 9562's version 7 layout.

    `tick` is 48 bits of milliseconds since 1970 followed by a 12-bit counter; `chance`
    is 62 random bits.
    """
    milliseconds, counter = tick >> _COUNTER_BITS, tick & (1 << _COUNTER_BITS) - 1
    return f"{milliseconds << 80 | 7 << 76 | counter << 64 | 2 << 62 | chance:032x}"


class Running:
    """A task that was started; not awaitable by itself, so that nobody must await it."""

    def __init__(self, task: asyncio.Task[None]) -> None:
        self._task = task

    @property
    def done(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self._task.done()

    def cancel(self) -> None:
        """Ask it to end soon."""
        self._task.cancel()

    async def wait(self) -> None:
        """Wait until it has ended, in whatever way."""
        await asyncio.wait([self._task])


def _note(what: str, fault: BaseException) -> None:
    # Never the fault's words, which quote names; what the machine lacks is one line.
    noted = fault.noted if isinstance(fault, DomainError) else ""
    log.error("%s: %s", what, noted or trail(fault))


class TaskScope:
    """Owns background tasks, so that none outlives its owner and no failure is lost.

    Leaving it cancels what still runs and waits for the end of every task.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._tasks)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def start(
        self,
        work: Coroutine[Any, Any, None],
        *,
        name: str,
        on_failure: Callable[[BaseException], None] | None = None,
    ) -> Running:
        """Run `work` until it ends. A failure is logged, then told to `on_failure`.

        Raises RuntimeError when the scope is closed already.
        """
        if self._closed:
            work.close()
            raise RuntimeError("the task scope is closed")
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._ended(done, on_failure))
        return Running(task)

    def keep(self, work: Callable[[], Coroutine[Any, Any, None]], *, name: str) -> None:
        """Run `work` again whenever it fails, after a growing pause, until it returns."""
        self.start(self._kept(work, name), name=name)

    async def _kept(self, work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        pause = FIRST_PAUSE
        while True:
            begun = self._clock.monotonic()
            try:
                await work()
            # A supervised loop: whatever the work failed of, the process needs it running.
            except Exception as fault:  # noqa: BLE001
                _note(f"{name}: failed, starts again", fault)
            else:
                return
            lasted = self._clock.monotonic() - begun
            pause = FIRST_PAUSE if lasted > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
            await self._clock.sleep(pause)

    def _ended(
        self, task: asyncio.Task[None], on_failure: Callable[[BaseException], None] | None
    ) -> None:
        self._tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        _note(f"{task.get_name()}: failed", error)
        if on_failure is not None:
            on_failure(error)

    async def close(self) -> None:
        """Cancel what runs and wait for its end. Nothing can be started afterwards."""
        self._closed = True
        own = asyncio.current_task()
        tasks = [task for task in self._tasks if task is not own]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
