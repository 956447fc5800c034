"""Real H.264 as phones send it: encoded by x264, packed by aiortc (RFC 6184)."""

from fractions import Fraction
from functools import cache
from typing import Any

import av
from aiortc.codecs.h264 import H264Encoder
from av import Packet, VideoFrame

from server.media.formats import H264
from tests.media.packets import rtp

RATE, FRAMES = 15, 30
MARKED = H264 | 0x80
HUGE = bytes.fromhex("6742c01fda002000080640")
"""A parameter set that claims pictures far larger than any phone's, in a few bytes."""


@cache
def pictures(
    shade: int,
    width: int = 320,
    height: int = 240,
    profile: str = "Baseline",
    count: int = FRAMES,
) -> tuple[tuple[bytes, bool], ...]:
    """Return access units, fifteen a second: (byte stream, is it a key picture)."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.bit_rate = Fraction(1, RATE), 600_000
    encoder.options = {"tune": "zerolatency", "preset": "ultrafast", "g": "15"}
    encoder.profile = profile
    coded = [p for n in range(count) for p in encoder.encode(_frame(shade, n, width, height))]
    coded += encoder.encode(None)
    return tuple((bytes(p), p.is_keyframe) for p in coded)


def _frame(shade: int, n: int, width: int, height: int) -> VideoFrame:
    frame = VideoFrame(width, height, "yuv420p")
    for plane, value in zip(frame.planes, (shade, 128, 128), strict=True):
        content = bytearray(bytes([value]) * plane.buffer_size)
        # Something that moves and is hard to code, so that pictures need several packets.
        content[n * 64 : n * 64 + 4000] = bytes((7 * at * (n + 1)) & 0xFF for at in range(4000))
        plane.update(bytes(content[: plane.buffer_size]))
    frame.pts, frame.time_base = n, Fraction(1, RATE)
    return frame


def payloads(content: bytes) -> list[bytes]:
    """Return the packets' payloads of one access unit."""
    packet: Packet[Any] = Packet(content)
    packet.pts, packet.time_base = 0, Fraction(1, 90_000)
    packed, _ = H264Encoder().pack(packet)
    return packed


def packed(payload: bytes, number: int, timestamp: int, *, last: bool, ssrc: int = 1) -> bytes:
    form = MARKED if last else H264
    made = rtp(number, payload=payload, payload_type=form, timestamp=timestamp, ssrc=ssrc)
    return bytes(made)


def sent(
    coded: tuple[tuple[bytes, bool], ...], number: int = 1, begins: float = 0.0
) -> list[tuple[int, bytes]]:
    """Return (milliseconds, packet) of pictures sent from second `begins` on."""
    found = []
    for n, (content, _) in enumerate(coded):
        parts = payloads(content)
        at = begins + n / RATE
        for place, part in enumerate(parts):
            last = place == len(parts) - 1
            found.append((round(at * 1000), packed(part, number, round(at * 90_000), last=last)))
            number += 1
    return found
