"""What either engine puts on the wire, byte by byte, as a phone's own libsrtp reads it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pylibsrtp
import pytest
from pylibsrtp import Policy

from server.media.batch_engine import BatchEngine
from server.media.downlink import Downlink
from server.media.engine import LARGEST_DATAGRAM, Engine, Link
from server.media.formats import Kind
from server.media.plain_engine import PlainEngine
from server.media.rtp import FIXED, HEADER, Packet, send_time
from server.media.secure import SrtpPair
from server.media.stun import Address
from server.media.uplink import Uplink
from tests.media.packets import FULL_BLOCK, KEY_FRAME, LATER_FRAME, rtp
from tests.media.test_streams import an_uplink
from tests.media.waiting import until

GCM = Policy.SRTP_PROFILE_AEAD_AES_256_GCM
COUNTER_MODE = Policy.SRTP_PROFILE_AES128_CM_SHA1_80
RECORD = b"\x16\xfe\xfd" + bytes(20)
UP, DOWN = bytes(range(44)), bytes(range(44, 88))


def session(key: bytes, direction: int, profile: int = GCM) -> pylibsrtp.Session:
    length = 44 if profile == GCM else 30
    policy = Policy(key=key[:length], ssrc_type=direction, srtp_profile=profile)
    # As aiortc sets it; with less, what lies further back is not sealed again.
    policy.allow_repeat_tx, policy.window_size = True, 1024
    return pylibsrtp.Session(policy)


class Ears:
    """Stands where the plane does, and notes what comes in the clear."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self.reports: list[bytes] = []
        self.records: list[Link] = []
        self.faults = 0
        self.answer: Callable[[Link], None] = lambda link: None

    def stun(self, raw: bytes, address: Address) -> None:
        """Nothing to check here."""

    def dtls(self, link: Link, raw: bytes) -> None:
        self.records.append(link)

    def rtp(self, link: Link, packet: bytearray, now: float) -> None:
        if packet.endswith(b"poison"):
            raise RuntimeError
        self.packets.append(bytes(packet))
        self.answer(link)

    def burst_over(self) -> None:
        """Nothing waits here."""

    def rtcp(self, link: Link, packet: bytes) -> None:
        self.reports.append(packet)

    def faulty(self, link: Link) -> None:
        self.faults += 1


class Far:
    """A phone's end: its socket and its keys."""

    def __init__(self, server: tuple[str, int], profile: int = GCM) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.connect(server)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024 * 1024)
        self.socket.settimeout(0)
        self._profile = profile
        self.sent = session(UP, Policy.SSRC_ANY_OUTBOUND, profile)
        self.received = session(DOWN, Policy.SSRC_ANY_INBOUND, profile)

    @property
    def address(self) -> Address:
        return tuple(self.socket.getsockname())

    def keys(self) -> SrtpPair:
        return SrtpPair(
            session(UP, Policy.SSRC_ANY_INBOUND, self._profile),
            session(DOWN, Policy.SSRC_ANY_OUTBOUND, self._profile),
        )

    def take(self) -> list[bytes]:
        """Return what has arrived since this was asked last, still sealed."""
        taken = []
        while True:
            try:
                taken.append(self.socket.recv(4096))
            except BlockingIOError:
                return taken

    async def hear(self, count: int) -> list[bytes]:
        """Wait for so many datagrams."""
        taken: list[bytes] = []

        def enough() -> bool:
            taken.extend(self.take())
            return len(taken) >= count

        await until(enough, within=2)
        return taken


class Wire:
    """One engine, one link, and the phone at its other end."""

    def __init__(self, engine: Engine, ears: Ears, port: int, profile: int) -> None:
        self.engine = engine
        self.ears = ears
        self.port = port
        self.far = Far(("127.0.0.1", port), profile)
        self.link = self.linked(self.far)

    def linked(self, far: Far) -> Link:
        link = Link(None)
        link.srtp, link.address = far.keys(), far.address
        self.engine.admit(link, far.address)
        return link

    def send(self, number: int, payload: bytes = b"payload", mid: int = ord("7")) -> bool:
        packet = Packet(rtp(number, payload=payload, block=FULL_BLOCK))
        return self.engine.send_rtp(self.link, packet, bytes(packet.raw[:FIXED]), mid)


