"""A seat's connections to the media plane: silent, back again, and one beside the other."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.domain import conduct
from server.domain.ids import ConnectionId, SeatId
from server.ports.media import MediaConnected, MediaEvent, MediaLoss, MediaLost
from server.rooms import attendance
from tests.rooms.stage import Stage, stage
from tests.support.builders import AGENT, MEDIATOR, SESSION, WORKER, a_session, prepared

SEAT = SeatId(WORKER)


@pytest.fixture
async def joint(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, prepared(a_session())) as made:
        await made.seat(MEDIATOR, WORKER, AGENT)
        await made.registry.within(SESSION, lambda room: room.decide(MEDIATOR, conduct.go_joint))
        yield made


async def hear(on: Stage, event: MediaEvent) -> None:
    on.registry._follow(event)
    # Whatever the room was posted is done before this is.
    await on.room()


async def present(on: Stage) -> ConnectionId:
    connection = (await on.room()).presence[SEAT].connection
    assert connection is not None
    return connection


async def another(on: Stage) -> ConnectionId:
    connection, _ = await attendance.start_media(await on.room(), SEAT)
    return connection


def edges_of(on: Stage, connection: ConnectionId) -> int:
    return sum(connection in {one.source, one.subscriber} for one in on.media.edges)


def silent(connection: ConnectionId) -> MediaLost:
    return MediaLost(connection=connection, reason=MediaLoss.SILENT)


async def test_one_that_fell_silent_and_comes_back_is_heard_again(joint: Stage) -> None:
    connection = await present(joint)
    await hear(joint, silent(connection))
    assert edges_of(joint, connection) == 0
    assert len(joint.teller.views[-1].heard) == 2
    await hear(joint, MediaConnected(connection=connection))
    assert edges_of(joint, connection) == 4
    assert len(joint.teller.views[-1].heard) == 6
    assert not joint.media.closed


async def test_the_phone_can_close_one_that_fell_silent(joint: Stage) -> None:
    connection = await present(joint)
    await hear(joint, silent(connection))
    await attendance.stop_media(await joint.room(), SEAT, connection)
    assert joint.media.closed == [connection]
    await hear(joint, MediaConnected(connection=connection))
    assert edges_of(joint, connection) == 0


async def test_one_that_comes_back_takes_nothing_from_a_newer_one(joint: Stage) -> None:
    old = await present(joint)
    await hear(joint, silent(old))
    new = await another(joint)
    await hear(joint, MediaConnected(connection=new))
    await hear(joint, MediaConnected(connection=old))
    assert await present(joint) == new
    assert (edges_of(joint, old), edges_of(joint, new)) == (0, 4)
    assert joint.media.closed == [old]


async def test_one_that_was_silent_for_too_long_is_forgotten(joint: Stage) -> None:
    connection = await present(joint)
    await hear(joint, silent(connection))
    await hear(joint, MediaLost(connection=connection, reason=MediaLoss.EXPIRED))
    await hear(joint, MediaConnected(connection=connection))
    assert edges_of(joint, connection) == 0
    assert not (await joint.room()).presence[SEAT].pending


async def test_whoever_leaves_leaves_no_silent_one_behind(joint: Stage) -> None:
    connection = await present(joint)
    await hear(joint, silent(connection))
    await attendance.leave(await joint.room(), SEAT, f"socket-{SEAT}", "gone")
    assert joint.media.closed == [connection]
