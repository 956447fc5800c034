"""RTCP as we read and write it: RFC 3550 6, RFC 4585 6, draft-alvestrand-rmcat-remb-03."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from aiortc.rtp import (
    AnyRtcpPacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    pack_remb_fci,
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
    return bytes(RtcpRtpfbPacket(fmt=NACK, ssrc=sender, media_ssrc=media, lost=list(sequences)))


def remb(sender: int, media: int, bits_per_second: int) -> bytes:
    fci = pack_remb_fci(bits_per_second, [media])
    return bytes(RtcpPsfbPacket(fmt=APPLICATION, ssrc=sender, media_ssrc=0, fci=fci))


def receiver_report(sender: int, blocks: list[RtcpReceiverInfo]) -> bytes:
    return bytes(RtcpRrPacket(ssrc=sender, reports=blocks))


def our_sender_report(ssrc: int, now: float, timestamp: int, packets: int, octets: int) -> bytes:
    return bytes(
        RtcpSrPacket(
            ssrc=ssrc,
            sender_info=RtcpSenderInfo(
                ntp_timestamp=ntp(now),
                rtp_timestamp=timestamp & 0xFFFFFFFF,
                packet_count=packets & 0xFFFFFFFF,
                octet_count=octets & 0xFFFFFFFF,
            ),
        )
    )


def names(pairs: Iterable[tuple[int, str]]) -> bytes:
    """Return an SDES packet with the CNAME of each stream."""
    chunks = [RtcpSourceInfo(ssrc=ssrc, items=[(_CNAME, cname.encode())]) for ssrc, cname in pairs]
    return bytes(RtcpSdesPacket(chunks=chunks))
