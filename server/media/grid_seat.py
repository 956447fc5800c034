"""One participant of a grid: what he shows and says at each moment, decoded as it is needed."""

from collections import deque
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import av
from av import VideoFrame
from av.packet import Packet as Coded

from server.media.canvas import Canvas
from server.media.formats import H264, OPUS, VP8
from server.media.grid_layout import Cell
from server.media.grid_sound import Voice
from server.media.picture import LARGEST
from server.media.units import Unit

AHEAD_S: Final = 2.0
"""How far is read beyond the moment that is drawn: a stream waits a second for what was lost."""
_MOST_WAITING: Final = 128
"""Pictures; sixty a second come at most."""
_GONE_S: Final = 3.0
"""A picture that nothing follows for so long is taken away."""
_AT_ONCE: Final = 2
"""Decoders of one phone: of its connection, and of the one that follows it on another network."""
_NAMES: Final = {VP8: "vp8", H264: "h264"}

Decoder: TypeAlias = Any
Stream: TypeAlias = tuple[tuple[int, int], int]


class GridSeat:
    """Reads one participant's units once, from the first to the last."""

    def __init__(self, units: Iterator[Unit], cell: Cell) -> None:
        """`units` in the order they came; `cell` is where he stands."""
        self.voice = Voice()
        self._units = units
        self._cell = cell
        self._next: Unit | None = next(units, None)
        self._waiting: deque[Unit] = deque()
        self._decoders: dict[Stream, Decoder] = {}
        self._turned: dict[Stream, int] = {}
        self._shown_at: float | None = None

    def reach(self, second: float) -> None:
        """Read what may belong before this second of the film."""
        while self._next is not None and self._next.second <= second + AHEAD_S:
            one = self._next
            if one.payload_type == OPUS:
                self.voice.hear(one.stream, one.second, one.content)
            else:
                self._keep(one)
            self._next = next(self._units, None)

    def _keep(self, one: Unit) -> None:
        """Let a picture wait for its moment; too many at once are a phone that lies about time."""
        self._waiting.append(one)
        if len(self._waiting) > _MOST_WAITING:
            self._decoded(self._waiting.popleft())

    def draw(self, second: float, canvas: Canvas) -> None:
        """Show the newest picture of this second; dark where there has long been none."""
        newest: tuple[VideoFrame, int] | None = None
        while self._waiting and self._waiting[0].second <= second:
            newest = self._decoded(self._waiting.popleft()) or newest
        if newest is not None:
            canvas.clear(self._cell.picture)
            canvas.put(newest[0], self._cell.picture, newest[1])
            self._shown_at = second
        elif self._shown_at is not None and second - self._shown_at > _GONE_S:
            self.leave(canvas)

    def leave(self, canvas: Canvas) -> None:
        """Take the picture away."""
        canvas.clear(self._cell.picture)
        self._shown_at = None

    def _decoded(self, one: Unit) -> tuple[VideoFrame, int] | None:
        stream = one.stream, one.payload_type
        if one.turned is not None or one.key:
            self._turned[stream] = one.turned or 0
        try:
            frames = self._decoder(stream).decode(Coded(one.content))
        except av.error.FFmpegError:
            return None
        sane = [f for f in frames if max(f.width, f.height) <= LARGEST]
        return (sane[-1], self._turned.get(stream, 0)) if sane else None

    def _decoder(self, stream: Stream) -> Decoder:
        found = self._decoders.pop(stream, None) or decoder_of(stream[1])
        self._decoders[stream] = found
        while len(self._decoders) > _AT_ONCE:
            del self._decoders[next(iter(self._decoders))]
        return found


def decoder_of(payload_type: int) -> Decoder:
    """Return a decoder that refuses by itself, too, what is larger than any phone sends."""
    made: Decoder = av.CodecContext.create(_NAMES[payload_type], "r")
    made.options = {"max_pixels": str(LARGEST * LARGEST), "threads": "1"}
    return made
