"""VP8 pictures put together from their packets (RFC 7741), never decoded."""

from typing import Final

from server.media.picture import MOST_BYTES, Picture, Size, sane
from server.media.rtp import Packet

_EXTENDED: Final = 0x80
_STARTS: Final = 0x17
_STARTS_FIRST: Final = 0x10  # S bit set, partition index 0
_LONG_ID: Final = 0x80
_MARKER: Final = 0x80
_INTER: Final = 0x01
_KEY_HEADER: Final = 10
_START_CODE: Final = b"\x9d\x01\x2a"
_SIDE: Final = 0x3FFF


def body_at(payload: bytes) -> int:
    """Return where the VP8 bytes begin behind the payload descriptor (RFC 7741 4.2)."""
    if not payload or not payload[0] & _EXTENDED:
        return 1
    if len(payload) < 3:  # noqa: PLR2004  # the flags, and a byte they speak of
        return len(payload)
    flags, at = payload[1], 2
    if flags & 0x80:
        at += 2 if payload[at] & _LONG_ID else 1
    return at + bool(flags & 0x40) + bool(flags & 0x30)


def starts(payload: bytes) -> bool:
    """Whether a picture begins with this packet."""
    return bool(payload) and payload[0] & _STARTS == _STARTS_FIRST


def key_size(content: bytes) -> Size | None:
    """Return a key frame's size as it claims it (RFC 6386 9.1); None for any other frame."""
    if len(content) < _KEY_HEADER or content[0] & _INTER or content[3:6] != _START_CODE:
        return None
    width = int.from_bytes(content[6:8], "little") & _SIDE
    height = int.from_bytes(content[8:10], "little") & _SIDE
    return width, height


def opening_size(payload: bytes) -> Size | None:
    """Return the size that a packet's key frame claims, if one begins with it."""
    return key_size(payload[body_at(payload) :]) if starts(payload) else None


class Pictures:
    """Takes one stream's packets in order and gives back whole pictures."""

    def __init__(self) -> None:
        """Nothing can be shown before the first key frame."""
        self.refused = 0
        self._parts: list[bytes] = []
        self._timestamp: int | None = None
        self._number = self._octets = 0
        self._whole = False
        self._blind = True

    def take(self, number: int, packet: Packet, payload: bytes) -> Picture | None:
        """Return the picture that this packet completes, if it does and may be shown."""
        if packet.timestamp != self._timestamp:
            self._timestamp, self._parts, self._octets = packet.timestamp, [], 0
            self._whole = starts(payload)
        elif number != self._number + 1:
            self._whole = False
        self._number = number
        self._octets += len(payload)
        self._whole = self._whole and self._octets <= MOST_BYTES
        if self._whole:
            self._parts.append(payload[body_at(payload) :])
        if not packet.second & _MARKER or not self._whole:
            return None
        self._whole = False
        return self._shown(packet.timestamp, b"".join(self._parts))

    def _shown(self, timestamp: int, content: bytes) -> Picture | None:
        if not content:
            return None
        key = not content[0] & _INTER
        size = key_size(content) if key else None
        if key:
            self._blind = not sane(size)
            self.refused += self._blind
        if self._blind:
            return None
        return Picture(timestamp, content, size)
