"""What we pack ourselves is byte for byte what the library would write."""

import pytest
from aiortc.rtp import (
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
)
from hypothesis import given, strategies as st

from server.media import rtcp
from server.media.offer import slot_cname
from server.ports.media import SLOTS

WORD = st.integers(0, (1 << 32) - 1)
BLOCK = st.builds(
    RtcpReceiverInfo,
    ssrc=WORD,
    fraction_lost=st.integers(0, 255),
    packets_lost=st.integers(0, (1 << 23) - 1),
    highest_sequence=WORD,
    jitter=WORD,
    lsr=WORD,
    dlsr=WORD,
)
COUNT = st.integers(0, 1 << 40)
NAME = st.text("slot0123456789heyi", min_size=1, max_size=12)


@given(WORD, st.lists(BLOCK, max_size=4))
def test_a_receiver_report_is_as_the_library_writes_it(
    sender: int, blocks: list[RtcpReceiverInfo]
) -> None:
    expected = bytes(RtcpRrPacket(ssrc=sender, reports=blocks))
    assert rtcp.receiver_report(sender, blocks) == expected


@given(WORD, st.floats(0, 1e8), WORD, COUNT, COUNT)
def test_a_sender_report_is_as_the_library_writes_it(
    ssrc: int, now: float, timestamp: int, packets: int, octets: int
) -> None:
    counts = {"packet_count": packets % (1 << 32), "octet_count": octets % (1 << 32)}
    info = RtcpSenderInfo(ntp_timestamp=rtcp.ntp(now), rtp_timestamp=timestamp, **counts)
    expected = bytes(RtcpSrPacket(ssrc=ssrc, sender_info=info))
    assert rtcp.our_sender_report(ssrc, now, timestamp, packets, octets) == expected


@given(WORD, WORD, COUNT)
def test_an_estimate_is_as_the_library_writes_it(sender: int, media: int, bits: int) -> None:
    fci = pack_remb_fci(bits, [media])
    expected = bytes(RtcpPsfbPacket(fmt=rtcp.APPLICATION, ssrc=sender, media_ssrc=0, fci=fci))
    assert rtcp.remb(sender, media, bits) == expected


@given(WORD, WORD, st.integers(0, 0xFFFF), st.sets(st.integers(0, 300), min_size=1))
def test_a_request_names_what_is_missing_across_the_end_of_the_numbers(
    sender: int, media: int, begin: int, missing: set[int]
) -> None:
    wanted = [(begin + one) % 0x10000 for one in sorted(missing)]
    (read,) = RtcpPacket.parse(rtcp.nack(sender, media, wanted))
    assert isinstance(read, RtcpRtpfbPacket)
    assert (read.fmt, read.ssrc, read.media_ssrc) == (1, sender, media)
    assert [one % 0x10000 for one in read.lost] == wanted


@pytest.mark.parametrize("cname", ["heyi", *(slot_cname(slot) for slot in range(SLOTS))])
def test_each_of_our_names_fills_whole_words(cname: str) -> None:
    assert len(rtcp.named(1, cname)) % 4 == 0


@given(st.lists(st.tuples(WORD, NAME), max_size=15))
def test_names_are_as_the_library_writes_them(pairs: list[tuple[int, str]]) -> None:
    chunks = [RtcpSourceInfo(ssrc=ssrc, items=[(1, name.encode())]) for ssrc, name in pairs]
    written = rtcp.names([rtcp.named(*each) for each in pairs])
    assert written == bytes(RtcpSdesPacket(chunks=chunks))
