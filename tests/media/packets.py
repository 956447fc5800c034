"""Builds RTP packets byte by byte."""

from server.media.formats import ABS_SEND_TIME, AUDIO_LEVEL, MID, OPUS, VP8
from server.media.rtp import HEADER, Packet


def key_frame(width: int, height: int) -> bytes:
    """Return the beginning of a VP8 key frame that claims this size (RFC 6386 9.1)."""
    sides = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    return b"\x10" + b"\x10\x02\x00\x9d\x01\x2a" + sides + b"picture"


KEY_FRAME = key_frame(320, 240)
LATER_FRAME = b"\x10\x01" + b"picture"
GOES_ON = b"\x00" + b"picture"


def extensions(*elements: tuple[int, bytes]) -> bytes:
    """Return an RFC 8285 one-byte extension block."""
    block = b"".join(bytes([number << 4 | len(text) - 1]) + text for number, text in elements)
    block += bytes(-len(block) % 4)
    return b"\xbe\xde" + (len(block) // 4).to_bytes(2, "big") + block


def rtp(
    sequence: int,
    *,
    payload: bytes = KEY_FRAME,
    payload_type: int = VP8,
    timestamp: int = 0,
    ssrc: int = 1,
    block: bytes = b"",
) -> bytearray:
    first = 0x90 if block else 0x80
    head = HEADER.pack(first, payload_type, sequence % 0x10000, timestamp % (1 << 32), ssrc)
    return bytearray(head + block + payload)


def packet(sequence: int, **rest: object) -> Packet:
    return Packet(rtp(sequence, **rest))  # type: ignore[arg-type]  # passed on as they are


FULL_BLOCK = extensions((MID, b"1"), (ABS_SEND_TIME, b"\1\2\3"), (AUDIO_LEVEL, b"\x85"))

__all__ = [
    "FULL_BLOCK",
    "GOES_ON",
    "KEY_FRAME",
    "LATER_FRAME",
    "OPUS",
    "extensions",
    "key_frame",
    "packet",
    "rtp",
]
