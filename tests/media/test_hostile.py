"""Whatever arrives on the port costs at most the one who sent it (OWASP ASVS 17.2.3 to 17.2.6)."""

import asyncio
import os
import random
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aioice.stun import Class, Message, Method
from OpenSSL import SSL

from server.domain.ids import ConnectionId
from server.media.settings import WorkerSettings
from server.ports.media import MediaLost, MediaReport, WorkerBack
from tests.media.conftest import ROOM, NewPhone, Plant, plant
from tests.media.engine_contract import both_ways, version
from tests.media.packets import LATER_FRAME
from tests.media.phone import Phone
from tests.media.waiting import until


@pytest.fixture(params=["plain", "batch"])
async def it(settings: WorkerSettings, request: pytest.FixtureRequest) -> AsyncIterator[Plant]:
    async with plant(replace(settings, engine=request.param)) as it:
        await it.hear(WorkerBack)
        yield it


@pytest.fixture
async def pair(it: Plant, phones: NewPhone) -> tuple[Phone, Phone]:
    a, m = phones("a", 60), phones("m", 130)
    for phone in (a, m):
        await phone.join(it.client, ROOM)
        await phone.connected()
    await it.client.route(ROOM, version(1), both_ways(a, m))
    await m.sees(0)
    return a, m


async def port_of(it: Plant) -> int:
    probe = ConnectionId("probe")
    offer = await it.client.connect(ROOM, probe)
    await it.client.disconnect(probe)
    return int(offer.split(" 127.0.0.1 ")[1].split()[0])


