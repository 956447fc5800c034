"""A line between a phone and the worker: delay, loss by the dice, or so many bit/s and no more.

On its way a packet may take a little longer than the one before, as in the air, but none overtakes.
"""

import asyncio
import random
from collections.abc import Callable

_MOMENT = 1e-6


class Line:
    """One direction. What finds more than `queue_s` seconds of traffic before it is dropped."""

    def __init__(
        self,
        deliver: Callable[[bytes], None],
        *,
        delay_s: float = 0.03,
        spread_s: float = 0.0,
        loss: float = 0.0,
        bits: float = float("inf"),
        queue_s: float = 0.3,
        dice: random.Random,
    ) -> None:
        self.dropped = 0
        self._deliver = deliver
        self._spread, self._arrives_at = spread_s, 0.0
        self._delay, self._loss, self._bits, self._queue = delay_s, loss, bits, queue_s
        self._dice = dice
        self._loop = asyncio.get_running_loop()
        self._free_at = 0.0

    def send(self, raw: bytes) -> None:
        now = self._loop.time()
        begins = max(now, self._free_at)
        if self._dice.random() < self._loss or begins - now > self._queue:
            self.dropped += 1
            return
        # Timers of one moment ring in no order: every packet gets a moment of its own.
        self._free_at = begins + max(_MOMENT, len(raw) * 8 / self._bits)
        arrives_at = self._free_at + self._delay
        if self._spread:
            arrives_at += abs(self._dice.gauss(0, self._spread))
        self._arrives_at = max(arrives_at, self._arrives_at + _MOMENT)
        self._loop.call_at(self._arrives_at, self._deliver, raw)

    def lose(self, share: float) -> None:
        """Lose so much from now on."""
        self._loss = share

    def widen(self, bits: float) -> None:
        """Carry so much from now on."""
        self._bits = bits
