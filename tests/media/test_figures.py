"""A worker's own figures are true: its lines' round trip and loss, and how late its loop is."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Mapping

import pytest

from server.media.figures import figures
from server.media.settings import WorkerSettings
from server.ports.media import MediaConnected, WorkerBack
from tests.media.conftest import ROOM, NewPhone, Plant, plant
from tests.media.engine_contract import both_ways, version
from tests.media.phone import Voice
from tests.media.proxy import SlowPath
from tests.media.waiting import until_told
from tests.weak.clock import leap
from tests.weak.test_weak import MINUTE, SETTLED_S, a_room

ROUND_TRIP_S, ABOUT_S = 0.06, 0.02
LOSS, ABOUT = 0.05, 0.03
BLOCKED_S = 0.2
"""Timers ring every 50 ms: the next one is late by all of this but 50 ms."""
LATE_S = 0.1


@pytest.fixture
async def it(settings: WorkerSettings) -> AsyncIterator[Plant]:
    async with plant(settings) as it:
        await it.hear(WorkerBack)
        yield it


async def test_the_round_trip_is_that_of_the_line(it: Plant, phones: NewPhone) -> None:
    one, other = phones("one"), phones("other")
    told: list[float] = []

    async def right() -> bool:
        """A busy machine adds to it; nothing takes away."""
        found = await it.client.counters()
        trip = found.get("media_rtt_seconds_mean")
        if trip is None:
            return False
        told.append(trip)
        assert found["media_rtt_seconds_max"] >= trip
        return abs(trip - ROUND_TRIP_S) <= ABOUT_S

    async with SlowPath(round_trip_s=ROUND_TRIP_S) as path:
        for phone in (one, other):
            # Coding pictures would hold up the loop that the worker shares with them here.
            phone.peer.addTrack(Voice())
            offer = await it.client.connect(ROOM, phone.name)
            await it.client.answer(phone.name, await phone.answer(offer, path.lead_through))
            await it.hear(MediaConnected, connection=phone.name)
        await it.client.route(ROOM, version(1), both_ways(one, other))
        await until_told(right)
    assert min(told) >= ROUND_TRIP_S - 0.002


async def test_a_loop_that_was_held_up_says_so(it: Plant) -> None:
    time.sleep(BLOCKED_S)  # noqa: ASYNC251  # that is what is measured
    assert (await it.client.counters())["media_loop_lag_seconds"] >= LATE_S


def test_loss_is_that_of_the_line_each_way() -> None:
    told: list[Mapping[str, float]] = []

    async def play() -> None:
        room = a_room(loss=LOSS)
        await asyncio.sleep(SETTLED_S)
        for _ in range(MINUTE):
            await asyncio.sleep(1)
            told.append(figures(room.it.plane, 0.0))

    leap(play())
    for way in ("up", "down"):
        lost = statistics.mean(one[f"media_loss_{way}_max"] for one in told)
        assert lost == pytest.approx(LOSS, abs=ABOUT)
    # Two of the three lose nothing on their way up.
    assert all(
        one["media_loss_up_mean"] == pytest.approx(one["media_loss_up_max"] / 3) for one in told
    )
