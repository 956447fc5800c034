"""What a seat says of what it receives is what a browser says, and what comes again is no forward.

The other end is a worker's socket and keys, with nothing behind them but RTCP's ordinary reader.
"""

import socket
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiortc.rtp import (
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSrPacket,
)
from pylibsrtp import Policy

from server.media import rtcp
from server.media.formats import OPUS, VP8, Kind
from server.media.offer import write_offer
from server.media.rtp import Packet
from server.media.secure import SrtpPair
from server.rehearsal.bench_feedback import ASKED_EVERY, Incoming, clocks
from server.rehearsal.bench_seat import ESTIMATE, Seat
from server.rehearsal.bench_slots import Inbox
from server.rehearsal.bench_stream import Heard, Stream
from tests.media.test_wire_bytes import DOWN, UP, session
from tests.rehearsal.test_bench_load import OFFER, written

VOICE, PICTURE = 1, 2
"""The first slot's streams in the offer."""


def packet(number: int, ssrc: int = PICTURE, more: bytes = b"sealed") -> bytes:
    return b"\x90\x60" + number.to_bytes(2, "big") + bytes(4) + ssrc.to_bytes(4, "big") + more


# ------------------------------------------------------------------ one stream


def take(stream: Incoming, raw: bytes) -> bool:
    return stream.take(int.from_bytes(raw[2:4], "big"), raw, 0, [len(raw)])


def test_one_picture_packet_in_two_hundred_is_asked_for_when_the_next_one_comes() -> None:
    stream, asked = Incoming(Kind.VIDEO, PICTURE, 0), []
    for number in range(10 * ASKED_EVERY):
        assert take(stream, packet(number))
        if stream.asks is not None:
            (request,) = rtcp.read(stream.request(7))
            assert isinstance(request, RtcpRtpfbPacket)
            assert (request.fmt, request.ssrc, request.media_ssrc) == (rtcp.NACK, 7, PICTURE)
            assert request.lost == [number - 1]
            asked.append(number)
    assert len(asked) == 10
    assert stream.asks is None


def test_a_voice_is_never_asked_for_again() -> None:
    stream = Incoming(Kind.AUDIO, VOICE, 0)
    for number in range(3 * ASKED_EVERY):
        take(stream, packet(number))
        assert stream.asks is None


def test_streams_ask_at_times_of_their_own() -> None:
    first: Counter[int] = Counter()
    for place in range(50):
        stream = Incoming(Kind.VIDEO, PICTURE, place)
        while stream.asks is None:
            take(stream, packet(stream.count))
        first[stream.count] += 1
    assert max(first.values()) <= 2
    assert max(first) - min(first) > ASKED_EVERY / 2


def test_only_the_same_bytes_repair_and_only_once() -> None:
    stream = Incoming(Kind.VIDEO, PICTURE, 0)
    for number in range(2):
        take(stream, packet(number))
    assert stream.asks == 0
    assert take(stream, packet(0)) is False
    assert stream.count == 2
    assert stream.repairs(packet(0))
    assert not stream.repairs(packet(0))
    again = Incoming(Kind.VIDEO, PICTURE, 0)
    take(again, packet(0))
    assert not again.repairs(packet(0, more=b"others"))


