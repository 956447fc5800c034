"""What every engine must do: a second engine's test file subclasses this with its own name."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import ClassVar

import aioice.ice
import pytest

from server.domain.ids import ConnectionId
from server.media.settings import EngineName, WorkerSettings
from server.ports.media import (
    Edge,
    MediaConnected,
    MediaReady,
    MediaReport,
    StaleTableError,
    TableVersion,
    WorkerBack,
)
from tests.media.conftest import ROOM, NewPhone, Plant, plant
from tests.media.phone import Phone
from tests.media.proxy import LossyPath, TunnelPath
from tests.media.waiting import until

LOOPBACKS = ("127.0.0.1", "::1")
DARK, BRIGHT, MIDDLE = 60, 200, 130
STOP_S = 0.1
"""A cut is in force this long after it is confirmed; what was on its way has arrived by then."""


def both_ways(one: Phone, other: Phone, *, slot: int = 0) -> frozenset[Edge]:
    return frozenset(
        {
            Edge(source=one.name, subscriber=other.name, slot=slot),
            Edge(source=other.name, subscriber=one.name, slot=slot),
        }
    )


def version(n: int) -> TableVersion:
    return TableVersion(epoch=1, n=n)


def has_ipv6() -> bool:
    """Return whether this machine's loopback has an address of IPv6."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACKS[1], 0))
        return True
    return False


