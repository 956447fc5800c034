"""What the first bytes of a VP8 packet say (RFC 7741 4.2, RFC 6386 9.1)."""

from typing import Final, TypeAlias

from server.media.picture import Size

Octets: TypeAlias = bytes | memoryview

STARTS: Final = 0x17
STARTS_FIRST: Final = 0x10
"""Of a packet's first byte, under that mask: S bit set, partition index 0."""
INTER: Final = 0x01
"""Of a picture's first byte: it needs the one before."""
_EXTENDED: Final = 0x80
_LONG_ID: Final = 0x80
_KEY_HEADER: Final = 10
_START_CODE: Final = b"\x9d\x01\x2a"
_SIDE: Final = 0x3FFF


def body_at(payload: Octets) -> int:
    """Return where the VP8 bytes begin behind the payload descriptor (RFC 7741 4.2)."""
    if not payload or not payload[0] & _EXTENDED:
        return 1
    if len(payload) < 3:  # noqa: PLR2004  # the flags, and a byte they speak of
        return len(payload)
    flags, at = payload[1], 2
    if flags & 0x80:
        at += 2 if payload[at] & _LONG_ID else 1
    return at + bool(flags & 0x40) + bool(flags & 0x30)


def starts(payload: Octets) -> bool:
    """Whether a picture begins with this packet."""
    return bool(payload) and payload[0] & STARTS == STARTS_FIRST


def opens(payload: Octets) -> bool:
    """Whether a key frame begins with this packet."""
    if not starts(payload):
        return False
    at = body_at(payload)
    return len(payload) > at and not payload[at] & INTER


def key_size(content: Octets) -> Size | None:
    """Return a key frame's size as it claims it (RFC 6386 9.1); None for any other frame."""
    if len(content) < _KEY_HEADER or content[0] & INTER or content[3:6] != _START_CODE:
        return None
    width = int.from_bytes(content[6:8], "little") & _SIDE
    height = int.from_bytes(content[8:10], "little") & _SIDE
    return width, height


def opening_size(payload: Octets) -> Size | None:
    """Return the size that a packet's key frame claims, if one begins with it."""
    return key_size(payload[body_at(payload) :]) if starts(payload) else None
