"""Who says that his line carries next to nothing, true or not, costs nobody else the picture."""

import asyncio
from itertools import cycle

import pytest
from aiortc.rtp import RtcpPsfbPacket, pack_remb_fci

from server.domain.ids import ConnectionId
from server.media import rtcp
from server.media.formats import Kind
from server.media.shares import SPREAD
from server.ports.media import Edge, TableVersion
from tests.fuzz.yard import ROOM
from tests.weak.clock import leap
from tests.weak.test_weak import (
    CAP_KBPS,
    GOOD,
    MINUTE,
    MOST_LOST,
    OTHER,
    SETTLED_S,
    STEP_S,
    WEAK,
    Room,
    a_room,
)
from tests.weak.timed import Timed

CLAIM_EVERY_S = 0.4
PICTURE_KBPS = 1_200
LEAST_KBPS = CAP_KBPS / SPREAD
FELL = 1.2
"""An estimate counts only once it fell: who lies says a little more, then less, again and again."""
VOICES = 70_000


class Liar:
    """Lets a phone say `bits` of each picture it is shown, whatever its line carries."""

    def __init__(self, room: Room, name: ConnectionId, bits: int) -> None:
        self._room, self._name, self._bits = room, name, bits
        self._loop = asyncio.get_running_loop()
        self._more = cycle((FELL, 1.0))
        self._say()

    def _say(self) -> None:
        opened = list(self._room.it.plane.connections[self._name].open_downlinks())
        shown = sum(one.kind is Kind.VIDEO and not one.held for one in opened)
        bits = round(next(self._more) * self._bits * max(1, shown)) + VOICES
        fci = pack_remb_fci(bits, [one.ssrc for one in opened])
        phone = self._room.phones[self._name]
        about = RtcpPsfbPacket(fmt=rtcp.APPLICATION, ssrc=phone.voice, media_ssrc=0, fci=fci)
        phone._send(bytes(about))
        self._loop.call_later(CLAIM_EVERY_S, self._say)


async def the_others_send(room: Room, seconds: float) -> None:
    """Watch what both the good one and the other are let send all this while."""
    seen: dict[ConnectionId, list[float]] = {GOOD: [], OTHER: []}
    for _ in range(round(seconds / STEP_S)):
        await asyncio.sleep(STEP_S)
        for name, kbps in seen.items():
            kbps.append(room.phones[name].kbps)
    for kbps in seen.values():
        assert min(kbps) >= LEAST_KBPS
        assert sum(kbps) / len(kbps) > 0.75 * PICTURE_KBPS


def alone_watched(room: Room) -> None:
    """Let nobody but the weak one see anything, and him the good one alone."""
    edges = {Edge(source=GOOD, subscriber=WEAK, slot=0)}
    room.it.plane.route(ROOM, TableVersion(epoch=1, n=2), frozenset(edges))


@pytest.mark.parametrize("bits", [130_000, 160_000, 200_000])
def test_who_lies_costs_only_himself(bits: int) -> None:
    async def play() -> None:
        room = a_room(picture_kbps=PICTURE_KBPS)
        await asyncio.sleep(SETTLED_S)
        Liar(room, WEAK, bits)
        await asyncio.sleep(2 * SETTLED_S)
        assert room.held == {0, 1}
        await the_others_send(room, 5 * MINUTE)
        assert room.lost_voices(WEAK) == 0

    leap(play())


def test_a_source_follows_its_only_viewer() -> None:
    async def play() -> None:
        room = a_room(picture_kbps=PICTURE_KBPS, estimates=True)
        alone_watched(room)
        await asyncio.sleep(SETTLED_S)
        room.down[WEAK].widen(260_000)
        await asyncio.sleep(MINUTE)
        assert room.held == set()
        assert room.phones[GOOD].kbps < 260
        assert room.lost_voices(WEAK) < MOST_LOST

    leap(play())


def test_where_all_viewers_are_weak_the_source_follows_them() -> None:
    async def play() -> None:
        room = a_room(picture_kbps=PICTURE_KBPS, estimates=True)
        await asyncio.sleep(SETTLED_S)
        for name in (WEAK, OTHER):
            room.down[name].widen(500_000)
        await asyncio.sleep(2 * MINUTE)
        assert 0 not in room.held
        for name in (WEAK, OTHER):
            assert room.lost_voices(name) < MOST_LOST

    leap(play())


def test_an_honest_weak_one_keeps_the_picture_that_matters_most() -> None:
    async def play() -> None:
        room = a_room(picture_kbps=PICTURE_KBPS, estimates=True)
        await asyncio.sleep(SETTLED_S)
        room.down[WEAK].widen(500_000)
        await asyncio.sleep(MINUTE)
        begun = asyncio.get_running_loop().time()
        await asyncio.sleep(MINUTE)
        kept = room.streams(WEAK, Kind.VIDEO)[0]
        moved = {int(at - begun) for at in room.phones[WEAK].shown[kept] if at >= begun}
        assert len(moved) == MINUTE
        assert room.held == {1}
        assert room.lost_voices(WEAK) < MOST_LOST

    leap(play())


@pytest.mark.parametrize("bits", [130_000, 200_000])
def test_who_lies_on_a_line_without_queue_is_not_believed_for_long(bits: int) -> None:
    async def play() -> None:
        room = a_room(picture_kbps=PICTURE_KBPS, kind=Timed)
        await asyncio.sleep(SETTLED_S)
        Liar(room, WEAK, bits)
        await asyncio.sleep(2 * SETTLED_S)
        await the_others_send(room, 5 * MINUTE)

    leap(play())
