"""A clock that tests move: `sleep` ends when `advance` has reached it, never by itself."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from itertools import count

START = datetime(2025, 3, 10, 1, 0, tzinfo=UTC)
TURNS = 20
"""Turns of the loop given to whoever woke, so that he can act and sleep again."""


class FakeClock:
    """Stands still until told otherwise. Starts on 10 March 2025, 09:00 in Shanghai."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._elapsed = 0.0
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    def set_like(self, other: "FakeClock") -> None:
        """Show the other one's time; nobody may be waiting here."""
        assert not self._sleepers
        self._start, self._elapsed = other._start, other._elapsed

    @property
    def sleepers(self) -> int:
        """How many wait for time to pass."""
        return sum(not future.done() for _, _, future in self._sleepers)

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), future))
        await future

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass, waking sleepers in order, also those who sleep again meanwhile."""
        end = self._elapsed + seconds
        await self._settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                self._elapsed = max(self._elapsed, due)
                future.set_result(None)
                await self._settle()
        self._elapsed = end
        await self._settle()

    def jump(self, seconds: float) -> None:
        """Move the wall clock alone, as an administrator or a bad time server would."""
        self._start += timedelta(seconds=seconds)

    async def _settle(self) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)
