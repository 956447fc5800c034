"""One participant's packets, as recorded, become a WebM: VP8 and Opus as they came.

Nothing is decoded, and memory does not grow with the recording.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import IO, Any, Final, TypeAlias, cast

import av
from av.packet import Packet as Coded

from server.media.formats import CLOCK, Kind
from server.media.log_frames import frames
from server.media.rtp import SEQUENCE_MOD, Packet
from server.media.survey import Chunks, Survey, packet_of, payload_of, survey
from server.media.vp8 import Pictures

_HALF: Final = SEQUENCE_MOD // 2
_WINDOW: Final = 512
"""Packets that wait for a missing one: a phone is asked for it again within as many."""
_BEGINS_ANEW: Final = 2 * _WINDOW
_FRAME_RATE: Final = 30
_PAIR: Final = "stereo"

Film: TypeAlias = Any
Stream: TypeAlias = Any
"""PyAV types its containers by codec names, which say nothing about streams that only pass."""


def mux(chunks: Chunks, track: str, out: IO[bytes]) -> None:
    """Write the WebM of one track; nothing at all where there is nothing to see or hear."""
    found = survey(chunks, track)
    if found.size is None and not found.heard:
        return
    with av.open(cast("Any", _Pipe(out)), "w", format="webm") as film:
        lanes = _lanes(film, found)
        for kind, second, content, key in _units(chunks, track, found):
            if (lane := lanes.get(kind)) is not None:
                film.mux(lane.coded(second, content, key=key))


class _Pipe:
    """What FFmpeg may write to but not seek in: the film goes out while it is made."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out

    def write(self, content: bytes) -> int:
        """Pass it on; all of it, or the reader has gone."""
        self._out.write(content)
        self._out.flush()
        return len(content)


class _Lane:
    """One stream of the film, with times that never stand still."""

    def __init__(self, stream: Stream, kind: Kind, length: float) -> None:
        self._stream = stream
        self._rate = CLOCK[kind]
        self._last = -1
        stream.time_base = Fraction(1, self._rate)
        # Written into the header in advance, because nothing can be corrected in a pipe.
        stream.metadata["DURATION"] = _clock_text(length)

    def coded(self, second: float, content: bytes, *, key: bool) -> "Coded[Any]":
        self._last = max(self._last + 1, round(second * self._rate))
        packet = Coded(content)
        packet.stream = self._stream
        packet.time_base = Fraction(1, self._rate)
        packet.pts = packet.dts = self._last
        packet.is_keyframe = key
        return packet


def _lanes(film: Film, found: Survey) -> dict[Kind, _Lane]:
    lanes = {}
    if found.size is not None:
        width, height = found.size
        video = film.add_mux_stream("vp8", rate=_FRAME_RATE, width=width, height=height)
        lanes[Kind.VIDEO] = _Lane(video, Kind.VIDEO, found.length)
    if found.heard:
        # An encoder is opened for the header alone that it writes (RFC 7845 5.1).
        audio = film.add_stream("libopus", rate=CLOCK[Kind.AUDIO], layout=_PAIR)
        lanes[Kind.AUDIO] = _Lane(audio, Kind.AUDIO, found.length)
    return lanes


def _clock_text(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours:02}:{minutes:02}:{rest:012.9f}"


def _units(chunks: Chunks, track: str, found: Survey) -> Iterator[tuple[Kind, float, bytes, bool]]:
    """Yield (kind, second in the film, coded bytes, whether a decoder can begin with it)."""
    pictures: dict[tuple[int, int], Pictures] = {}
    for place, number, packet in _in_order(chunks, track):
        course = found.courses.get(place)
        if course is None:
            continue
        within = course.second(packet.timestamp)
        second = found.begins(place[0]) + within
        if course.kind is Kind.AUDIO:
            # What a stalled phone sends late was said before the recording began.
            if within >= 0:
                yield Kind.AUDIO, second, payload_of(packet), True
            continue
        gathered = pictures.setdefault(place, Pictures())
        picture = gathered.take(number, packet, payload_of(packet))
        if picture is not None:
            yield Kind.VIDEO, second, picture.content, picture.size is not None


class Order:
    """Gives one stream's packets back by their sequence numbers, and waits only so long."""

    def __init__(self) -> None:
        """Begin with whatever comes first."""
        self._next: int | None = None
        self._held: dict[int, Packet] = {}

    def take(self, packet: Packet) -> Iterator[tuple[int, Packet]]:
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
        self._held[self._next + ahead] = packet
        if len(self._held) > _WINDOW:
            self._next = min(self._held)
        while (one := self._held.pop(self._next, None)) is not None:
            yield self._next, one
            self._next += 1

    def end(self) -> Iterator[tuple[int, Packet]]:
        """Yield all that still waits."""
        for number in sorted(self._held):
            yield number, self._held[number]
            self._next = number + 1
        self._held.clear()


def _in_order(chunks: Chunks, track: str) -> Iterator[tuple[tuple[int, int], int, Packet]]:
    """Yield ((segment, stream), number, packet)."""
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
                for number, ready in streams.setdefault(place, Order()).take(packet):
                    yield place, number, ready
    yield from _ended(streams)


def _ended(
    streams: dict[tuple[int, int], Order],
) -> Iterator[tuple[tuple[int, int], int, Packet]]:
    for place, order in streams.items():
        for number, packet in order.end():
            yield place, number, packet
    streams.clear()