def live_at(here: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give phones that join from now on this address alone."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: [here])


def way_of(phone: Phone) -> str:
    """Return the worker's address that the phone sends to."""
    pair = phone.transport.transport._connection._nominated[1]
    return str(pair.remote_candidate.host)


class EngineContract:
    """Two parties A and B and a mediator M in one room."""

    engine: ClassVar[EngineName]

    @pytest.fixture
    async def it(self, settings: WorkerSettings) -> AsyncIterator[Plant]:
        async with plant(replace(settings, engine=self.engine)) as it:
            await it.hear(WorkerBack)
            yield it

    @pytest.fixture
    async def three(self, it: Plant, phones: NewPhone) -> tuple[Phone, Phone, Phone]:
        """All connected and sending; nobody routed to anybody."""
        a, b, m = phones("a", DARK), phones("b", BRIGHT), phones("m", MIDDLE)
        for phone in (a, b, m):
            await phone.join(it.client, ROOM)
        for phone in (a, b, m):
            await phone.connected()
            await it.hear(MediaConnected, connection=phone.name)
            await it.hear(MediaReady, connection=phone.name)
        return a, b, m

    async def test_without_an_edge_nothing_is_forwarded(
        self, it: Plant, three: tuple[Phone, Phone, Phone]
    ) -> None:
        for phone in three:
            await it.hear(MediaReport, connection=phone.name)
        assert [phone.packets() for phone in three] == [0, 0, 0]

    async def test_a_caucus_reaches_its_two_and_nobody_else(
        self, it: Plant, three: tuple[Phone, Phone, Phone]
    ) -> None:
        a, b, m = three
        await it.client.route(ROOM, version(1), both_ways(a, m))
        await a.sees(0)
        await m.sees(0)
        await a.sees_luma(0, MIDDLE)
        await m.sees_luma(0, DARK)
        assert b.packets() == 0
        assert (a.packets(), m.packets()) == (a.packets(0), m.packets(0))

    async def test_a_cut_edge_falls_silent_at_once_and_stays_silent(
        self, it: Plant, three: tuple[Phone, Phone, Phone]
    ) -> None:
        a, _, m = three
        await it.client.route(ROOM, version(1), both_ways(a, m))
        await m.sees(0)
        await it.client.route(ROOM, version(2), frozenset())
        confirmed = asyncio.get_running_loop().time()
        await it.hear(MediaReport, connection=m.name, down_kbps=0)
        assert max(m.last_at.values()) - confirmed < STOP_S

    async def test_who_sits_in_a_slot_changes_without_a_seam(
        self, it: Plant, three: tuple[Phone, Phone, Phone]
    ) -> None:
        a, b, m = three
        only_a = frozenset({Edge(source=a.name, subscriber=m.name, slot=2)})
        only_b = frozenset({Edge(source=b.name, subscriber=m.name, slot=2)})
        for n, edges, luma in ((1, only_a, DARK), (2, only_b, BRIGHT), (3, only_a, DARK)):
            await it.client.route(ROOM, version(n), edges)
            await m.sees_luma(2, luma)
            await m.sees(2)
        assert m.gaps() == 0

    async def test_an_older_table_is_refused_and_changes_nothing(
        self, it: Plant, three: tuple[Phone, Phone, Phone]
    ) -> None:
        a, b, m = three
        await it.client.route(ROOM, version(2), both_ways(a, m))
        with pytest.raises(StaleTableError):
            await it.client.route(ROOM, version(1), both_ways(b, m))
        await it.client.route(ROOM, version(2), both_ways(a, m))
        await m.sees(0)
        assert b.packets() == 0

    async def test_an_edge_may_carry_the_voice_alone(
        self, it: Plant, three: tuple[Phone, Phone, Phone]
    ) -> None:
        a, _, m = three
        voice = Edge(source=a.name, subscriber=m.name, slot=0, video=False)
        await it.client.route(ROOM, version(1), frozenset({voice}))
        await it.hear(MediaReport, connection=a.name, speaking=True)
        await until(lambda: m.received["2"] >= 50)
        assert m.packets() == m.received["2"]

    async def test_an_edge_may_wait_for_its_phone(self, it: Plant, phones: NewPhone) -> None:
        a, m = phones("a", DARK), phones("m", MIDDLE)
        await it.client.route(ROOM, version(1), both_ways(a, m))
        await a.join(it.client, ROOM)
        await m.join(it.client, ROOM)
        await m.sees(0)
        await a.sees(0)

    @pytest.mark.slow
    async def test_lost_packets_come_again(self, it: Plant, phones: NewPhone) -> None:
        a, m = phones("a", DARK), phones("m", MIDDLE)
        offers = {phone: await it.client.connect(ROOM, phone.name) for phone in (a, m)}
        async with LossyPath(loss=0.05) as path:
            for phone, offer in offers.items():
                answer = await phone.answer(offer, path.lead_through)
                await it.client.answer(phone.name, answer)
                await phone.connected()
            path.begin()
            await it.client.route(ROOM, version(1), both_ways(a, m))
            await m.sees(0, more=40, within=20)
            await a.sees(0, more=20, within=20)
        counters = await it.client.counters()
        assert path.dropped > 10
        assert counters["media_nack_sent_total"] > 0
        assert counters["media_resent_total"] > 0

    async def test_phones_come_in_over_ipv6_too(
        self, settings: WorkerSettings, phones: NewPhone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        live_at("::1", monkeypatch)
        there = replace(settings, engine=self.engine, bind="::1", announced=("::1",))
        async with plant(there) as it:
            await it.hear(WorkerBack)
            a, m = phones("a", DARK), phones("m", MIDDLE)
            for phone in (a, m):
                await phone.join(it.client, ROOM)
            await it.client.route(ROOM, version(1), both_ways(a, m))
            await m.sees(0)
            await a.sees(0)

    @pytest.fixture
    async def both_families(self, settings: WorkerSettings) -> AsyncIterator[Plant]:
        """A worker that listens on `::` and is told under an address of either family."""
        if not has_ipv6():
            pytest.skip("this machine's loopback has no IPv6")
        there = replace(settings, engine=self.engine, bind="::", announced=LOOPBACKS)
        async with plant(there) as it:
            await it.hear(WorkerBack)
            yield it

    async def test_one_port_serves_both_families_over_udp(
        self, both_families: Plant, phones: NewPhone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        it, a, m = both_families, phones("a", DARK), phones("m", MIDDLE)
        for phone, here in zip((a, m), LOOPBACKS, strict=True):
            live_at(here, monkeypatch)
            await phone.join(it.client, ROOM)
            await phone.connected()
        await it.client.route(ROOM, version(1), both_ways(a, m))
        await a.sees(0)
        await m.sees(0)
        assert [way_of(phone) for phone in (a, m)] == list(LOOPBACKS)

    async def test_one_port_serves_both_families_over_tcp(
        self, both_families: Plant, phones: NewPhone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        it, a, m = both_families, phones("a", DARK), phones("m", MIDDLE)
        async with TunnelPath(LOOPBACKS[0]) as four, TunnelPath(LOOPBACKS[1]) as six:
            for phone, path, here in zip((a, m), (four, six), LOOPBACKS, strict=True):
                live_at(here, monkeypatch)
                offer = await it.client.connect(ROOM, phone.name)
                await it.client.answer(phone.name, await phone.answer(offer, path.lead_through))
                await phone.connected()
            await it.client.route(ROOM, version(1), both_ways(a, m))
            await a.sees(0)
            await m.sees(0)
            assert min(four.through, six.through) > 15
            await it.client.close_room(ROOM)
            for phone in (a, m):
                await until(lambda: phone.peer.connectionState == "closed", within=1)  # noqa: B023

    async def test_where_no_udp_gets_through_tcp_does(self, it: Plant, phones: NewPhone) -> None:
        a, m = phones("a", DARK), phones("m", MIDDLE)
        await m.join(it.client, ROOM)
        async with TunnelPath() as path:
            offer = await it.client.connect(ROOM, a.name)
            await it.client.answer(a.name, await a.answer(offer, path.lead_through))
            await it.client.route(ROOM, version(1), both_ways(a, m))
            await a.sees(0)
            await m.sees(0)
            assert path.through > 15
            await a.close()

    async def test_a_stream_that_proves_nothing_or_overflows_is_closed(self, it: Plant) -> None:
        offer = await it.client.connect(ROOM, ConnectionId("x"))
        port = int(offer.split(" tcp ")[1].split()[2])
        for noise in (b"\xff\xff" + bytes(100), b"GET / HTTP/1.1\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"\x00\x14\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12) + noise)
            async with asyncio.timeout(2):
                with contextlib.suppress(ConnectionError):
                    assert await reader.read() == b""
            writer.close()
