"""One participant's packets, as recorded, become a film: pictures and Opus as they came.

Nothing is decoded, and memory does not grow with the recording. VP8 goes into WebM, H.264 into
MP4 (WebM holds none); who changed from one to the other has both, in Matroska. How most pictures
are to be turned stands in the header.
"""

import io
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, Final, TypeAlias, cast

import av
from av.packet import Packet as Coded

from server.domain.errors import DomainError
from server.media.duration import Sink, WithDuration
from server.media.formats import CLOCK, H264, OPUS, VP8, Kind
from server.media.picture import Size
from server.media.survey import Chunks, Survey, survey
from server.media.units import units

_FRAME_RATE: Final = 30
_PAIR: Final = "stereo"

Film: TypeAlias = Any
Stream: TypeAlias = Any
"""PyAV types its containers by codec names, which say nothing about streams that only pass."""


FRAGMENTS: Final = {
    "movflags": "empty_moov+delay_moov+default_base_moof",
    "frag_duration": "1000000",
}
"""Microseconds; each fragment can be played when it has come (ISO/IEC 14496-12 8.8)."""
_CODECS: Final = {VP8: "vp8", H264: "h264"}
_TAGS: Final = {VP8: b"VP80", H264: b"H264"}
_IVF: Final = struct.Struct("<4sHH4sHHIIII")


def mux(chunks: Chunks, track: str, out: Sink) -> None:
    """Write the film of one track; nothing at all where there is nothing to see or hear."""
    found = survey(chunks, track)
    if not found.sizes and not found.heard:
        return
    form = _form(found)
    sink: Sink = WithDuration(out, found.length) if form == "mp4" else out
    options = FRAGMENTS if form == "mp4" else {}
    with av.open(cast("Any", Pipe(sink)), "w", format=form, options=options) as film:
        lanes = _lanes(film, found, lambda: _opening(chunks, track, found))
        for one in units(chunks, track, found):
            if (lane := lanes.get(one.payload_type)) is not None:
                film.mux(lane.coded(one.second, one.content, key=one.key))


def _form(found: Survey) -> str:
    if H264 not in found.sizes:
        return "webm"
    return "matroska" if VP8 in found.sizes else "mp4"


class Pipe:
    """What FFmpeg may write to but not seek in: the film goes out while it is made."""

    def __init__(self, out: Sink) -> None:
        self._out = out
        self._fault: Exception | None = None

    def write(self, content: bytes) -> int:
        """Pass it on; all of it, or the reader has gone."""
        try:
            self._out.write(content)
            self._out.flush()
        except (OSError, DomainError) as fault:
            self._fault = fault
            raise
        return len(content)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Raise what kept us from writing, of which FFmpeg says only that something did."""
        try:
            yield
        except av.error.FFmpegError as said:
            raise self._fault or said from said


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


def _lanes(film: Film, found: Survey, opening: Callable[[], bytes]) -> dict[int, _Lane]:
    lanes = {}
    for form, (width, height) in found.sizes.items():
        if turn := found.turns.most(form):
            video = _turned(film, form, (width, height), turn)
            if form == H264:
                video.codec_context.extradata = opening()
        else:
            video = film.add_mux_stream(_CODECS[form], rate=_FRAME_RATE, width=width, height=height)
        lanes[form] = _Lane(video, Kind.VIDEO, found.length)
    if found.heard:
        # An encoder is opened for the header alone that it writes (RFC 7845 5.1).
        audio = film.add_stream("libopus", rate=CLOCK[Kind.AUDIO], layout=_PAIR)
        lanes[OPUS] = _Lane(audio, Kind.AUDIO, found.length)
    return lanes


def _turned(film: Film, form: int, size: Size, turn: int) -> Stream:
    """Add a stream of pictures that players turn by so many degrees clockwise.

    The angle stands in the header, once. PyAV writes it only for streams that have a codec, and
    those of `add_mux_stream` have none: an empty film of the same format gives it one.
    """
    head = _IVF.pack(b"DKIF", 0, _IVF.size, _TAGS[form], *size, _FRAME_RATE, 1, 0, 0)
    with av.open(io.BytesIO(head), "r", format="ivf") as empty:
        made: Stream = film.add_stream_from_template(empty.streams.video[0], opaque=True)
    # FFmpeg counts against the clock.
    made.set_display_rotation(-turn)
    return made


def _opening(chunks: Chunks, track: str, found: Survey) -> bytes:
    """Return the first picture of H.264 that can be begun with: its parameter sets are in it."""
    every = units(chunks, track, found)
    return next((one.content for one in every if one.payload_type == H264 and one.key), b"")


def _clock_text(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours:02}:{minutes:02}:{rest:012.9f}"
