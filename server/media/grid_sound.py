"""The voices of a grid: each decoded onto its own line of time, all added together."""

import itertools
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import av
from av import AudioFrame
from av.packet import Packet as Coded

from server.media.formats import CLOCK, Kind

RATE: Final = CLOCK[Kind.AUDIO]
_SAMPLE: Final = 2
_MONO, _FORMAT = "mono", "s16"
_SLACK: Final = 96
"""Samples by which a packet may miss the end of the one before: rounding, not a gap."""
_MOST_AHEAD_S: Final = 30

Decoder: TypeAlias = Any
Filters: TypeAlias = Any
"""PyAV types both by names that say nothing here."""


class Voice:
    """One participant's sound from the moment that is mixed next; what is missing is silence."""

    def __init__(self) -> None:
        """Nothing was said yet."""
        self._decoder: Decoder = None
        self._stream: tuple[int, int] | None = None
        self._begins = 0
        self._samples = bytearray()

    def hear(self, stream: tuple[int, int], second: float, content: bytes) -> None:
        """Take a packet that belongs at this second of the film."""
        at = round(second * RATE) - self._begins
        end = len(self._samples) // _SAMPLE
        if at > end + RATE * _MOST_AHEAD_S:
            return
        heard = self._decoded(stream, content)
        if abs(at - end) <= _SLACK:
            self._samples += heard
        elif at > end:
            self._samples += bytes((at - end) * _SAMPLE) + heard
        else:
            # Late: what was to be heard in the meantime is over, the rest is not.
            self._samples += heard[(end - at) * _SAMPLE :]

    def take(self, count: int) -> bytes:
        """Return the next samples, 16 bits each."""
        taken = bytes(self._samples[: count * _SAMPLE])
        del self._samples[: count * _SAMPLE]
        self._begins += count
        return taken + bytes(count * _SAMPLE - len(taken))

    def _decoded(self, stream: tuple[int, int], content: bytes) -> bytes:
        if stream != self._stream:
            self._decoder, self._stream = _decoder(), stream
        try:
            frames = self._decoder.decode(Coded(content))
        except av.error.FFmpegError:
            return b""
        return b"".join(bytes(one.planes[0])[: one.samples * _SAMPLE] for one in frames)


class Mixer:
    """Adds voices, and holds back what would be too loud together."""

    def __init__(self, voices: int) -> None:
        """So many lines go in."""
        self._graph = av.filter.Graph()
        self._lines = [
            self._graph.add_abuffer(sample_rate=RATE, format=_FORMAT, layout=_MONO)
            for _ in range(voices)
        ]
        chain = _chain(self._graph, voices)
        for n, line in enumerate(self._lines):
            line.link_to(chain[0], 0, n)
        self._sink = chain[-1]
        self._graph.configure()
        self._mixed = 0

    def mix(self, parts: list[bytes]) -> Iterator[AudioFrame]:
        """Yield what so many samples of every voice become together."""
        for line, part in zip(self._lines, parts, strict=True):
            frame = AudioFrame(_FORMAT, _MONO, len(part) // _SAMPLE)
            frame.planes[0].update(part)
            frame.sample_rate, frame.pts = RATE, self._mixed
            line.push(frame)
        self._mixed += len(parts[0]) // _SAMPLE
        while True:
            try:
                yield self._sink.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return


def _decoder() -> Decoder:
    made: Decoder = av.CodecContext.create("libopus", "r")
    made.layout, made.sample_rate = _MONO, RATE
    return made


def _chain(graph: Filters, voices: int) -> list[Filters]:
    chain = [
        graph.add("amix", f"inputs={voices}:normalize=0:dropout_transition=0"),
        graph.add("alimiter", "limit=0.95:level=0"),
        graph.add("aformat", f"sample_fmts=fltp:sample_rates={RATE}:channel_layouts={_MONO}"),
        graph.add("abuffersink"),
    ]
    for before, after in itertools.pairwise(chain):
        before.link_to(after)
    return chain
