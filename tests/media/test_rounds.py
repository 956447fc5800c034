"""Rounds over many rooms: everybody's turn comes once a period, and never all at once."""

import asyncio

from server.domain.ids import ConnectionId, RoomId
from server.media.connection import Connection
from server.media.rounds import Rounds
from tests.fuzz.yard import ROOM, yard
from tests.weak.clock import leap

ROOMS = 16
PERIOD_S = 0.4


def test_everybody_has_a_turn_a_period_and_no_packet_waits_for_all_of_them() -> None:
    looks: list[list[ConnectionId]] = []

    def look(connections: list[Connection]) -> None:
        looks.append([one.identity for one in connections])

    async def play() -> None:
        it = yard()
        it.plane.close_room(ROOM)
        for number in range(ROOMS):
            it.plane.connect(RoomId(f"room{number}"), ConnectionId(f"phone{number}"))
        rounds = Rounds(it.plane)
        rounds.begin(PERIOD_S, look)
        await asyncio.sleep(PERIOD_S * 1.001)
        rounds.close()
        everybody = set(it.plane.connections)
        assert sorted(name for one in looks for name in one) == sorted(everybody)
        assert max(len(one) for one in looks) <= len(everybody) / 8

    leap(play())
