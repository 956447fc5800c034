"""Pre-encoded sound and picture, so that a simulated phone costs no encoding."""

import asyncio
import math
from array import array
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from typing import Any

import av
from aiortc import MediaStreamTrack
from av import AudioFrame, Packet, VideoFrame

WIDTH, HEIGHT, FRAMES, RATE = 320, 240, 30, 15
SAMPLES, SOUNDS = 960, 100
VIDEO_CLOCK, AUDIO_CLOCK = Fraction(1, 90_000), Fraction(1, 48_000)


@cache
def pictures(shade: int) -> tuple[tuple[bytes, bool], ...]:
    """Return two seconds of VP8: (frame, is it a key frame)."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base, encoder.bit_rate = Fraction(1, RATE), 300_000
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    packets = [p for n in range(FRAMES) for p in encoder.encode(_frame(shade, n))]
    packets += encoder.encode(None)
    return tuple((bytes(p), p.is_keyframe) for p in packets)


def _frame(shade: int, n: int) -> VideoFrame:
    frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
    bar = n * WIDTH // FRAMES
    row = bytes(255 - shade if abs(x - bar) < 12 else shade for x in range(WIDTH))
    for plane, content in zip(frame.planes, (row * HEIGHT, b"", b""), strict=True):
        plane.update(content or b"\x80" * plane.buffer_size)
    frame.pts, frame.time_base = n, Fraction(1, RATE)
    return frame


@cache
def sounds() -> tuple[bytes, ...]:
    """Return two seconds of Opus, a tone loud enough to count as speech."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    encoder.time_base = AUDIO_CLOCK
    return tuple(bytes(p) for n in range(SOUNDS) for p in encoder.encode(_tone(n)))


def _tone(n: int) -> AudioFrame:
    wave = array("h", (int(9_000 * math.sin(i * 2 * math.pi / 96)) for i in range(SAMPLES)))
    frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES)
    frame.planes[0].update(wave.tobytes())
    frame.sample_rate, frame.pts, frame.time_base = 48_000, n * SAMPLES, AUDIO_CLOCK
    return frame


class Clip(MediaStreamTrack):
    """A track that repeats encoded packets at their pace."""

    def __init__(self, kind: str, packets: Iterable[bytes], step: int, clock: Fraction) -> None:
        self.kind = kind
        super().__init__()
        self._packets = tuple(packets)
        self._step, self._clock = step, clock
        self._sent = 0
        self._begun: float | None = None

    async def recv(self) -> "Packet[Any]":
        """Return the next packet when its time has come."""
        now = asyncio.get_running_loop().time()
        if self._begun is None:
            self._begun = now
        due = self._begun + float(self._sent * self._step * self._clock)
        await asyncio.sleep(max(0.0, due - now))
        packet = Packet(self._packets[self._sent % len(self._packets)])
        packet.pts, packet.time_base = self._sent * self._step, self._clock
        self._sent += 1
        return packet


def camera(shade: int) -> Clip:
    """Return a camera that shows a moving bar on a grey of this shade."""
    return Clip("video", (data for data, _ in pictures(shade)), 90_000 // RATE, VIDEO_CLOCK)


def microphone() -> Clip:
    """Return a microphone that hears a tone."""
    return Clip("audio", sounds(), SAMPLES, AUDIO_CLOCK)
