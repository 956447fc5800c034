"""Sound is never held back, so a phone that sends more of it than a voice needs is not heard."""

import asyncio

import pytest

from server.domain.ids import ConnectionId
from server.media.downlink import Downlink
from server.media.formats import OPUS, Kind
from tests.weak.clock import leap
from tests.weak.test_weak import GOOD, OTHER, SETTLED_S, WEAK, Room, a_room

FLOODED_S = 30
NARROWER = 2_000_000
AROUND = 44
"""Octets that IPv4, UDP and the seal lay around a packet."""
MOST_BITS = 160_000
AT_ONCE_S = 2


class Flood:
    """Lets the other one send `bits` of sound a second beside his voice, in pieces of a size."""

    def __init__(self, room: Room, octets: int, bits: float) -> None:
        self._phone, self._payload = room.phones[OTHER], bytes(octets)
        self._every = 8 * (octets + AROUND) / bits
        self._loop = asyncio.get_running_loop()
        self._again()

    def _again(self) -> None:
        self._phone._emit(self._phone.voice, OPUS, self._payload)
        self._loop.call_later(self._every, self._again)


def voice_of(room: Room, name: ConnectionId) -> Downlink:
    """Return the way of somebody's voice to the first phone."""
    uplink = room.it.plane.connections[name].uplinks[Kind.AUDIO]
    return next(one for one in uplink.downlinks if one.link.owner.identity == WEAK)


@pytest.mark.parametrize(("octets", "bits"), [(1000, 4_000_000), (1, 1_000_000)])
def test_a_flood_of_sound_costs_nobody_else_a_voice_or_a_picture(octets: int, bits: int) -> None:
    async def play() -> None:
        room = a_room()
        room.down[WEAK].widen(NARROWER)
        await asyncio.sleep(SETTLED_S)
        good, loud = voice_of(room, GOOD), voice_of(room, OTHER)
        before = loud.packets, loud.octets
        begun = asyncio.get_running_loop().time()
        Flood(room, octets, bits)
        await asyncio.sleep(FLOODED_S)
        assert room.phones[WEAK].heard[good.ssrc].lost == 0
        assert room.held == set()
        assert room.frozen_seconds(WEAK, begun, FLOODED_S) == 0
        assert room.down[WEAK].dropped == 0
        packets, sent = loud.packets - before[0], loud.octets - before[1]
        assert 8 * (sent + AROUND * packets) < MOST_BITS * (FLOODED_S + AT_ONCE_S)
        assert room.it.engine.counters["drop_flood"] > 1000

    leap(play())


def test_voices_that_come_together_after_a_stall_are_all_heard() -> None:
    async def play() -> None:
        room = a_room()
        await asyncio.sleep(SETTLED_S)
        phone = room.phones[GOOD]
        for _ in range(5 * 50):
            phone._speak()
        await asyncio.sleep(SETTLED_S)
        assert room.it.engine.counters["drop_flood"] == 0
        assert room.lost_voices(WEAK) == 0

    leap(play())
