"""The first reading of a recording: how each stream of a participant runs, and how long it all is.

Times come from RTP timestamps. The least delayed arrival tells when a stream began; where sender
reports relate a phone's two streams, they keep lips and voice together (RFC 3550 6.4.1). A phone's
time that is far from its packets' arrival is no time: what follows begins anew where it arrived.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from server.media import h264, vp8_head
from server.media.formats import CLOCK, H264, KIND_OF_PAYLOAD, VP8, Kind
from server.media.log_frames import CLOCK as STANDS_FRAME, PACKET, STANDS, Frame, frames
from server.media.picture import Size, sane
from server.media.rtp import TIMESTAMP_MOD, Packet

Chunks = Callable[[], Iterable[tuple[int, bytes]]]
"""Gives (segment, whole batches) from the beginning, as often as it is asked."""

_HALF: Final = TIMESTAMP_MOD // 2
_MS: Final = 1000
_TAIL_S: Final = 0.02
_JUMP_S: Final = 60.0
"""No packet is so late: a phone of which nothing is heard is let go sooner."""


class Course:
    """One stream of one segment: second `base` of the segment is timestamp `first`."""

    def __init__(self, kind: Kind, timestamp: int, at: float) -> None:
        """Begin with the first packet to arrive."""
        self.kind = kind
        self.first = self._last = timestamp
        self.base = at
        self._moved = 0.0
        self.clock: tuple[int, float] | None = None

    def follow(self, timestamp: int, at: float) -> None:
        """Note an arrival `at` seconds into the segment."""
        began = at - self._since(timestamp, at)
        if not self._moved:
            self.base = min(self.base, began)

    def second(self, timestamp: int, at: float) -> float:
        """Return where in its segment a packet belongs that arrived `at` seconds into it."""
        return self.base + self._since(timestamp, at)

    def rewind(self) -> None:
        """Begin a second reading."""
        self._last, self._moved = self.first, 0.0

    def sent_at(self) -> float | None:
        """Return when `first` was on the sender's clock, if a report said so."""
        if self.clock is None:
            return None
        stood, ntp = self.clock
        return ntp - ((stood - self.first + _HALF) % TIMESTAMP_MOD - _HALF) / CLOCK[self.kind]

    def _since(self, timestamp: int, at: float) -> float:
        ahead = (timestamp - self._last + _HALF) % TIMESTAMP_MOD - _HALF
        whole = self._last + ahead
        since = (whole - self.first) / CLOCK[self.kind]
        late = at - self.base - since
        if abs(late - self._moved) > _JUMP_S:
            self._moved = late if abs(late) > _JUMP_S else 0.0
            self._last = whole
        self._last = max(self._last, whole)
        return since + self._moved


@dataclass(slots=True)
class Survey:
    """What was found: courses by (segment, stream), segments' seconds, first sizes by format."""

    courses: dict[tuple[int, int], Course] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)
    sizes: dict[int, Size] = field(default_factory=dict)
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
    found = Survey()
    for segment, batch in chunks():
        for one in frames(batch):
            if one.kind == PACKET:
                reached = one.at_ms / _MS + _TAIL_S
                found.seconds[segment] = max(found.seconds.get(segment, 0.0), reached)
            if one.track == track:
                _note(found, segment, one)
    _align(found)
    return found


def packet_of(one: Frame) -> Packet | None:
    """Return the packet in a frame, if it is one that a film can hold."""
    if one.kind != PACKET:
        return None
    try:
        packet = Packet(bytearray(one.content))
    except ValueError:
        return None
    return packet if packet.payload_type in KIND_OF_PAYLOAD and packet.payload_size else None


def payload_of(packet: Packet) -> bytes:
    """Return a packet's media, without padding."""
    return bytes(packet.raw[packet.payload_at : packet.payload_at + packet.payload_size])


_SIZES: Final = {VP8: vp8_head.opening_size, H264: h264.opening_size}
"""How each format says, in the first packet of a picture, how large it is."""


def _note(found: Survey, segment: int, one: Frame) -> None:
    if one.kind == STANDS_FRAME:
        _note_clock(found, segment, one.content)
        return
    packet = packet_of(one)
    if packet is None:
        return
    kind, at = KIND_OF_PAYLOAD[packet.payload_type], one.at_ms / _MS
    place = (segment, packet.ssrc)
    if place not in found.courses:
        found.courses[place] = Course(kind, packet.timestamp, at)
    found.courses[place].follow(packet.timestamp, at)
    if kind is Kind.AUDIO:
        found.heard = True
    elif packet.payload_type not in found.sizes:
        size = _SIZES[packet.payload_type](payload_of(packet))
        if size is not None and sane(size):
            found.sizes[packet.payload_type] = size


def _note_clock(found: Survey, segment: int, content: bytes) -> None:
    if len(content) == STANDS.size:
        ssrc, stood, ntp = STANDS.unpack(content)
        course = found.courses.get((segment, ssrc))
        if course is not None and course.clock is None:
            course.clock = (stood, ntp)


def _align(found: Survey) -> None:
    """Let the streams of one phone in one segment begin as its own clock says."""
    for segment in found.seconds:
        known = [
            (course, sent)
            for (number, _), course in found.courses.items()
            if number == segment and (sent := course.sent_at()) is not None
        ]
        offset = min((course.base - sent for course, sent in known), default=0.0)
        for course, sent in known:
            course.base = offset + sent
    for course in found.courses.values():
        course.rewind()
