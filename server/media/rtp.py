"""One received RTP packet, read just far enough to forward it (RFC 3550 5.1, RFC 8285).

Payloads are never decoded: only the two or three bytes are read that say whether a picture can be
shown without the ones before it (RFC 7741 4.2, RFC 6184 5.2).
"""

import struct
from typing import Final

from server.media import vp8_head
from server.media.extensions import Layout, Layouts, layout_of
from server.media.formats import H264, OPUS, VP8

HEADER: Final = struct.Struct("!BBHLL")
FIXED: Final = 12
SEQUENCE_MOD: Final = 1 << 16
TIMESTAMP_MOD: Final = 1 << 32

_EXTENDED: Final = 0x10
_PADDED: Final = 0x20
_SEND_TIME_BYTES: Final = 3
_SEND_TIME_HZ: Final = 1 << 18
_SEND_TIME_MASK: Final = (1 << 24) - 1

_NAL_IDR: Final = 5
_NAL_SPS: Final = 7
_NAL_STAP_A: Final = 24
_NAL_FU_A: Final = 28


def send_time(now: float) -> bytes:
    """Return a time as abs-send-time: seconds with 18 bits behind the point, modulo 64."""
    return (int(now * _SEND_TIME_HZ) & _SEND_TIME_MASK).to_bytes(_SEND_TIME_BYTES, "big")


class Packet:
    """A plain packet and where things stand in it; `raw` is changed in place on arrival only.

    `number` is its place in its uplink, which counts on where `sequence` begins again; `run` tells
    a stretch in which numbers make sense from the next.
    """

    __slots__ = (
        "first",
        "layout",
        "mid_at",
        "number",
        "payload_at",
        "payload_size",
        "payload_type",
        "raw",
        "run",
        "second",
        "sequence",
        "ssrc",
        "timestamp",
    )

    def __init__(self, raw: bytearray, layouts: Layouts | None = None) -> None:
        """Read the header; raise ValueError if it is broken. `layouts` are those of its sender."""
        length = len(raw)
        if length < FIXED:
            raise ValueError
        first, second, self.sequence, self.timestamp, self.ssrc = HEADER.unpack_from(raw)
        self.raw, self.first, self.second = raw, first, second
        self.payload_type = second & 0x7F
        self.number = self.run = 0
        if first & 0x1F == _EXTENDED:
            layout = layout_of(raw, {} if layouts is None else layouts)
        else:
            layout = self._unusual()
        self.layout = layout
        self.mid_at = layout.mid_at
        self.payload_at = at = layout.end
        size = length - at - (raw[-1] if first & _PADDED else 0)
        if size < 0:
            raise ValueError
        self.payload_size = size
        """Bytes of media, without padding."""

    def _unusual(self) -> Layout:
        """Read what phones rarely send: no extensions, or contributing sources."""
        start: int = FIXED + 4 * (self.first & 0x0F)
        return Layout.read(self.raw, start) if self.first & _EXTENDED else Layout(start)

    @property
    def level(self) -> int:
        """Return how loud the phone says it is: 0 loudest, 127 silent or unknown (RFC 6464)."""
        at = self.layout.level_at
        return self.raw[at] & 0x7F if at else 127

    @property
    def send_time_at(self) -> int:
        """Return where abs-send-time stands; 0 if it does not."""
        return self.layout.send_time_at

    def stamp(self, send_time: bytes) -> None:
        """Put our own time into abs-send-time.

        Phones' clocks differ, and a subscriber compares the times of all it receives. Written once
        on arrival, so that every copy and every retransmission of the packet is the same.
        """
        at = self.layout.send_time_at
        if at:
            self.raw[at : at + _SEND_TIME_BYTES] = send_time

    def age(self, now: float) -> float:
        """Return how many seconds ago it was stamped, up to 64; 0 if there is no place for it."""
        at = self.layout.send_time_at
        if not at:
            return 0.0
        stamp = int.from_bytes(self.raw[at : at + _SEND_TIME_BYTES], "big")
        return ((int(now * _SEND_TIME_HZ) - stamp) & _SEND_TIME_MASK) / _SEND_TIME_HZ

    def opens(self) -> bool:
        """Whether a decoder that has seen nothing yet can begin with this packet."""
        if self.payload_type == OPUS:
            return True
        payload = memoryview(self.raw)[self.payload_at : self.payload_at + self.payload_size]
        if self.payload_type == VP8:
            return vp8_head.opens(payload)
        return self.payload_type == H264 and _h264_opens(payload)


def _h264_opens(payload: memoryview) -> bool:
    """Parameter sets or the start of an IDR picture, alone, aggregated or fragmented."""
    if len(payload) < 2:  # noqa: PLR2004  # a NAL unit header and something behind it
        return False
    nal = payload[0] & 0x1F
    if nal == _NAL_STAP_A:
        return len(payload) > 3 and payload[3] & 0x1F in {_NAL_SPS, _NAL_IDR}  # noqa: PLR2004
    if nal == _NAL_FU_A:
        return bool(payload[1] & 0x80) and payload[1] & 0x1F in {_NAL_SPS, _NAL_IDR}
    return nal in {_NAL_SPS, _NAL_IDR}
