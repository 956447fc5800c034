"""Places of TCP streams: how many a seat, a stranger and a vanished phone may hold."""

import asyncio
import contextlib
import re
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Self

import pytest
from aioice.stun import Class, Message, Method

from server.domain.ids import ConnectionId
from server.media import streams
from server.media.engine import MAX_ADDRESSES
from server.media.settings import WorkerSettings
from server.media.streams import Streams
from server.media.stun import Address
from server.ports.media import WorkerBack
from tests.media.conftest import ROOM, Plant, plant
from tests.media.waiting import until

HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"
SEAT = ConnectionId("seat")
STRANGERS = 40
MINUTE_S = 60


class Line:
    """One stream to the worker: what came through it, and whether it still stands."""

    def __init__(self, offer: str, *, source: str = HERE) -> None:
        self.heard: list[bytes] = []
        self.open = True
        self._offer = offer
        self._source = source

    async def __aenter__(self) -> Self:
        port = int(self._offer.split(" tcp ")[1].split()[2])
        reader, self._writer = await asyncio.open_connection(
            HERE, port, local_addr=(self._source, 0)
        )
        self._task = asyncio.create_task(self._listen(reader))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._task

    def prove(self) -> None:
        """Send the check of a phone that was given the offer."""
        told = {
            name: re.findall(rf"a=ice-{name}:(\S+)", self._offer)[0] for name in ("ufrag", "pwd")
        }
        check = Message(
            Method.BINDING,
            Class.REQUEST,
            attributes={"USERNAME": f"{told['ufrag']}:theirs", "PRIORITY": 1},
        )
        check.add_message_integrity(told["pwd"].encode())
        self._writer.write(len(bytes(check)).to_bytes(2, "big") + bytes(check))

    async def proves(self) -> None:
        """Wait for the answer to the check, or the end of the stream."""
        self.prove()
        await until(lambda: bool(self.heard) or not self.open)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                length = int.from_bytes(await reader.readexactly(2), "big")
                self.heard.append(await reader.readexactly(length))
        self.open = False


@pytest.fixture(params=["plain", "batch"])
async def it(settings: WorkerSettings, request: pytest.FixtureRequest) -> AsyncIterator[Plant]:
    async with plant(replace(settings, engine=request.param)) as it:
        await it.hear(WorkerBack)
        yield it


def standing(lines: list[Line]) -> int:
    return sum(line.open for line in lines)


async def test_a_seat_keeps_as_many_streams_as_addresses_and_none_when_it_leaves(
    it: Plant,
) -> None:
    offer = await it.client.connect(ROOM, SEAT)
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(Line(offer)) for _ in range(MAX_ADDRESSES)]
        for line in lines:
            await line.proves()
        assert standing(lines) == MAX_ADDRESSES
        while len(lines) < 50:
            lines.append(await stack.enter_async_context(Line(offer)))
            await lines[-1].proves()
        await until(lambda: standing(lines) == MAX_ADDRESSES, within=2)
        assert lines[0].open, "the one in use was closed"
        await it.client.disconnect(SEAT)
        await until(lambda: standing(lines) == 0, within=3)


async def test_a_stranger_takes_few_places_and_shuts_nobody_out(
    it: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "_MOST", STRANGERS)
    offer = await it.client.connect(ROOM, SEAT)
    async with AsyncExitStack() as stack:
        strangers = [await stack.enter_async_context(Line(offer)) for _ in range(STRANGERS)]
        phone = await stack.enter_async_context(Line(offer, source=ELSEWHERE))
        await phone.proves()
        assert phone.open
        assert phone.heard
        await until(lambda: standing(strangers) == streams._MOST_EACH, within=2)
        refused = (await it.client.counters())["media_drop_streams_total"]
        assert refused == STRANGERS - streams._MOST_EACH


async def test_who_has_proved_himself_or_gone_gives_his_place_to_the_next(it: Plant) -> None:
    offer = await it.client.connect(ROOM, SEAT)
    async with AsyncExitStack() as stack:
        for _ in range(streams._MOST_EACH):
            await (await stack.enter_async_context(Line(offer))).proves()
        for _ in range(streams._MOST_EACH):
            async with Line(offer):
                pass
        last = await stack.enter_async_context(Line(offer))
        await last.proves()
        assert last.heard
    assert "media_drop_streams_total" not in await it.client.counters()


async def test_what_follows_the_end_of_a_stream_is_not_read() -> None:
    heard: list[bytes] = []

    def receive(raw: bytes, address: Address) -> None:
        heard.append(raw)
        held.prove(address)
        held.let_go(address)

    held = Streams(Counter(), receive=receive, lost=lambda address: None)
    await held.open(HERE, 0)
    assert held._server is not None
    reader, writer = await asyncio.open_connection(*held._server.sockets[0].getsockname())
    one, two, three = (bytes(Message(Method.BINDING, Class.REQUEST)) for _ in range(3))
    writer.write(b"\x00\x14" + one + b"\x00\x14" + two)
    await until(lambda: bool(heard))
    (stream,) = held._open.values()
    writer.write(b"\x00\x14" + three)
    with contextlib.suppress(ConnectionError):
        assert await reader.read() == b""
    assert heard == [one]
    assert three not in stream._buffer
    writer.close()
    held.close()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:2:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_places_are_counted_by_what_a_stranger_cannot_change(
    one: str, other: str, same: bool
) -> None:
    assert (streams._network((one, 1, "tcp")) == streams._network((other, 2, "tcp"))) is same


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux's options")
async def test_a_phone_that_vanished_is_noticed_within_a_minute() -> None:
    held = Streams(Counter(), receive=lambda raw, address: None, lost=lambda address: None)
    await held.open(HERE, 0)
    assert held._server is not None
    _, writer = await asyncio.open_connection(*held._server.sockets[0].getsockname())
    await until(lambda: bool(held._open))
    (stream,) = held._open.values()
    assert stream._transport is not None
    line = stream._transport.get_extra_info("socket")
    assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    idle, every, probes, unacknowledged = (
        line.getsockopt(socket.IPPROTO_TCP, option)
        for option in (
            socket.TCP_KEEPIDLE,
            socket.TCP_KEEPINTVL,
            socket.TCP_KEEPCNT,
            socket.TCP_USER_TIMEOUT,
        )
    )
    assert 10 < idle + every * probes <= MINUTE_S
    assert 10_000 < unacknowledged <= 1000 * MINUTE_S
    writer.close()
    held.close()
