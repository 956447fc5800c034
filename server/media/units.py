"""A recording read the second time: one participant's coded units, in the order of their streams.

Pictures are whole and of a size that a decoder may see; everything else is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from server.media import h264, vp8
from server.media.formats import H264, VP8, Kind
from server.media.log_frames import frames
from server.media.order import Arrival, Place, Streams, payload_of
from server.media.orientation import turned
from server.media.picture import Picture, Size
from server.media.survey import Chunks, Survey

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
    readings = {place: course.reading() for place, course in found.courses.items()}
    for place, number, (packet, _) in _in_order(chunks, track):
        course, form = found.courses[place], packet.payload_type
        within = readings[place].second(packet.timestamp)
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


def _in_order(chunks: Chunks, track: str) -> Iterator[tuple[Place, int, Arrival]]:
    """Yield (place, number, arrival) as the first reading saw them."""
    streams = Streams()
    for segment, batch in chunks():
        for one in frames(batch):
            if one.track == track:
                yield from streams.take(segment, one)
    yield from streams.end()
