"""What waits for a phone on a slow TCP stream goes with a cut of its own, and with no other's."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.domain.ids import ConnectionId, RoomId
from server.media.batch_engine import BatchEngine
from server.media.connection import Stage
from server.media.plain_engine import PlainEngine
from server.media.plane import Plane
from server.media.settings import WorkerSettings
from server.ports.media import Edge, TableVersion
from tests.media.waiting import until

HERE = "127.0.0.1"
SETTINGS = WorkerSettings(control=Path("unused"))
ROOM, ELSEWHERE = RoomId("room"), RoomId("elsewhere")
SLOW, SPEAKER, OTHER, FAR_SPEAKER, FAR_LISTENER = (
    ConnectionId(name) for name in ("slow", "speaker", "other", "far speaker", "far listener")
)
TO_SLOW = Edge(source=SPEAKER, subscriber=SLOW, slot=0)
TO_OTHER = Edge(source=SLOW, subscriber=OTHER, slot=0)
FAR = Edge(source=FAR_SPEAKER, subscriber=FAR_LISTENER, slot=0)


class Slow:
    """Two rooms of a worker; for one phone of the first more waits than its line takes."""

    def __init__(self, plane: Plane, engine: PlainEngine, writer: asyncio.StreamWriter) -> None:
        self.plane, self._engine = plane, engine
        host, port = writer.get_extra_info("sockname")
        self._address = host, port, "tcp"
        self._n = 0

    async def begin(self) -> None:
        await until(lambda: self._address in self._engine._streams)
        link = self.plane.connections[SLOW].link
        self._engine.admit(link, self._address)
        link.address = self._address
        while not self._engine.counters["drop_send"]:
            self._engine.datagram(self._address, bytes(1200))
        assert self.waiting > 100_000

    @property
    def waiting(self) -> int:
        """How many octets wait with us."""
        return self._engine._streams._open[self._address]._waiting_bytes

    def route(self, room: RoomId, *edges: Edge) -> None:
        self._n += 1
        self.plane.route(room, TableVersion(epoch=1, n=self._n), frozenset(edges))


@pytest.fixture(params=[PlainEngine, BatchEngine], ids=["plain", "batch"])
async def slow(request: pytest.FixtureRequest) -> AsyncIterator[Slow]:
    engine: PlainEngine = request.param(HERE, 0)
    plane = Plane(SETTINGS, engine, tell=lambda _: None, spawn=_close)
    port = await plane.open()
    for room, names in ((ROOM, (SLOW, SPEAKER, OTHER)), (ELSEWHERE, (FAR_SPEAKER, FAR_LISTENER))):
        for name in names:
            plane.connect(room, name)
            plane.connections[name].stage = Stage.CONNECTED
    _, writer = await asyncio.open_connection(HERE, port, limit=2048)
    made = Slow(plane, engine, writer)
    made.route(ROOM, TO_SLOW, TO_OTHER)
    made.route(ELSEWHERE, FAR)
    await made.begin()
    yield made
    writer.close()
    plane.close()
    engine.close()


def _close(work: Any) -> None:
    work.close()


async def test_what_happens_in_another_room_drops_nothing(slow: Slow) -> None:
    before = slow.waiting
    slow.plane.connect(ELSEWHERE, ConnectionId("somebody who enters"))
    slow.route(ELSEWHERE)
    slow.plane.disconnect(FAR_SPEAKER)
    slow.plane.close_room(ELSEWHERE)
    assert slow.waiting == before


async def test_what_happens_to_others_of_the_room_drops_nothing(slow: Slow) -> None:
    before = slow.waiting
    slow.plane.connect(ROOM, ConnectionId("somebody who enters"))
    slow.route(ROOM, TO_SLOW)
    slow.plane.disconnect(OTHER)
    assert slow.waiting == before


async def test_a_cut_drops_what_waits_for_whom_it_cuts(slow: Slow) -> None:
    slow.route(ROOM, TO_OTHER)
    assert slow.waiting == 0


async def test_what_a_suspended_room_still_had_is_dropped(slow: Slow) -> None:
    slow.plane.suspend(slow.plane.rooms[ROOM])
    assert slow.waiting == 0


async def test_who_leaves_is_heard_no_more(slow: Slow) -> None:
    slow.plane.disconnect(SPEAKER)
    assert slow.waiting == 0