def test_a_report_counts_what_is_missing_across_the_end_of_the_numbers() -> None:
    stream = Incoming(Kind.VIDEO, PICTURE, 0)
    for number in (65_534, 65_535, 1, 2):
        take(stream, packet(number))
    stream.hear(0xABCD, now=10.0)
    first, second = block(stream.report(7, now=10.5)), block(stream.report(7, now=11.0))
    assert (first.ssrc, first.highest_sequence) == (PICTURE, 65_538)
    assert (first.packets_lost, first.fraction_lost) == (1, 256 // 5)
    assert (first.lsr, first.dlsr) == (0xABCD, 32_768)
    assert (second.packets_lost, second.fraction_lost) == (1, 0)


def block(report: bytes) -> RtcpReceiverInfo:
    (read,) = rtcp.read(report)
    assert isinstance(read, RtcpRrPacket)
    (one,) = read.reports
    return one


def test_the_workers_clock_is_found_among_what_else_it_says() -> None:
    names = rtcp.names([rtcp.named(PICTURE, "slot0000")])
    reports = [rtcp.our_sender_report(one, 5.0, 0, 0, 0) for one in (VOICE, PICTURE)]
    compound = rtcp.receiver_report(9, []) + reports[0] + names + reports[1]
    middle = rtcp.middle(rtcp.ntp(5.0))
    assert list(clocks(compound)) == [(VOICE, middle), (PICTURE, middle)]
    assert list(clocks(b"")) == []


# ------------------------------------------------------------------ one seat


class Far:
    """The worker's end of one seat."""

    def __init__(self, *, picture: int = 1, rows: bool = False) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(1)
        self.sent = session(DOWN, Policy.SSRC_ANY_OUTBOUND)
        self.received = session(UP, Policy.SSRC_ANY_INBOUND)
        offer = write_offer(replace(OFFER, port=self.socket.getsockname()[1]))
        self.seat = Seat(4, offer, picture=picture, rows=rows)
        self.socket.connect(self.seat.socket.getsockname())
        received = session(DOWN, Policy.SSRC_ANY_INBOUND)
        self.seat.secure(SrtpPair(received, session(UP, Policy.SSRC_ANY_OUTBOUND)))
        self.heard = Heard(Inbox(4))

    def close(self) -> None:
        self.socket.close()
        self.seat.socket.close()

    def hear(self) -> list[AnyRtcpPacket]:
        """Return the next thing that the seat says."""
        return rtcp.read(self.received.unprotect_rtcp(self.socket.recv(2048)))

    def give(self, sealed: bytes) -> None:
        """Let the seat take one datagram."""
        self.socket.send(sealed)
        self.seat.take(self.heard)

    def clear(self, number: int, of: int = 3) -> bytearray:
        """Return a picture's packet of a seat in the same room, as a worker forwards it."""
        packet = written(Stream(Kind.VIDEO, of, 1))
        packet[2:4], packet[8:12] = number.to_bytes(2, "big"), PICTURE.to_bytes(4, "big")
        return packet

    def seal(self, number: int, of: int = 3) -> bytes:
        return self.sent.protect(bytes(self.clear(number, of)))


@pytest.fixture
async def far() -> AsyncIterator[Far]:
    one = Far()
    yield one
    one.close()


async def test_the_picture_s_report_names_it_and_brings_an_estimate_of_all_pictures(
    far: Far,
) -> None:
    far.seat.report(Kind.VIDEO)
    told, named, estimate = far.hear()
    assert isinstance(told, RtcpSrPacket)
    assert isinstance(named, RtcpSdesPacket)
    assert told.ssrc == named.chunks[0].ssrc == far.seat.streams[Kind.VIDEO].ssrc
    assert isinstance(estimate, RtcpPsfbPacket)
    bits, pictures = rtcp.estimate(estimate) or (0, [])
    assert bits == pytest.approx(ESTIMATE, rel=0.001)
    assert pictures == [2, 4]
    far.seat.report(Kind.AUDIO)
    assert [type(one) for one in far.hear()] == [RtcpSrPacket, RtcpSdesPacket]
    assert far.seat.said == 2


async def test_a_seat_tells_of_its_streams_and_of_those_that_have_come(far: Far) -> None:
    far.give(far.seal(1))
    far.give(far.sent.protect_rtcp(rtcp.our_sender_report(PICTURE, 5.0, 0, 0, 0)))
    for _, tell in far.seat.duties():
        tell()
    assert far.seat.said == 3
    said = [far.hear() for _ in range(3)]
    assert [type(one[0]) for one in said] == [RtcpSrPacket, RtcpSrPacket, RtcpRrPacket]
    (report,) = said[2]
    assert isinstance(report, RtcpRrPacket)
    assert report.reports[0].lsr == rtcp.middle(rtcp.ntp(5.0))
    paces = Counter(every for every, _ in far.seat.duties())
    assert sum(count / every for every, count in paces.items()) == pytest.approx(6.9, abs=0.1)


async def test_what_comes_again_is_no_forward_and_no_fault(far: Far) -> None:
    sealed = {number: far.seal(number) for number in range(1, 2 * ASKED_EVERY)}
    for one in sealed.values():
        far.give(one)
    assert far.seat.asked in {1, 2}
    (request,) = far.hear()
    assert isinstance(request, RtcpRtpfbPacket)
    (number,) = request.lost
    far.give(sealed[number])
    assert far.heard.repaired == 1
    assert far.heard.broken == 0
    assert far.heard.all == len(sealed)
    # Nobody asked for it once more: as any other repetition it is not authentic.
    far.give(sealed[number])
    assert (far.heard.repaired, far.heard.broken) == (1, 1)


async def test_other_bytes_under_a_number_that_was_asked_for_are_a_fault(far: Far) -> None:
    sealed = [far.seal(number) for number in range(1, 2 * ASKED_EVERY)]
    for one in sealed:
        far.give(one)
    (request,) = far.hear()
    assert isinstance(request, RtcpRtpfbPacket)
    (number,) = request.lost
    far.give(sealed[number - 1][:-1] + b"!")
    assert (far.heard.repaired, far.heard.broken) == (0, 1)


async def test_what_is_not_whole_or_not_of_this_room_is_a_fault(far: Far) -> None:
    far.give(far.seal(1))
    assert (far.heard.all, far.heard.broken, far.heard.strangers) == (1, 0, 0)
    far.give(far.sent.protect(bytes(far.clear(7)[:-1])))
    assert (far.heard.all, far.heard.broken, far.heard.strangers) == (1, 1, 0)
    far.give(far.seal(2)[:-1] + b"!")
    assert (far.heard.all, far.heard.broken, far.heard.strangers) == (1, 2, 0)
    for stranger in (4, 9):
        far.give(far.seal(stranger, of=stranger))
    assert (far.heard.all, far.heard.broken, far.heard.strangers) == (1, 2, 2)


async def test_what_is_neither_media_of_this_room_nor_authentic_is_a_fault(far: Far) -> None:
    far.give(packet(1, ssrc=77))
    assert far.heard.broken == 1
    far.give(b"\x01\x01" + bytes(18))
    assert (far.heard.broken, far.heard.all, far.heard.reports) == (1, 0, 0)


@pytest.mark.parametrize("rows", [False, True])
async def test_a_picture_is_the_same_singly_or_in_a_row_sealed_ahead_or_not(rows: bool) -> None:
    far = Far(picture=5, rows=rows)
    far.seat.prepare({Kind.AUDIO: 1, Kind.VIDEO: 1})
    assert [far.seat.send(kind) for kind in (Kind.VIDEO, Kind.AUDIO, Kind.VIDEO)] == [5, 1, 5]
    came = [Packet(bytearray(far.received.unprotect(far.socket.recv(2048)))) for _ in range(11)]
    assert [one.payload_type for one in came] == [VP8] * 5 + [OPUS] + [VP8] * 5
    assert [one.sequence for one in came] == [0, 1, 2, 3, 4, 0, 5, 6, 7, 8, 9]
    assert [one.second >> 7 for one in came[:5]] == [0, 0, 0, 0, 1]
    assert [one.opens() for one in came[:6]] == [True, False, False, False, False, True]
    assert [one.timestamp for one in came[:5]] == [4500] * 5
    assert {one.timestamp for one in came[6:]} == {9000}
    assert len(far.seat.streams[Kind.VIDEO].sent) == 10
    far.close()


async def test_a_report_tells_of_what_was_sent_and_not_of_what_is_sealed(far: Far) -> None:
    far.seat.prepare({Kind.AUDIO: 9, Kind.VIDEO: 9})
    far.seat.send(Kind.AUDIO)
    far.seat.send(Kind.AUDIO)
    for _ in range(2):
        far.socket.recv(2048)
    far.seat.report(Kind.AUDIO)
    told, _ = far.hear()
    assert isinstance(told, RtcpSrPacket)
    assert (told.sender_info.packet_count, told.sender_info.octet_count) == (2, 180)
    assert told.sender_info.rtp_timestamp == 2 * 960
