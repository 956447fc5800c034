"""One received RTP packet, read just far enough to forward it (RFC 3550 5.1, RFC 8285).

Payloads are never decoded: only the two or three bytes are read that say whether a picture can be
shown without the ones before it (RFC 7741 4.2, RFC 6184 5.2).
"""

import struct
from typing import Final

from server.media.formats import ABS_SEND_TIME, AUDIO_LEVEL, H264, MID, OPUS, VP8

HEADER: Final = struct.Struct("!BBHLL")
FIXED: Final = 12
SEQUENCE_MOD: Final = 1 << 16
TIMESTAMP_MOD: Final = 1 << 32

_ONE_BYTE_PROFILE: Final = 0xBEDE
_STOP: Final = 15
_SEND_TIME_BYTES: Final = 3

_NAL_IDR: Final = 5
_NAL_SPS: Final = 7
_NAL_STAP_A: Final = 24
_NAL_FU_A: Final = 28


class Packet:
    """A plain packet and where things stand in it; `raw` is changed in place on arrival only."""

    __slots__ = (
        "first",
        "level",
        "mid_at",
        "payload_at",
        "payload_end",
        "payload_type",
        "raw",
        "second",
        "send_time_at",
        "sequence",
        "ssrc",
        "timestamp",
        "voiced",
    )

    def __init__(self, raw: bytearray) -> None:
        """Read the header; raise ValueError if it does not hold together."""
        if len(raw) < FIXED:
            raise ValueError
        self.raw = raw
        header: tuple[int, int, int, int, int] = HEADER.unpack_from(raw)
        self.first, self.second, self.sequence, self.timestamp, self.ssrc = header
        self.payload_type = self.second & 0x7F
        self.mid_at = self.send_time_at = 0
        self.level = 127
        self.voiced = False
        at: int = FIXED + 4 * (self.first & 0x0F)
        if self.first & 0x10:
            at = self._extensions(at)
        self.payload_at = at
        self.payload_end = len(raw)
        if self.first & 0x20:
            self.payload_end -= raw[-1]
        if self.payload_at > self.payload_end:
            raise ValueError

    def _extensions(self, at: int) -> int:
        """Note the places of the extensions we use; return where the payload begins."""
        raw = self.raw
        if len(raw) < at + 4:
            raise ValueError
        words: int
        profile, words = struct.unpack_from("!HH", raw, at)
        at += 4
        end = at + 4 * words
        if len(raw) < end:
            raise ValueError
        if profile == _ONE_BYTE_PROFILE:
            self._elements(at, end)
        return end

    def _elements(self, at: int, end: int) -> None:
        raw = self.raw
        while at < end:
            number, size = raw[at] >> 4, (raw[at] & 0x0F) + 1
            if number == 0:
                at += 1
                continue
            if number == _STOP:
                return
            if at + 1 + size > end:
                raise ValueError
            self._note(number, at + 1, size)
            at += 1 + size

    def _note(self, number: int, at: int, size: int) -> None:
        raw = self.raw
        if number == ABS_SEND_TIME and size == _SEND_TIME_BYTES:
            self.send_time_at = at
        elif number == AUDIO_LEVEL and size == 1:
            self.voiced = bool(raw[at] & 0x80)
            self.level = raw[at] & 0x7F
        elif number == MID:
            if size == 1:
                self.mid_at = at
            else:
                # Another length cannot be rewritten in place; as padding it names nobody.
                raw[at - 1 : at + size] = bytes(size + 1)

    def stamp(self, now: float) -> None:
        """Put our own time into abs-send-time.

        Phones' clocks differ, and a subscriber compares the times of all it receives. Written once
        on arrival, so that every copy and every retransmission of the packet is the same.
        """
        if self.send_time_at:
            ticks = int(now * (1 << 18)) & 0xFFFFFF
            self.raw[self.send_time_at : self.send_time_at + 3] = ticks.to_bytes(3, "big")

    @property
    def payload_size(self) -> int:
        """Return the bytes of media, without padding."""
        return self.payload_end - self.payload_at

    def opens(self) -> bool:
        """Whether a decoder that has seen nothing yet can begin with this packet."""
        if self.payload_type == OPUS:
            return True
        payload = memoryview(self.raw)[self.payload_at : self.payload_end]
        if self.payload_type == VP8:
            return _vp8_opens(payload)
        return self.payload_type == H264 and _h264_opens(payload)


def _vp8_opens(payload: memoryview) -> bool:
    """First packet of a key frame: start of partition 0 and the inverse key frame bit unset."""
    if not payload or payload[0] & 0x17 != 0x10:  # noqa: PLR2004  # S bit set, partition index 0
        return False
    at = 1
    if payload[0] & 0x80:
        if len(payload) < at + 1:
            return False
        flags = payload[at]
        at += 1
        if flags & 0x80:
            at += 2 if len(payload) > at and payload[at] & 0x80 else 1
        at += bool(flags & 0x40) + bool(flags & 0x30)
    return len(payload) > at and not payload[at] & 0x01


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
