"""RTCP as we read and write it: RFC 3550 6, RFC 4585 6, draft-alvestrand-rmcat-remb-03."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aiortc.rtp import (
    RTCP_PSFB,
    RTCP_RR,
    RTCP_RTPFB,
    RTCP_SDES,
    RTCP_SR,
    AnyRtcpPacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpSrPacket,
    unpack_remb_fci,
)

NACK: Final = 1
PLI: Final = 1
FIR: Final = 4
APPLICATION: Final = 15

# Our clock starts at an arbitrary point: RTCP compares its times only with each other.
_NTP_START: Final = 3_900_000_000
_FRACTION: Final = 1 << 32
_CNAME: Final = 1

# What every phone gets every round is packed at once: field by field that cost most of a report.
_VERSION: Final = 0x80
_HEAD: Final = struct.Struct("!BBH")
_RECEIVER: Final = struct.Struct("!BBHL")
_BLOCK: Final = struct.Struct("!LLLLLL")
_SENDER: Final = struct.Struct("!BBHLQLLL")
_REMB: Final = struct.Struct("!BBHLL4sBBHL")
_MANTISSA_BITS: Final = 18
_FEEDBACK: Final = struct.Struct("!BBHLL")
_ASKED: Final = struct.Struct("!HH")
_BITMASK: Final = 16
_SEQUENCE: Final = 0xFFFF


class MalformedRtcpError(Exception):
    """The bytes are no RTCP compound packet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderReport:
    """At `ntp` seconds on its sender's clock the stream stood at `timestamp`; heard at `heard`."""

    ntp: float
    middle: int
    timestamp: int
    heard: float


def read(raw: bytes) -> list[AnyRtcpPacket]:
    """Parse a compound packet; its parsers raise more than ValueError when provoked."""
    try:
        return RtcpPacket.parse(raw)
    except (ValueError, struct.error, IndexError) as fault:
        raise MalformedRtcpError from fault


def ntp(now: float) -> int:
    """Return a 64-bit NTP timestamp for the worker's own clock."""
    return int((now + _NTP_START) * _FRACTION)


def middle(ntp_timestamp: int) -> int:
    """Return the middle 32 bits that reports quote."""
    return (ntp_timestamp >> 16) & 0xFFFFFFFF


def sender_report(packet: RtcpSrPacket, now: float) -> SenderReport | None:
    """Return what the sender said about its clock; None if it has none yet."""
    stamp = packet.sender_info.ntp_timestamp
    if not stamp:
        return None
    return SenderReport(
        ntp=stamp / _FRACTION,
        middle=middle(stamp),
        timestamp=packet.sender_info.rtp_timestamp,
        heard=now,
    )


def estimate(packet: RtcpPsfbPacket) -> tuple[int, list[int]] | None:
    """Return the bit/s of a REMB message and its streams; None if it is something else."""
    try:
        return unpack_remb_fci(packet.fci)
    except (ValueError, struct.error, IndexError):
        return None


def fir_targets(packet: RtcpPsfbPacket) -> list[int]:
    """Return the streams a full intra request names (RFC 5104 4.3.1)."""
    return [
        int.from_bytes(packet.fci[at : at + 4], "big") for at in range(0, len(packet.fci) - 7, 8)
    ]


def pli(sender: int, media: int) -> bytes:
    return bytes(RtcpPsfbPacket(fmt=PLI, ssrc=sender, media_ssrc=media))


def nack(sender: int, media: int, sequences: Sequence[int]) -> bytes:
    """Return a request for packets (RFC 4585 6.2.1), also across the end of their numbers."""
    asked: list[tuple[int, int]] = []
    for sequence in sequences:
        first, more = asked[-1] if asked else (sequence, 0)
        ahead = (sequence - first - 1) & _SEQUENCE
        if asked and ahead < _BITMASK:
            asked[-1] = first, more | 1 << ahead
        else:
            asked.append((sequence, 0))
    body = b"".join(_ASKED.pack(*one) for one in asked)
    head = _VERSION | NACK, RTCP_RTPFB, _words(_FEEDBACK.size + len(body))
    return _FEEDBACK.pack(*head, sender, media) + body


def remb(sender: int, media: int, bits_per_second: int) -> bytes:
    """Return what one stream may send (draft-alvestrand-rmcat-remb-03 2.2)."""
    exponent = max(0, bits_per_second.bit_length() - _MANTISSA_BITS)
    mantissa = bits_per_second >> exponent
    high, low = exponent << 2 | mantissa >> 16, mantissa & 0xFFFF
    head = _VERSION | APPLICATION, RTCP_PSFB, _words(_REMB.size)
    return _REMB.pack(*head, sender, 0, b"REMB", 1, high, low, media)


def receiver_report(sender: int, blocks: list[RtcpReceiverInfo]) -> bytes:
    size = _RECEIVER.size + _BLOCK.size * len(blocks)
    head = _RECEIVER.pack(_VERSION | len(blocks), RTCP_RR, _words(size), sender)
    return head + b"".join(map(_block, blocks))


def our_sender_report(ssrc: int, now: float, timestamp: int, packets: int, octets: int) -> bytes:
    return _SENDER.pack(
        _VERSION,
        RTCP_SR,
        _words(_SENDER.size),
        ssrc,
        ntp(now),
        timestamp & 0xFFFFFFFF,
        packets & 0xFFFFFFFF,
        octets & 0xFFFFFFFF,
    )


def named(ssrc: int, cname: str) -> bytes:
    """Return a stream's part of `names`, which never changes.

    Its octets are a multiple of four, as the next part must begin on a word (RFC 3550 6.5). aiortc
    reads two zeros at the end and no more: that makes four octets of name, or eight, or twelve.
    """
    raw = cname.encode()
    return struct.pack("!LBB", ssrc, _CNAME, len(raw)) + raw + bytes(2)


def names(each: Sequence[bytes]) -> bytes:
    """Return an SDES packet with the CNAME of each stream."""
    chunks = b"".join(each)
    chunks += bytes(-len(chunks) % 4)
    return _HEAD.pack(_VERSION | len(each), RTCP_SDES, len(chunks) // 4) + chunks


def _words(size: int) -> int:
    """Return how RTCP writes a packet's size: in words of four octets, less one."""
    return size // 4 - 1


def _block(one: RtcpReceiverInfo) -> bytes:
    lost = one.fraction_lost << 24 | one.packets_lost & 0xFFFFFF
    return _BLOCK.pack(one.ssrc, lost, one.highest_sequence, one.jitter, one.lsr, one.dlsr)
