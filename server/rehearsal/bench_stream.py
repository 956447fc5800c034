"""What a seat sends, invented and sealed ahead, and what all seats together have heard of it.

Every packet carries, where it can be read without a copy, whose it is and which: so everybody
knows when it was sent.
"""

import struct
import time
from array import array
from collections.abc import Mapping
from typing import Final

from server.media import rtcp
from server.media.formats import OPUS, VP8, Kind
from server.media.libc import CValue, ffi
from server.media.rtp import HEADER
from server.media.undocumented import protect
from server.rehearsal.bench_slots import Inbox

SEATS_PER_ROOM: Final = 3
PAYLOAD_BYTES: Final = {Kind.AUDIO: 90, Kind.VIDEO: 950}
_TICKS_PER_ROW: Final = {Kind.AUDIO: 960, Kind.VIDEO: 4500}

_MARKER: Final = 0x80
_EXTENSIONS: Final = {
    Kind.AUDIO: bytes.fromhex("bede0002" + "1030" + "208a" + "32000000"),
    Kind.VIDEO: bytes.fromhex("bede0002" + "1031" + "32000000" + "0000"),
}
# VP8 payload descriptor and head: "a key frame of 640x360 begins here", and "it goes on" (RFC 7741
# 4.2, RFC 6386 9.1).
_BEGINS: Final = bytes.fromhex("10" + "100200" + "9d012a" + "8002" + "6801")
_STAMP: Final = struct.Struct("=II")
_STAMP_AT: Final = 40
"""A place behind all that which is one of the machine's own words in every slot of memory."""
_MAKER_WORD, _NUMBER_WORD = _STAMP_AT // 4, _STAMP_AT // 4 + 1
NOBODY: Final = 0
"""No stream has this name."""
_TAG_BYTES: Final = 16
_TRAILER_BYTES: Final = 144
"""What libsrtp asks for behind a packet, though it never fills it (SRTP_MAX_TRAILER_LEN)."""
_NS: Final = 1_000_000_000


def _clear(kind: Kind, head: bytes = b"") -> bytes:
    payload = head.ljust(PAYLOAD_BYTES[kind], b"\0")
    return bytes(HEADER.size) + _EXTENSIONS[kind] + payload


PACKET_BYTES: Final = {kind: len(_clear(kind)) for kind in Kind}
"""What a packet has in the clear, at its sender and at whoever gets it."""
_LATER: Final = {kind: _clear(kind) for kind in Kind}
_FIRST: Final = {Kind.AUDIO: _LATER[Kind.AUDIO], Kind.VIDEO: _clear(Kind.VIDEO, _BEGINS)}


def name_of(kind: Kind, seat: int) -> int:
    """Return the name of the stream of this kind that a seat sends."""
    return 1 + 2 * seat + (kind is Kind.VIDEO)


class Stream:
    """One kind of media that a seat sends: a row of packets each turn, a picture or one of sound.

    `sent` is when each was given to the system, in nanoseconds of its clock.
    """

    def __init__(self, kind: Kind, seat: int, row: int) -> None:
        """`row` is how many packets a turn has."""
        self.kind = kind
        self.ssrc = name_of(kind, seat)
        self.sent = array("q")
        self.sealed_bytes = 0
        self._type = OPUS if kind is Kind.AUDIO else VP8
        self._row = row
        self._written = 0
        self._ahead = memoryview(b"")

    def prepare(self, sealing: CValue, turns: int) -> None:
        """Seal the packets of so many turns, one behind the other."""
        count, at = turns * self._row, 0
        room = count * (PACKET_BYTES[self.kind] + _TAG_BYTES) + _TRAILER_BYTES
        memory, length = ffi.new("unsigned char[]", room), ffi.new("int *")
        octets = memoryview(ffi.buffer(memory))
        for _ in range(count):
            length[0] = self.write(octets, at)
            if protect(sealing, memory + at, length):
                raise ConnectionError
            at += length[0]
        self.sealed_bytes = length[0]
        self._ahead = octets[:at]

    def take(self, sealing: CValue) -> memoryview:
        """Return the packets of the next turn; those nobody has prepared are sealed now."""
        if not self._ahead:
            self.prepare(sealing, 1)
        size = self._row * self.sealed_bytes
        row, self._ahead = self._ahead[:size], self._ahead[size:]
        return row

    def write(self, octets: memoryview, at: int) -> int:
        """Put the next packet there, in the clear; return its size."""
        turn, place = divmod(self._written, self._row)
        clear = (_LATER if place else _FIRST)[self.kind]
        octets[at : at + len(clear)] = clear
        second = self._type | (_MARKER if place == self._row - 1 else 0)
        number, timestamp = self._written & 0xFFFF, (turn + 1) * _TICKS_PER_ROW[self.kind]
        HEADER.pack_into(octets, at, 0x90, second, number, timestamp, self.ssrc)
        _STAMP.pack_into(octets, at + _STAMP_AT, self.ssrc, self._written)
        self._written += 1
        return len(clear)

    def report(self, now: float) -> bytes:
        """Return a sender report, so that the worker can give its own (RFC 3550 6.4.1)."""
        count = len(self.sent)
        timestamp = count // self._row * _TICKS_PER_ROW[self.kind]
        octets = count * PAYLOAD_BYTES[self.kind]
        return rtcp.our_sender_report(self.ssrc, now, timestamp, count, octets)

    def note(self, count: int) -> None:
        """Note that so many packets are given to the system now."""
        now = time.time_ns()
        for _ in range(count):
            self.sent.append(now)


class Heard:
    """What arrived at all seats: whose it was, which, and when the kernel had it.

    That is copied from all slots at once, and what it means is computed at the end.
    """

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox
        self.strangers = self.broken = self.reports = self.repaired = 0
        self._makers = inbox.words_at(_MAKER_WORD)
        self._kept = (
            (self._makers, array("I")),
            (inbox.words_at(_NUMBER_WORD), array("I")),
            (inbox.seconds, array("q")),
            (inbox.nanoseconds, array("q")),
        )

    def void(self, slot: int) -> None:
        """Let what lies there be no forward."""
        self._makers[slot] = NOBODY

    def take(self, count: int, known: frozenset[int]) -> None:
        """Note so many slots, in the clear; `known` are the streams it may be, and nobody's."""
        if not known.issuperset(self._makers[:count].tolist()):
            self._turn_away(count, known)
        for column, kept in self._kept:
            kept.frombytes(column[:count].tobytes())

    def _turn_away(self, count: int, known: frozenset[int]) -> None:
        for slot in range(count):
            if self._makers[slot] not in known:
                self.strangers += 1
                self.void(slot)

    @property
    def all(self) -> int:
        """Return how many were forwards, whenever they were sent."""
        makers = self._kept[0][1]
        return len(makers) - makers.count(NOBODY)

    def delays_ns(self, sent: "Mapping[int, array[int]]", window: tuple[int, int]) -> "array[int]":
        """Return how long each took that was sent within the window, from its first moment on.

        `sent` holds for each stream when its packets were; times are those of the system's clock.
        """
        begins, ends = window
        return array(
            "q",
            (
                seconds * _NS + nanoseconds - at
                for maker, number, seconds, nanoseconds in zip(
                    *(kept for _, kept in self._kept), strict=True
                )
                if maker and begins <= (at := sent[maker][number]) < ends
            ),
        )
