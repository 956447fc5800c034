"""A recording read the second time: one participant's coded units, in the order of their streams.

Pictures are whole and of a size that a decoder may see; everything else is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from server.media import h264, vp8
from server.media.formats import H264, VP8, Kind
from server.media.log_frames import frames
from server.media.orientation import turned
from server.media.picture import Picture, Size
from server.media.rtp import SEQUENCE_MOD, Packet
from server.media.survey import Chunks, Survey, packet_of, payload_of

_HALF: Final = SEQUENCE_MOD // 2
_MS: Final = 1000
_WINDOW: Final = 512
"""Packets that wait for a missing one: a phone is asked for it again within as many."""
_BEGINS_ANEW: Final = 2 * _WINDOW
_Pictures: TypeAlias = vp8.Pictures | h264.Pictures
_GATHERS: Final[dict[int, type[_Pictures]]] = {VP8: vp8.Pictures, H264: h264.Pictures}


@dataclass(frozen=True, slots=True)
class Unit:
    """What one picture or one sound is coded as, and at which second of the film it belongs.

    `stream` is the segment and the SSRC. `size` is that of a key frame. A sound is always one to
    begin with. `turned` is by how many degrees clockwise a picture is to be turned, if it says so.
    """

    stream: tuple[int, int]
    payload_type: int
    second: float
    content: bytes
    key: bool = True
    size: Size | None = None
    turned: int | None = None


def units(chunks: Chunks, track: str, found: Survey) -> Iterator[Unit]:
    """Yield one participant's units."""
    pictures: dict[tuple[int, int, int], _Pictures] = {}
    for place, number, (packet, at) in _in_order(chunks, track):
        course = found.courses.get(place)
        if course is None:
            continue
        within, form = course.second(packet.timestamp, at), packet.payload_type
        second = found.begins(place[0]) + within
        if form not in _GATHERS:
            # What a stalled phone sends late was said before the recording began.
            if course.kind is Kind.AUDIO and within >= 0:
                yield Unit(place, form, second, payload_of(packet))
        elif course.kind is Kind.VIDEO:
            gathered = pictures.setdefault((*place, form), _GATHERS[form]())
            picture = gathered.take(number, packet, payload_of(packet))
            if picture is not None:
                yield _shown((place, form, second), picture, turned(packet))


def _shown(where: tuple[tuple[int, int], int, float], one: Picture, turn: int | None) -> Unit:
    place, form, second = where
    key = one.size is not None
    return Unit(place, form, second, one.content, key=key, size=one.size, turned=turn)


Arrival: TypeAlias = tuple[Packet, float]
"""A packet, and how many seconds into its segment it arrived."""


class Order:
    """Gives one stream's packets back by their sequence numbers, and waits only so long."""

    def __init__(self) -> None:
        """Begin with whatever comes first."""
        self._next: int | None = None
        self._held: dict[int, Arrival] = {}

    def take(self, packet: Packet, at: float) -> Iterator[tuple[int, Arrival]]:
        """Yield what can go on now, with numbers that do not wrap."""
        if self._next is None:
            self._next = packet.sequence + SEQUENCE_MOD
        ahead = (packet.sequence - self._next + _HALF) % SEQUENCE_MOD - _HALF
        if ahead < -_BEGINS_ANEW:
            yield from self.end()
            self._next = (self._next // SEQUENCE_MOD + 2) * SEQUENCE_MOD + packet.sequence
            ahead = 0
        if ahead < 0:
            return
        self._held[self._next + ahead] = packet, at
        if len(self._held) > _WINDOW:
            self._next = min(self._held)
        while (one := self._held.pop(self._next, None)) is not None:
            yield self._next, one
            self._next += 1

    def end(self) -> Iterator[tuple[int, Arrival]]:
        """Yield all that still waits."""
        for number in sorted(self._held):
            yield number, self._held[number]
            self._next = number + 1
        self._held.clear()


def _in_order(chunks: Chunks, track: str) -> Iterator[tuple[tuple[int, int], int, Arrival]]:
    """Yield ((segment, stream), number, arrival)."""
    streams: dict[tuple[int, int], Order] = {}
    now = None
    for segment, batch in chunks():
        if segment != now:
            yield from _ended(streams)
            now = segment
        for one in frames(batch):
            packet = packet_of(one) if one.track == track else None
            if packet is not None:
                place = (segment, packet.ssrc)
                order = streams.setdefault(place, Order())
                for number, ready in order.take(packet, one.at_ms / _MS):
                    yield place, number, ready
    yield from _ended(streams)


def _ended(
    streams: dict[tuple[int, int], Order],
) -> Iterator[tuple[tuple[int, int], int, Arrival]]:
    for place, order in streams.items():
        for number, ready in order.end():
            yield place, number, ready
    streams.clear()
