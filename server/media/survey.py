"""The first reading of a recording: how each stream of a participant runs, and how long it all is.

Times come from RTP timestamps, which are held against arrival all along (`course`); where sender
reports relate a phone's two streams, they keep lips and voice together (`lips`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from server.media import h264, vp8_head
from server.media.course import Course
from server.media.formats import H264, KIND_OF_PAYLOAD, VP8, Kind
from server.media.lips import tie
from server.media.log_frames import CLOCK as STANDS_FRAME, PACKET, STANDS, frames
from server.media.order import Arrival, Place, Streams, payload_of
from server.media.orientation import Turns, turned
from server.media.picture import Size, sane
from server.media.rtp import Packet

Chunks = Callable[[], Iterable[tuple[int, bytes]]]
"""Gives (segment, whole batches) from the beginning, as often as it is asked."""

_MS: Final = 1000
_TAIL_S: Final = 0.02
_MARKED: Final = 0x80
"""The last packet of a picture."""


@dataclass(slots=True)
class Survey:
    """What was found: courses by (segment, stream), segments' seconds, first sizes by format."""

    courses: dict[Place, Course] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)
    sizes: dict[int, Size] = field(default_factory=dict)
    turns: Turns = field(default_factory=Turns)
    heard: bool = False

    @property
    def length(self) -> float:
        """Return the film's seconds: what was not recorded takes no time in it."""
        return sum(self.seconds.values())

    def begins(self, segment: int) -> float:
        """Return where in the film a segment begins."""
        return sum(length for number, length in self.seconds.items() if number < segment)


def survey(chunks: Chunks, track: str) -> Survey:
    """Read everything once, for one participant's track."""
    found, streams = Survey(), Streams()
    for segment, batch in chunks():
        for one in frames(batch):
            if one.kind == PACKET:
                reached = one.at_ms / _MS + _TAIL_S
                found.seconds[segment] = max(found.seconds.get(segment, 0.0), reached)
            if one.track != track:
                continue
            if one.kind == STANDS_FRAME:
                _note_clock(found, segment, one.content)
            else:
                _note_all(found, streams.take(segment, one))
    _note_all(found, streams.end())
    _settle(found)
    return found


_SIZES: Final = {VP8: vp8_head.opening_size, H264: h264.opening_size}
"""How each format says, in the first packet of a picture, how large it is."""


def _note_all(found: Survey, arrivals: Iterable[tuple[Place, int, Arrival]]) -> None:
    for place, _, (packet, at) in arrivals:
        kind = KIND_OF_PAYLOAD[packet.payload_type]
        course = found.courses.get(place)
        if course is None:
            course = found.courses[place] = Course(kind, packet.timestamp, at)
        course.follow(packet.timestamp, at)
        if kind is Kind.AUDIO:
            found.heard = True
        else:
            _note_picture(found, place, packet)


def _note_picture(found: Survey, place: Place, packet: Packet) -> None:
    form = packet.payload_type
    if form not in found.sizes:
        size = _SIZES[form](payload_of(packet))
        if size is not None and sane(size):
            found.sizes[form] = size
    if packet.second & _MARKED:
        found.turns.note(place, form, turned(packet))


def _note_clock(found: Survey, segment: int, content: bytes) -> None:
    if len(content) == STANDS.size:
        ssrc, stood, ntp = STANDS.unpack(content)
        course = found.courses.get((segment, ssrc))
        if course is not None:
            course.report(stood, ntp, found.seconds.get(segment, 0.0))


def _settle(found: Survey) -> None:
    for course in found.courses.values():
        course.settle()
    for segment in found.seconds:
        tie([course for (number, _), course in found.courses.items() if number == segment])
