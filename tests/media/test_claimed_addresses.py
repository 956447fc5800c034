"""Where a phone's media comes from is nobody else's, whoever says that he is there (17.2.3)."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from server.domain.ids import ConnectionId
from server.media.batch_engine import BatchEngine
from server.media.connection import Stage
from server.media.plain_engine import PlainEngine
from server.media.plane import Plane
from server.ports.media import Edge, TableVersion
from tests.media.hall import ROOM, SETTINGS
from tests.media.packets import OPUS, rtp
from tests.media.test_hostile import authentic_checks
from tests.media.test_wire_bytes import Far
from tests.media.waiting import until

SPEAKER, LISTENER, LIAR = (ConnectionId(name) for name in ("speaker", "listener", "liar"))
PACKETS = 198


class Claimed:
    """One phone speaks to another; a third may send checks in its address's name."""

    def __init__(self, plane: Plane, engine: PlainEngine, port: int) -> None:
        self.plane, self.engine = plane, engine
        self.fars = {name: Far(("127.0.0.1", port)) for name in (SPEAKER, LISTENER)}
        self.offers = {name: plane.connect(ROOM, name) for name in (SPEAKER, LISTENER, LIAR)}
        for name, far in self.fars.items():
            self.check(name, far)
            connection = plane.connections[name]
            connection.link.srtp, connection.stage = far.keys(), Stage.CONNECTED
        edge = Edge(source=SPEAKER, subscriber=LISTENER, slot=0)
        plane.route(ROOM, TableVersion(epoch=1, n=1), frozenset({edge}))
        self._said = 0

    @property
    def forwarded(self) -> int:
        return self.engine.counters["forwarded"]

    def check(self, name: ConnectionId, where: Far) -> None:
        """Let a check of somebody arrive that seems to come from there."""
        (check,) = authentic_checks(self.offers[name], 1)
        self.plane.stun(check, where.address)

    async def say(self) -> None:
        """Let the speaker send a packet of sound, and wait until it has been looked at."""
        far, before = self.fars[SPEAKER], self.engine.counters["packets_in"]
        self._said += 1
        packet = rtp(self._said, payload=b"voice", payload_type=OPUS, ssrc=7)
        far.socket.send(far.sent.protect(bytes(packet)))
        await until(lambda: self.engine.counters["packets_in"] > before)

    def holder(self) -> ConnectionId:
        """Return whose the speaker's address is."""
        link = self.engine.holder(self.fars[SPEAKER].address)
        assert link is not None
        name: ConnectionId = link.owner.identity
        return name


@pytest.fixture(params=[PlainEngine, BatchEngine], ids=["plain", "batch"])
async def it(request: pytest.FixtureRequest) -> AsyncIterator[Claimed]:
    engine: PlainEngine = request.param("127.0.0.1", 0)
    plane = Plane(SETTINGS, engine, tell=lambda _: None, spawn=lambda work: work.close())
    made = Claimed(plane, engine, await plane.open())
    yield made
    plane.close()
    engine.close()
    for far in made.fars.values():
        far.socket.close()


async def test_whose_address_is_claimed_all_the_time_is_heard(it: Claimed) -> None:
    await it.say()
    for _ in range(PACKETS):
        # As many as the worker answers; what is above it claims nothing anyway.
        it.plane.connections[LIAR].checks.spend(-1, 0)
        it.check(LIAR, it.fars[SPEAKER])
        await it.say()
    assert it.forwarded == PACKETS + 1
    assert it.engine.counters["drop_stun_claim"] == PACKETS
    assert it.plane.connections[LIAR].link.address is None


async def test_an_address_is_free_once_its_phone_is_silent(
    it: Claimed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await it.say()
    it.check(LIAR, it.fars[SPEAKER])
    assert it.holder() == SPEAKER
    now = asyncio.get_running_loop().time
    monkeypatch.setattr(it.plane.paths, "_time", lambda: now() + SETTINGS.quiet_s + 1)
    it.check(LIAR, it.fars[SPEAKER])
    assert it.holder() == LIAR


async def test_an_address_is_free_once_its_phone_has_left(it: Claimed) -> None:
    await it.say()
    it.plane.disconnect(SPEAKER)
    it.check(LIAR, it.fars[SPEAKER])
    assert it.holder() == LIAR


async def test_an_address_that_a_phone_moved_away_from_is_free(it: Claimed) -> None:
    await it.say()
    before = it.fars[SPEAKER]
    it.fars[SPEAKER] = moved = Far(before.socket.getpeername())
    moved.sent = before.sent
    it.check(SPEAKER, moved)
    await it.say()
    it.check(LIAR, before)
    assert it.engine.holder(before.address) is it.plane.connections[LIAR].link
    before.socket.close()


async def test_an_address_claimed_before_anything_came_comes_back(it: Claimed) -> None:
    it.check(LIAR, it.fars[SPEAKER])
    assert it.holder() == LIAR
    it.check(SPEAKER, it.fars[SPEAKER])
    await it.say()
    assert it.forwarded == 1
    it.check(LIAR, it.fars[SPEAKER])
    assert it.holder() == SPEAKER
