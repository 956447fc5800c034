"""What well-behaved phones send, to be broken: one of everything that our parsers know."""

from typing import Any

from aioice.stun import Class, Message, Method
from aiortc.rtp import (
    RtcpByePacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    pack_remb_fci,
)

from server.media import rtcp
from server.media.formats import ABS_SEND_TIME, AUDIO_LEVEL, H264, MID, OPUS, VP8
from tests.media.packets import FULL_BLOCK, KEY_FRAME, LATER_FRAME, extensions, rtp

SET_AND_PICTURE = bytes.fromhex(
    "18" + "0015" + "6742c014da0507e8400000030040000007a3c50aa8" + "0002" + "6588"
)
"""A sequence parameter set of 320x240 and the beginning of a picture, in one packet."""
VOICE, PICTURE = 0x1001, 0x2002
"""The streams a phone of these samples sends."""


def _message(attributes: dict[str, Any], kind: Class = Class.REQUEST) -> Message:
    # Always the same identifier: what a seed breaks must be the same bytes again.
    return Message(Method.BINDING, kind, transaction_id=b"transaction!", attributes=attributes)


def checks(username: str, password: str) -> list[bytes]:
    """Return connectivity checks as browsers send them, and other STUN."""
    priority = {"USERNAME": username, "PRIORITY": 1_845_501_695}
    control = {**priority, "ICE-CONTROLLING": 77}
    nominated = {**control, "USE-CANDIDATE": None}
    found = []
    for attributes in (priority, control, nominated, {**control, "SOFTWARE": "a phone"}):
        message = _message(attributes)
        message.add_message_integrity(password.encode())
        found.append(bytes(message))
        message.add_fingerprint()
        found.append(bytes(message))
    bare = _message({})
    indication = _message(priority, Class.INDICATION)
    return [*found, bytes(bare), bytes(indication)]


def unsigned(username: str) -> list[bytes]:
    """Return the same checks without a proof."""
    attributes = {"USERNAME": username, "PRIORITY": 1_845_501_695, "ICE-CONTROLLING": 77}
    nominated = {**attributes, "USE-CANDIDATE": None}
    return [bytes(_message(one)) for one in (attributes, nominated)]


def packets() -> list[bytes]:
    """Return media of every format, with and without extensions, padding and sources."""
    level = extensions((MID, b"0"), (AUDIO_LEVEL, b"\x85"))
    sent = extensions((MID, b"1"), (ABS_SEND_TIME, b"\1\2\3"))
    made = []
    for number in range(1, 5):
        voice: dict[str, Any] = {"payload_type": OPUS, "ssrc": VOICE, "timestamp": 960 * number}
        picture: dict[str, Any] = {"ssrc": PICTURE, "timestamp": 4500 * number}
        made += [
            rtp(number, payload=b"\x78voice", block=level, **voice),
            rtp(number, payload=KEY_FRAME, block=sent, payload_type=VP8, **picture),
            rtp(number + 9, payload=LATER_FRAME, block=FULL_BLOCK, payload_type=VP8, **picture),
            rtp(number + 20, payload=b"\x7c\x85picture", payload_type=H264, **picture),
            rtp(number + 30, payload=SET_AND_PICTURE, payload_type=H264, **picture),
        ]
    with_source = bytearray(made[0])
    with_source[0] |= 0x01
    with_source[12:12] = b"from"
    padded = bytearray(made[1]) + b"\0\0\0\4"
    padded[0] |= 0x20
    return [bytes(one) for one in (*made, with_source, padded)]


def reports(ours: int) -> list[bytes]:
    """Return RTCP of a phone that sends VOICE and PICTURE and receives our stream `ours`."""
    block = RtcpReceiverInfo(
        ssrc=ours, fraction_lost=9, packets_lost=3, highest_sequence=70_000, jitter=5, lsr=1, dlsr=2
    )
    clock = RtcpSenderInfo(
        ntp_timestamp=rtcp.ntp(5), rtp_timestamp=1234, packet_count=10, octet_count=999
    )
    remb = pack_remb_fci(500_000, [ours])
    parts: list[Any] = [
        RtcpSrPacket(ssrc=VOICE, sender_info=clock, reports=[block]),
        RtcpSrPacket(ssrc=PICTURE, sender_info=clock),
        RtcpRrPacket(ssrc=VOICE, reports=[block, block]),
        RtcpRtpfbPacket(fmt=rtcp.NACK, ssrc=VOICE, media_ssrc=ours, lost=[1, 2, 9, 400]),
        RtcpPsfbPacket(fmt=rtcp.PLI, ssrc=VOICE, media_ssrc=ours),
        RtcpPsfbPacket(
            fmt=rtcp.FIR, ssrc=VOICE, media_ssrc=0, fci=ours.to_bytes(4, "big") + b"\1\0\0\0"
        ),
        RtcpPsfbPacket(fmt=rtcp.APPLICATION, ssrc=VOICE, media_ssrc=0, fci=remb),
        RtcpByePacket(sources=[VOICE, PICTURE]),
    ]
    alone: list[bytes] = [bytes(part) for part in parts]
    named = rtcp.names([rtcp.named(VOICE, "phone"), rtcp.named(PICTURE, "phone")])
    return [*alone, named, b"".join(alone), alone[0] + named + alone[4], alone[2] + alone[3]]
