"""A sitting as one film: all participants in a grid, their voices together (H.264, AAC, MP4).

Made for people who cannot follow seven films at once. It is a derivative: what was recorded stays
as it came, and the times of both are the same.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import av

from server.media.canvas import FORMAT, Canvas
from server.media.duration import Sink, WithDuration
from server.media.grid_layout import cells
from server.media.grid_seat import GridSeat
from server.media.grid_sound import RATE as SOUND_RATE, Mixer
from server.media.mux import FRAGMENTS, Pipe
from server.media.name_strips import NameStrips
from server.media.survey import Chunks, Survey, survey
from server.media.units import units

WIDTH, HEIGHT, RATE = 1280, 720, 15
_PICTURE: Final = {
    "preset": "veryfast",
    "crf": "27",
    "maxrate": "900k",
    "bufsize": "1800k",
    "g": "75",
    "threads": "1",
}
_SOUND_BITS: Final = 64_000
BYTES_A_SECOND: Final = (900_000 + _SOUND_BITS) * 9 // 64
"""What a second takes at most, an eighth more than the encoders aim at."""
_PER_FRAME: Final = SOUND_RATE // RATE

Stream: TypeAlias = Any
"""PyAV types streams by codec names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """What is to be drawn: names by track, in the order they stand; fonts in the order asked."""

    names: Mapping[str, str]
    fonts: Sequence[Path]


@dataclass(slots=True)
class Surveys:
    """The first reading of every track, and the length they share in seconds."""

    found: dict[str, Survey] = field(default_factory=dict)

    @property
    def length(self) -> float:
        """Return the film's seconds; 0 where there is nothing to see or hear."""
        some = [one for one in self.found.values() if one.sizes or one.heard]
        return max((one.length for one in some), default=0.0)

    def boundaries(self) -> list[float]:
        """Return where in the film one segment ends and the next begins."""
        lengths = max((one.seconds for one in self.found.values()), key=len, default={})
        return list(itertools.accumulate(lengths[n] for n in sorted(lengths)))[:-1]


def survey_all(chunks: Chunks, tracks: Sequence[str]) -> Surveys:
    """Read everything once for each track."""
    return Surveys({track: survey(chunks, track) for track in tracks})


def make_grid(
    chunks: Chunks, grid: Grid, found: Surveys, out: Sink, tell: Callable[[float], None]
) -> None:
    """Write the film; `tell` hears once a second of it which share is done."""
    pipe = Pipe(WithDuration(out, found.length))
    with (
        pipe.telling(),
        av.open(cast("Any", pipe), "w", format="mp4", options=FRAGMENTS) as film,
    ):
        picture: Stream = film.add_stream("libx264", rate=RATE, options=_PICTURE)
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, FORMAT
        picture.time_base = Fraction(1, RATE)
        sound: Stream = film.add_stream("aac", rate=SOUND_RATE, layout="mono")
        sound.bit_rate = _SOUND_BITS
        for step in _Sitting(chunks, grid, found).steps(tell):
            for frame in step.sounds:
                film.mux(sound.encode(frame))
            film.mux(picture.encode(step.picture))
        film.mux(sound.encode(None))
        film.mux(picture.encode(None))


@dataclass(frozen=True, slots=True)
class _Step:
    """One frame of the film and the sound beside it."""

    picture: av.VideoFrame
    sounds: Sequence[av.AudioFrame]


class _Sitting:
    """All seats, drawn frame by frame."""

    def __init__(self, chunks: Chunks, grid: Grid, found: Surveys) -> None:
        self._found = found
        self._canvas = Canvas(WIDTH, HEIGHT)
        places = cells(len(grid.names), WIDTH, HEIGHT)
        strips = NameStrips(grid.fonts)
        self._seats = []
        for cell, (track, name) in zip(places, grid.names.items(), strict=True):
            self._canvas.write(strips.drawn(name, cell.name), cell.name)
            self._seats.append(GridSeat(units(chunks, track, found.found[track]), cell))
        self._mixer = Mixer(len(self._seats))

    def steps(self, tell: Callable[[float], None]) -> Iterator[_Step]:
        """Yield every frame of the film."""
        frames = round(self._found.length * RATE)
        borders = self._found.boundaries()
        for number in range(frames):
            second = number / RATE
            if borders and borders[0] <= second:
                borders.pop(0)
                for seat in self._seats:
                    seat.leave(self._canvas)
            yield self._step(number, second)
            if number % RATE == 0:
                tell(number / frames)

    def _step(self, number: int, second: float) -> _Step:
        for seat in self._seats:
            seat.reach(second)
            seat.draw(second, self._canvas)
        said = [seat.voice.take(_PER_FRAME) for seat in self._seats]
        return _Step(self._canvas.frame(number, RATE), list(self._mixer.mix(said)))
