"""Finds out what a line carries before a picture is let onto it, without hurting the voices.

Packets without media (padding, RFC 3550 5.1) go out on the stream that waits, more and more of
them. Now and then a number is left out. The phone asks for it at once, and how long that takes
tells how full the line's queue is, before anything is lost. What was left out is sent then.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from server.media.downlink import Downlink
from server.media.engine import Engine
from server.media.formats import ABS_SEND_TIME
from server.media.rtp import HEADER, Packet, send_time

TICK_S: Final = 0.02
FIRST_BITS: Final = 40_000
TWICE_EVERY_S: Final = 1.0
HOLD_S: Final = 1.0
"""A rate is carried if nothing happens for so long."""
GAP_EVERY_S: Final = 0.06
LATE_S: Final = 0.1
"""Longer than the fastest answer by this is late."""
LATE_MOST: Final = 3
"""So many late ones in a row are a queue that fills: air and phones stall for less."""
SILENT_S: Final = 1.5
"""No answer at all for so long: this phone tells nothing."""
STEP_BACK: Final = 0.7
"""Of a rate at which a queue fills, so much is tried next, once the queue is empty again."""
EMPTY_S: Final = 0.3

_LOST_OF: Final = 24
_LOST_MOST: Final = 0.2
_PADDING: Final = 255
_FIRST: Final = 0xB0  # version 2, padded, extended
_BLOCK: Final = b"\xbe\xde\x00\x01" + bytes([ABS_SEND_TIME << 4 | 2])
_FILL: Final = bytes(_PADDING - 1) + bytes([_PADDING])
_BITS: Final = 8 * (HEADER.size + len(_BLOCK) + 3 + _PADDING)


class Probe:
    """One attempt on one downlink that is held; ends itself when the edge is cut."""

    def __init__(
        self,
        engine: Engine,
        downlink: Downlink,
        *,
        least: float,
        top: float,
        over: Callable[[int | None], None],
    ) -> None:
        """Go up to `top` bit/s. `over` hears once what the line carries, None where nothing told.

        Less than `least` counts as nothing. It hears nothing where the edge is cut meanwhile.
        """
        self._engine = engine
        self._downlink = downlink
        self._least = least
        self._top = max(top, least)
        self._over = over
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._begun = self._gap_at = self._loop.time()
        self._pause_until = self._begun
        self._steady_since: float | None = None
        self._steady = 0.0
        self._owed = 0.0
        self._gaps: dict[int, float] = {}
        self._sent: list[int] = []
        self._lost: set[int] = set()
        self._fastest: float | None = None
        self._late = 0

    def start(self) -> None:
        """Begin; the downlink knows of it from now on."""
        self._downlink.probe = self
        self._tick()

    def stop(self) -> None:
        """End it: the line carries nothing more."""
        self._end(0)

    @property
    def running(self) -> bool:
        """Whether it still goes on: not where the edge was cut."""
        return self._downlink.probe is self

    @property
    def bits(self) -> float:
        """Bit/s at this moment."""
        if self._steady:
            return self._steady
        grown = (self._loop.time() - self._begun) / TWICE_EVERY_S
        return float(min(self._top, FIRST_BITS * 2.0 ** min(grown, 16.0)))

    def asked(self, sequences: list[int]) -> None:
        """Take what the phone misses: what was left out on purpose, or was lost."""
        now = self._loop.time()
        for sequence in sequences:
            since = self._gaps.pop(sequence, None)
            if since is not None:
                took = now - since
                self._judge(took, since)
                self._fastest = took if self._fastest is None else min(self._fastest, took)
                self._put(sequence)
            elif sequence in self._sent:
                self._lost.add(sequence)

    # ------------------------------------------------------------------ while it runs

    def _tick(self) -> None:
        self._timer = None
        if self._downlink.probe is not self:
            return
        now = self._loop.time()
        if self._silent(now):
            self._end(None)
        elif self._full(now):
            self._step_back(now)
        elif self._steady_since is not None and now - self._steady_since > HOLD_S:
            self._end(int(self._steady))
        else:
            self._send(now)
        if self._downlink.probe is self:
            self._timer = self._loop.call_later(TICK_S, self._tick)

    def _step_back(self, now: float) -> None:
        self._steady, self._steady_since = STEP_BACK * self.bits, None
        self._pause_until = now + EMPTY_S
        self._late = 0
        self._lost.clear()
        if self._steady < self._least:
            self._end(0)

    def _send(self, now: float) -> None:
        if now < self._pause_until or (self._steady and self._steady_since is None and self._gaps):
            return
        bits = self.bits
        if self._steady_since is None and (self._steady or bits >= self._top):
            self._steady, self._steady_since = bits, now
        self._owed += bits * TICK_S
        while self._owed >= _BITS:
            self._owed -= _BITS
            if now - self._gap_at >= GAP_EVERY_S:
                self._gap_at = now
                self._gaps[self._downlink.next_sequence()] = now
            sequence = self._downlink.next_sequence()
            self._sent = [*self._sent[-_LOST_OF:], sequence]
            self._put(sequence)

    def _put(self, sequence: int) -> None:
        one = self._downlink
        if one.source is None:
            return
        head = HEADER.pack(_FIRST, one.source.payload_type, sequence, one.stands, one.ssrc)
        stamp = send_time(self._loop.time())
        packet = Packet(bytearray(head + _BLOCK + stamp + _FILL))
        self._engine.send_rtp(one.link, packet, head, one.mid)

    # ------------------------------------------------------------------ what it tells

    def _silent(self, now: float) -> bool:
        return self._fastest is None and not self._lost and now - self._begun > SILENT_S

    def _full(self, now: float) -> bool:
        newest = sum(one in self._lost for one in self._sent)
        if newest > _LOST_MOST * _LOST_OF:
            return True
        if now < self._pause_until:
            return False
        owed = sum(self._is_late(now - since) for since in self._gaps.values())
        return self._late + owed >= LATE_MOST

    def _judge(self, took: float, since: float) -> None:
        if since < self._pause_until:
            return  # from the queue that made it pause
        self._late = self._late + 1 if self._is_late(took) else 0

    def _is_late(self, took: float) -> bool:
        return self._fastest is not None and took > self._fastest + LATE_S

    def _end(self, carried: int | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._downlink.probe is self:
            self._downlink.probe = None
            self._fill()
            self._over(carried)

    def _fill(self) -> None:
        """Leave nothing out any longer: a phone may show no picture while it waits for a number."""
        for sequence in (*self._gaps, *self._lost):
            self._put(sequence)
        self._gaps.clear()
