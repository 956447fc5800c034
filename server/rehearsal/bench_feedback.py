"""One stream as a seat receives it, and what the seat says of it to the worker, like a browser.

A browser asks again only for what it misses. On loopback nothing is lost, so each video is asked
for one packet in ASKED_EVERY that has come: it is kept as it came, and what the worker sends again
must be the same bytes (the same number means the same key stream, RFC 7714 8.1).
"""

import struct
import sys
from collections.abc import Iterator, Sequence
from typing import Final

from aiortc.rtp import RTCP_SR, RtcpReceiverInfo

from server.media import rtcp
from server.media.formats import Kind
from server.rehearsal.bench_stream import PACKET_BYTES

ASKED_EVERY: Final = 200
"""Half a percent, as on an ordinary phone's line."""

Raw = bytes | bytearray | memoryview

_GOLDEN: Final = 0.618034
_NEVER: Final = sys.maxsize
_SEQUENCE: Final = 0xFFFF
_HALF: Final = 0x8000
_FRACTION: Final = 256
_TICKS: Final = 65536
_WORD: Final = 4
_PART: Final = struct.Struct("!xBHL")
_MIDDLE: Final = struct.Struct("!10xL")


class Incoming:
    """Counts as RFC 3550 A.3 says. `asks` is the number to ask for now, None if there is none."""

    __slots__ = (
        "_before",
        "_due",
        "_first",
        "_heard_at",
        "_kept",
        "_middle",
        "_missed",
        "_watched",
        "asks",
        "count",
        "highest",
        "kind",
        "size",
        "ssrc",
    )

    def __init__(self, kind: Kind, ssrc: int, place: int) -> None:
        """`place` tells streams apart, so that not all are asked for at the same time."""
        self.kind, self.ssrc, self.size = kind, ssrc, PACKET_BYTES[kind]
        self.count = self.highest = self._first = 0
        self.asks: int | None = None
        self._before = (0, 0)
        self._due = -1
        self._middle, self._heard_at = 0, 0.0
        self._kept: dict[int, bytes] = {}
        self._missed = 0
        # Of a voice nothing is asked for again: it would come too late.
        picture = kind is Kind.VIDEO
        self._watched = 1 + int(ASKED_EVERY * (place * _GOLDEN % 1)) if picture else _NEVER

    def take(self, number: int, octets: Raw, at: int, length: Sequence[int]) -> bool:
        """Note a protected packet by its number; False if it was here before and was asked for.

        Where it lies, and where its length stands, nobody needs to know nearly always.
        """
        if number == self._due:
            self.highest += 1
        elif not self._place(number):
            return False
        self._due = self.highest + 1 & _SEQUENCE
        self.count = count = self.count + 1
        if count >= self._watched:
            self._wait(number, octets[at : at + length[0]])
        return True

    def _place(self, number: int) -> bool:
        """Take a number that is not the next one; False if it was asked for."""
        if number in self._kept:
            return False
        if not self.count:
            self._first = self.highest = number
        ahead = number - self.highest & _SEQUENCE
        if ahead < _HALF:
            self.highest += ahead
        return True

    def _wait(self, number: int, raw: Raw) -> None:
        """Keep this packet, or ask for the one before: who misses it knows that by the next one."""
        if self.count == self._watched:
            self._kept[number], self._missed = bytes(raw), number
        else:
            self._watched += ASKED_EVERY
            self.asks = self._missed

    def request(self, sender: int) -> bytes:
        """Return what asks for the packet that is due (RFC 4585 6.2.1), once."""
        due, self.asks = self.asks, None
        return rtcp.nack(sender, self.ssrc, [] if due is None else [due])

    def repairs(self, raw: Raw) -> bool:
        """Whether these are the bytes that came under this number before."""
        return self._kept.pop(raw[2] << 8 | raw[3], b"") == raw

    def hear(self, middle: int, now: float) -> None:
        """Note the worker's sender report, which the next one of ours quotes."""
        self._middle, self._heard_at = middle, now

    def report(self, sender: int, now: float) -> bytes:
        """Return a receiver report on what came since the last one (RFC 3550 6.4.2, A.3)."""
        expected, received = self._before
        self._before = self.highest - self._first + 1, self.count
        fresh = self._before[0] - expected
        lost = max(0, fresh - (self.count - received))
        block = RtcpReceiverInfo(
            ssrc=self.ssrc,
            fraction_lost=min(_FRACTION - 1, _FRACTION * lost // max(1, fresh)),
            packets_lost=max(0, self._before[0] - self.count),
            highest_sequence=self.highest,
            jitter=0,
            lsr=self._middle,
            dlsr=int((now - self._heard_at) * _TICKS) if self._middle else 0,
        )
        return rtcp.receiver_report(sender, [block])


def clocks(compound: bytes) -> Iterator[tuple[int, int]]:
    """Yield of each sender report whose stream it is, and the middle of its NTP time.

    Only this is looked for: to parse all that the worker says would cost the load too much.
    """
    at = 0
    while at + _PART.size <= len(compound):
        kind, words, ssrc = _PART.unpack_from(compound, at)
        if kind == RTCP_SR:
            yield ssrc, _MIDDLE.unpack_from(compound, at)[0]
        at += _WORD * (words + 1)