class Stranger:
    """Sends from a port that has proved nothing, and notes every answer."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))
        self._socket.setblocking(False)

    async def throw(self, datagrams: list[bytes]) -> None:
        for count, datagram in enumerate(datagrams):
            self._socket.send(datagram)
            if count % 50 == 0:
                await asyncio.sleep(0)

    def answers(self) -> int:
        count = 0
        while True:
            try:
                self._socket.recv(2048)
            except BlockingIOError:
                return count
            count += 1

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
async def stranger(it: Plant) -> AsyncIterator[Stranger]:
    stranger = Stranger(await port_of(it))
    yield stranger
    stranger.close()


def rubbish() -> list[bytes]:
    dice = random.Random(1)
    sizes = [0, 1, 2, 3, 11, 12, 19, 20, 21, 100, 1200, 1500, 1501, 4000]
    firsts = [0, 1, 2, 3, 4, 19, 20, 22, 63, 64, 127, 128, 144, 191, 192, 255]
    noise = [bytes([first]) + dice.randbytes(size) for first in firsts for size in sizes]
    return [b"", *noise] * 3


def unauthenticated_checks() -> list[bytes]:
    short_priority = Message(Method.BINDING, Class.REQUEST, attributes={"PRIORITY": 1})
    broken = bytearray(bytes(short_priority))
    broken[22:24] = b"\x00\x03"
    forged = Message(
        Method.BINDING, Class.REQUEST, attributes={"USERNAME": "nobody:else", "PRIORITY": 1}
    )
    forged.add_message_integrity(b"guess")
    plain = Message(Method.BINDING, Class.REQUEST, attributes={"USERNAME": "nobody:else"})
    return [
        bytes(broken),
        bytes(forged),
        bytes(plain),
        bytes(Message(Method.BINDING, Class.REQUEST)),
    ]


def authentic_checks(offer: str, count: int) -> list[bytes]:
    """Return checks that prove the password of an offer, each another one."""
    told = {name: re.findall(rf"a=ice-{name}:(\S+)", offer)[0] for name in ("ufrag", "pwd")}
    made = []
    for _ in range(count):
        attributes = {"USERNAME": f"{told['ufrag']}:phone", "PRIORITY": 1}
        check = Message(Method.BINDING, Class.REQUEST, attributes=attributes)
        check.add_message_integrity(told["pwd"].encode())
        made.append(bytes(check))
    return made


def client_hello() -> bytes:
    context = SSL.Context(SSL.DTLS_METHOD)
    connection = SSL.Connection(context)
    connection.set_connect_state()
    with pytest.raises(SSL.WantReadError):
        connection.do_handshake()
    return connection.bio_read(2048)


async def test_rubbish_before_and_during_a_session_is_dropped_and_never_answered(
    it: Plant, stranger: Stranger, phones: NewPhone
) -> None:
    await stranger.throw(rubbish() + unauthenticated_checks() * 20)
    a, m = phones("a", 60), phones("m", 130)
    for phone in (a, m):
        await phone.join(it.client, ROOM)
        await phone.connected()
    await it.client.route(ROOM, version(1), both_ways(a, m))
    await m.sees(0)
    await stranger.throw(rubbish() + unauthenticated_checks() * 20)
    await m.sees(0, more=20)
    counters = await it.client.counters()
    assert stranger.answers() == 0
    assert counters["media_drop_unproved_total"] > 100
    assert counters["media_drop_stun_malformed_total"] > 100
    assert counters["media_drop_stun_unauthentic_total"] >= 40
    assert "media_faults_total" not in counters


async def test_a_foreign_client_hello_before_the_real_one_does_no_harm(
    it: Plant, stranger: Stranger, phones: NewPhone
) -> None:
    hello = client_hello()
    a = phones("a", 60)
    answer = await a.answer(await it.client.connect(ROOM, a.name))
    await stranger.throw([hello] * 50)
    await it.client.answer(a.name, answer)
    await stranger.throw([hello] * 50)
    await a.connected()
    await stranger.throw([hello] * 50)
    assert stranger.answers() == 0


async def test_a_foreign_copy_of_media_is_not_forwarded(
    it: Plant, pair: tuple[Phone, Phone], stranger: Stranger
) -> None:
    a, m = pair
    sealed = a.transport._tx_srtp.protect(b"\x80\x6f" + bytes(10) + b"voice")
    await stranger.throw([sealed] * 20)
    await m.sees(0)
    assert (await it.client.counters())["media_drop_unproved_total"] >= 20


async def test_what_a_participant_mangles_costs_only_himself(
    it: Plant, pair: tuple[Phone, Phone]
) -> None:
    a, _ = pair
    dice = random.Random(2)
    sent = 0
    for _ in range(400):
        header = bytearray(b"\x90\x60" + dice.randbytes(10))
        if dice.random() < 0.5:
            header[8:12] = a.peer.getSenders()[1]._ssrc.to_bytes(4, "big")
        packet = bytes(header) + b"\xbe\xde\x00\x01" + dice.randbytes(dice.randrange(60))
        report = bytearray(b"\x81\xc8\x00\x06") + dice.randbytes(24)
        report[1] = dice.choice([200, 201, 202, 203, 205, 206])
        sent += await a.inject(packet) + await a.inject(bytes(report))
        await asyncio.sleep(0)
    assert sent > 400
    await a.sees(0, more=10)
    counters = await it.client.counters()
    assert counters["media_connections"] == 2
    assert "media_faults_total" not in counters


async def test_thousands_of_streams_from_one_phone_stay_eight(
    it: Plant, pair: tuple[Phone, Phone]
) -> None:
    a, _ = pair
    for number in range(500):
        packet = b"\x80\x60\x00\x01" + bytes(4) + number.to_bytes(4, "big") + b"\x10\x00picture"
        await a.inject(packet)
    await it.hear(MediaReport, connection="m")
    counters = await it.client.counters()
    assert counters["media_drop_ssrc_total"] >= 490
    await a.sees(0)


async def test_jumping_sequence_numbers_do_not_hold_up_the_others(
    it: Plant, pair: tuple[Phone, Phone]
) -> None:
    a, m = pair
    ssrc = a.peer.getSenders()[1]._ssrc.to_bytes(4, "big")
    await it.client.route(ROOM, version(2), both_ways(a, m))
    sequence = sent = 0
    # Far ones begin a new run; those up to 512 are gaps that are to be repaired.
    for jump in [20_000] * 300 + list(range(512, 1, -1)):
        sequence = (sequence + jump) % 0x10000
        head = b"\x80\x60" + sequence.to_bytes(2, "big") + bytes(4)
        sent += await a.inject(head + ssrc + LATER_FRAME)
        if jump % 50 == 0:
            await asyncio.sleep(0)  # or the socket's buffer overflows
    await a.sees(0, more=10, within=4)
    assert sent > 700
    counters = await it.client.counters()
    assert counters["media_nack_sent_total"] > 0
    assert counters["media_loop_lag_seconds"] < 0.5


async def test_a_wrong_certificate_is_refused_and_sends_nothing(
    it: Plant, phones: NewPhone
) -> None:
    a = phones("a", 60)
    answer = await a.answer(await it.client.connect(ROOM, a.name))
    lines = [
        f"a=fingerprint:sha-256 {':'.join(['AB'] * 32)}" if "a=fingerprint" in line else line
        for line in answer.split("\r\n")
        if not line.startswith(("a=fingerprint:sha-384", "a=fingerprint:sha-512"))
    ]
    await it.client.answer(a.name, "\r\n".join(lines))
    lost = await it.hear(MediaLost, connection=a.name)
    assert lost.reason == "refused"


async def test_leaving_takes_less_than_a_second_even_from_a_hostile_phone(
    it: Plant, pair: tuple[Phone, Phone]
) -> None:
    a, _ = pair
    for number in range(100):
        packet = b"\x80\x60\x00\x01" + bytes(4) + number.to_bytes(4, "big") + os.urandom(40)
        await a.inject(packet)
    async with asyncio.timeout(1):
        await it.client.close_room(ROOM)
    assert (await it.client.counters())["media_connections"] == 0
    for phone in pair:
        await until(lambda: phone.peer.connectionState == "closed", within=1)  # noqa: B023


async def test_long_reports_are_paid_for_by_their_size(
    it: Plant, pair: tuple[Phone, Phone]
) -> None:
    a, _ = pair
    blocks = bytes(24) * 31
    report = b"\x9f\xc9" + (len(blocks) // 4 + 1).to_bytes(2, "big") + b"else" + blocks
    for _ in range(200):
        assert await a.inject(report)
    await a.sees(0, more=10, within=4)
    # A second's worth is 64 000 octets, and little comes in while these arrive.
    assert (await it.client.counters())["media_drop_flood_total"] > 50


async def test_a_flood_of_checks_is_answered_for_its_first_part_alone(
    it: Plant, pair: tuple[Phone, Phone], stranger: Stranger
) -> None:
    a, _ = pair
    flood = authentic_checks(await it.client.connect(ROOM, ConnectionId("x")), 1000)
    await stranger.throw(flood)
    await a.sees(0, more=10, within=4)
    # A hundred at once, and fifty a second.
    assert 100 <= stranger.answers() < 400
    assert (await it.client.counters())["media_drop_stun_flood_total"] > 600


async def test_a_flood_from_one_phone_does_not_drown_the_others(
    it: Plant, pair: tuple[Phone, Phone]
) -> None:
    a, m = pair
    ssrc = b"else"
    sent = 0
    before = m.packets()
    for number in range(3000):
        head = b"\x80\x6f" + (number % 0x10000).to_bytes(2, "big") + bytes(4) + ssrc
        sent += await a.inject(head + bytes(1000))
        if number % 20 == 0:
            await asyncio.sleep(0)
    await a.sees(0, more=10, within=4)
    assert sent > 2500
    assert (await it.client.counters())["media_drop_flood_total"] > 1000
    assert m.packets() - before < 500