@pytest.fixture(params=[GCM, COUNTER_MODE], ids=["gcm", "counter"])
def profile(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(params=[PlainEngine, BatchEngine], ids=["plain", "batch"])
async def wire(request: pytest.FixtureRequest, profile: int) -> AsyncIterator[Wire]:
    engine: Engine = request.param("127.0.0.1", 0)
    ears = Ears()
    wire = Wire(engine, ears, await engine.open(ears), profile)
    yield wire
    engine.close()
    wire.far.socket.close()


class Slot:
    """Sources into one slot, and every datagram that went out for it, by sequence number."""

    def __init__(self, wire: Wire, *, start: int) -> None:
        self.wire = wire
        self.now = 1.0
        self.downlink = Downlink(
            link=wire.link, slot=0, kind=Kind.VIDEO, ssrc=77, start=(start, 4_294_960_000)
        )
        self.seen: dict[int, bytes] = {}

    def feed(self, source: Uplink, sequence: int, payload: bytes) -> None:
        self.now += 0.01
        arrived = Packet(rtp(sequence, payload=payload, block=FULL_BLOCK), source.layouts)
        arrived.stamp(send_time(self.now))
        assert source.take(arrived, self.now) is not None
        head = self.downlink.adapt(arrived, self.now)
        assert head is not None
        assert self.wire.engine.send_rtp(self.wire.link, arrived, head, self.downlink.mid)
        self._note(HEADER.unpack(head)[2])

    def repeat(self, sequence: int) -> bytes | None:
        again = self.downlink.repeat(sequence, self.now)
        if again is None:
            return None
        assert self.wire.engine.send_rtp(self.wire.link, *again, self.downlink.mid)
        self.wire.engine.drain([self.wire.link])
        (sealed,) = self.wire.far.take()
        return sealed

    def _note(self, sequence: int) -> None:
        self.wire.engine.drain([self.wire.link])
        (self.seen[sequence],) = self.wire.far.take()


async def test_a_retransmission_is_the_same_bytes_beyond_the_roll_over(wire: Wire) -> None:
    slot, source = Slot(wire, start=65_400), an_uplink()
    source.begin(1)
    slot.downlink.open(source)
    for count in range(300):
        slot.feed(source, 65_300 + count, KEY_FRAME + bytes([count % 256]) * (count * 4 % 1100))
    assert {65_535, 0} <= set(slot.seen)
    for sequence, sealed in slot.seen.items():
        assert slot.repeat(sequence) == sealed
        slot.downlink.new_round()


async def test_after_a_change_of_source_only_its_own_packets_come_again(wire: Wire) -> None:
    slot = Slot(wire, start=65_520)
    sources = [an_uplink() for _ in range(2)]
    for turn in range(6):
        source = sources[turn % 2]
        source.begin(100 + turn)
        slot.downlink.open(source)
        before = set(slot.seen)
        for count in range(20):
            payload = LATER_FRAME if count else KEY_FRAME
            slot.feed(source, 7_000 * turn + count, payload + bytes([turn, count]))
        for sequence, sealed in slot.seen.items():
            again = slot.repeat(sequence)
            slot.downlink.new_round()
            assert again == (None if sequence in before else sealed)
    assert len(slot.seen) == 120


async def test_a_phone_reads_what_was_meant_for_it(wire: Wire) -> None:
    sizes = [0, 1, 15, 16, 17, 500, 1000, 1200, *range(200)]
    for number, size in enumerate(sizes):
        assert wire.send(number, b"x" * size)
    wire.engine.drain([wire.link])
    clear = [wire.far.received.unprotect(one) for one in wire.far.take()]
    assert [HEADER.unpack_from(one)[2] for one in clear] == list(range(len(sizes)))
    assert [one[-size:] for one, size in zip(clear, sizes, strict=True) if size] == [
        b"x" * size for size in sizes if size
    ]
    # The subscriber's own media identifier stands in the packet, nothing else has changed.
    block = slice(FIXED, FIXED + len(FULL_BLOCK))
    assert {one[block] for one in clear} == {FULL_BLOCK[:5] + b"7" + FULL_BLOCK[6:]}


async def test_reports_are_sealed_too_and_need_no_push(wire: Wire) -> None:
    report = b"\x80\xc9\x00\x01\x00\x00\x00\x09"
    assert wire.engine.send_rtcp(wire.link, report)
    (sealed,) = await wire.far.hear(1)
    assert wire.far.received.unprotect_rtcp(sealed) == report


async def test_what_waits_is_gone_when_a_drain_returns(wire: Wire) -> None:
    for number in range(5):
        wire.send(number)
    wire.engine.drain([wire.link])
    assert len(wire.far.take()) == 5
    await asyncio.sleep(0)
    assert wire.far.take() == []


async def test_a_forgotten_link_sends_and_receives_nothing_more(wire: Wire) -> None:
    wire.send(1)
    wire.engine.forget(wire.link)
    wire.far.take()
    assert not wire.send(2)
    assert not wire.engine.send_rtcp(wire.link, b"\x80\xc9\x00\x01\x00\x00\x00\x09")
    wire.far.socket.send(wire.far.sent.protect(bytes(rtp(1))))
    await until(lambda: wire.engine.counters["drop_unproved"] == 1, within=2)
    assert wire.ears.packets == []
    assert wire.far.take() == []


async def test_a_burst_arrives_whole_in_order_and_in_the_clear(wire: Wire) -> None:
    for number in range(150):
        wire.far.socket.send(wire.far.sent.protect(bytes(rtp(number, payload=b"p" * number))))
    wire.far.socket.send(wire.far.sent.protect_rtcp(b"\x80\xc9\x00\x01\x00\x00\x00\x09"))
    await until(lambda: bool(wire.ears.reports), within=2)
    assert [HEADER.unpack_from(one)[2] for one in wire.ears.packets] == list(range(150))
    assert [len(one) - FIXED for one in wire.ears.packets] == list(range(150))
    assert wire.engine.counters["packets_in"] == 151
    assert wire.link.heard == 151


async def test_answers_to_a_burst_leave_with_it(wire: Wire) -> None:
    def thrice(link: Link) -> None:
        for number in range(3):
            assert wire.send(number)

    wire.ears.answer = thrice
    for number in range(100):
        wire.far.socket.send(wire.far.sent.protect(bytes(rtp(number))))
    assert len(await wire.far.hear(300)) == 300
    assert wire.engine.counters["packets_out"] == 300


async def test_one_broken_packet_costs_that_packet_alone(wire: Wire) -> None:
    for number, payload in enumerate((b"good", b"poison", b"good")):
        wire.far.socket.send(wire.far.sent.protect(bytes(rtp(number, payload=payload))))
    await until(lambda: len(wire.ears.packets) == 2, within=2)
    assert wire.ears.faults == wire.engine.counters["faults"] == 1


async def test_what_is_not_authentic_is_dropped_and_counted(wire: Wire) -> None:
    sealed = wire.far.sent.protect(bytes(rtp(1)))
    forged = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for raw in (forged, sealed, sealed, b"\x80\x60" + bytes(5), b"\x80" + bytes(LARGEST_DATAGRAM)):
        wire.far.socket.send(raw)
    await until(lambda: wire.engine.counters["drop_size"] == 2, within=2)
    assert wire.engine.counters["drop_unprotect"] == 2
    assert len(wire.ears.packets) == 1


async def test_media_follows_the_address_it_comes_from(wire: Wire) -> None:
    moved = Far(("127.0.0.1", wire.port))
    moved.sent, moved.received = wire.far.sent, wire.far.received
    wire.engine.admit(wire.link, moved.address)
    moved.socket.send(moved.sent.protect(bytes(rtp(1))))
    await until(lambda: bool(wire.ears.packets), within=2)
    wire.send(5)
    wire.engine.drain([wire.link])
    assert len(moved.take()) == 1
    assert wire.far.take() == []
    moved.socket.close()


async def test_an_address_may_pass_to_another_link(wire: Wire) -> None:
    wire.send(1)
    other = wire.linked(wire.far)
    wire.engine.forget(wire.link)
    wire.far.socket.send(wire.far.sent.protect(bytes(rtp(1))))
    await until(lambda: other.heard == 1, within=2)
    assert wire.link.heard == 0


async def test_an_address_comes_back_to_who_proves_it_again(wire: Wire) -> None:
    other = wire.linked(wire.far)
    wire.engine.admit(wire.link, wire.far.address)
    # And who had it in between takes it along no more.
    wire.engine.forget(other)
    for raw in (RECORD, wire.far.sent.protect(bytes(rtp(1)))):
        wire.far.socket.send(raw)
    await until(lambda: bool(wire.ears.packets), within=2)
    assert wire.ears.records == [wire.link]
    assert wire.link.heard == 1
    assert wire.link.addresses == [wire.far.address]


async def test_where_nobody_listens_the_others_still_hear(wire: Wire) -> None:
    closed = Far(("127.0.0.1", wire.port))
    link = wire.linked(closed)
    closed.socket.close()
    packet = Packet(rtp(1))
    for number in range(10):
        wire.engine.send_rtp(link, packet, bytes(packet.raw[:FIXED]), 0)
        wire.send(number)
    wire.engine.drain([wire.link])
    assert len(wire.far.take()) == 10


async def test_an_address_of_no_route_costs_its_own_packets_alone(wire: Wire) -> None:
    nowhere = Far(("127.0.0.1", wire.port))
    link = wire.linked(nowhere)
    wire.engine.admit(link, ("255.255.255.255", 9))
    link.address = ("255.255.255.255", 9)
    packet = Packet(rtp(1))
    for number in range(3):
        wire.send(2 * number)
        wire.engine.send_rtp(link, packet, bytes(packet.raw[:FIXED]), 0)
        wire.send(2 * number + 1)
    wire.engine.drain([wire.link])
    assert len(wire.far.take()) == 6
    assert wire.engine.counters["drop_send"] == 3
    nowhere.socket.close()
