"""VP8 pictures put together from their packets (RFC 7741), never decoded."""

from typing import Final

from server.media.picture import MOST_BYTES, Picture, sane
from server.media.rtp import Packet
from server.media.vp8_head import INTER, body_at, key_size, starts

_MARKER: Final = 0x80


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
        key = not content[0] & INTER
        size = key_size(content) if key else None
        if key:
            self._blind = not sane(size)
            self.refused += self._blind
        if self._blind:
            return None
        return Picture(timestamp, content, size)
