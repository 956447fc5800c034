"""A seat's connections to the media plane: silent, back again, and one beside the other."""

import asyncio

import pytest

from server.domain import spaces
from server.domain.case import Side
from server.domain.ids import ConnectionId, SeatId
from server.ports.media import (
    MediaConnected,
    MediaEvent,
    MediaLoss,
    MediaLost,
    MediaReady,
    WorkerBack,
    WorkerLost,
)
from server.rooms import attendance
from tests.rooms.stage import Stage
from tests.support.builders import MEDIATOR, SESSION, WORKER

SEAT = SeatId(WORKER)


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


async def both(on: Stage) -> tuple[ConnectionId, ConnectionId]:
    """Let the phone make a new connection beside the one it has."""
    old, new = await present(on), await another(on)
    await hear(on, MediaConnected(connection=new))
    return old, new


def heard_by(on: Stage, connection: ConnectionId) -> int:
    return sum(one.source == connection for one in on.media.edges)


def hears(on: Stage, connection: ConnectionId) -> int:
    return sum(one.subscriber == connection for one in on.media.edges)


async def test_a_new_connection_gets_everything_and_takes_nothing_before_media_come(
    joint: Stage,
) -> None:
    old, new = await both(joint)
    assert (hears(joint, old), hears(joint, new)) == (2, 2)
    assert (heard_by(joint, old), heard_by(joint, new)) == (2, 0)
    assert not joint.media.closed
    await hear(joint, MediaReady(connection=new))
    assert (hears(joint, old), hears(joint, new)) == (2, 2)
    assert (heard_by(joint, old), heard_by(joint, new)) == (0, 2)
    assert not joint.media.closed
    assert len(joint.teller.views[-1].heard) == 6


async def test_the_phone_closes_the_old_one_when_the_new_one_carries(joint: Stage) -> None:
    old, new = await both(joint)
    await attendance.stop_media(await joint.room(), SEAT, old)
    assert joint.media.closed == [old]
    assert (edges_of(joint, old), edges_of(joint, new)) == (0, 4)


async def test_the_old_one_is_closed_after_a_second_whatever_the_phone_does(joint: Stage) -> None:
    old, new = await both(joint)
    room = await joint.room()
    await joint.clock.advance(0.9)
    await attendance.release(room)
    assert not joint.media.closed
    await joint.clock.advance(0.1)
    joint.registry._tick(room.case_id, joint.registry._desk(room.case_id))
    await joint.room()
    assert joint.media.closed == [old]
    assert (edges_of(joint, old), edges_of(joint, new)) == (0, 4)


@pytest.mark.parametrize("ends", ["stopped", "lost", "silent"])
async def test_a_new_one_that_fails_leaves_the_old_one_as_it_was(joint: Stage, ends: str) -> None:
    old, new = await both(joint)
    if ends == "stopped":
        await attendance.stop_media(await joint.room(), SEAT, new)
    else:
        reason = MediaLoss.SILENT if ends == "silent" else MediaLoss.CLOSED
        await hear(joint, MediaLost(connection=new, reason=reason))
    assert await present(joint) == old
    assert (edges_of(joint, old), edges_of(joint, new)) == (4, 0)
    assert old not in joint.media.closed


async def test_an_old_one_that_ends_by_itself_leaves_the_new_one(joint: Stage) -> None:
    old, new = await both(joint)
    await hear(joint, MediaLost(connection=old, reason=MediaLoss.CLOSED))
    assert await present(joint) == new
    assert (edges_of(joint, old), edges_of(joint, new)) == (0, 4)


async def test_a_third_one_ends_the_first(joint: Stage) -> None:
    first, second = await both(joint)
    third = await another(joint)
    await hear(joint, MediaConnected(connection=third))
    assert joint.media.closed == [first]
    assert [hears(joint, one) for one in (first, second, third)] == [0, 2, 2]


async def test_a_seat_that_is_apart_is_so_with_every_connection(joint: Stage) -> None:
    old, new = await both(joint)
    await joint.registry.within(
        SESSION, lambda room: room.decide(MEDIATOR, spaces.go_caucus(Side.RESPONDENT))
    )
    assert joint.media.edges
    assert (edges_of(joint, old), edges_of(joint, new)) == (0, 0)
    await attendance.cut(await joint.room(), SEAT, "link_ended")
    assert set(joint.media.closed) == {old, new}


async def test_a_room_that_is_busy_hears_of_a_loss_before_anything_of_it_is_kept(
    joint: Stage,
) -> None:
    done = asyncio.Event()
    room = await joint.room()
    held = frozenset(room.connections().values())
    busy = asyncio.create_task(joint.registry.within(SESSION, lambda _: done.wait()))
    await asyncio.sleep(0)
    joint.registry._follow(WorkerLost())
    joint.registry._follow(WorkerBack(connections=held))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not joint.media.closed
    done.set()
    await busy
    async with asyncio.timeout(5):
        while set(joint.media.closed) != held:
            await asyncio.sleep(0)


@pytest.mark.parametrize("apart", [True, False], ids=["later", "at once"])
async def test_what_a_lost_worker_still_holds_is_closed_so_that_phones_begin_anew(
    joint: Stage, apart: bool
) -> None:
    room = await joint.room()
    held = frozenset(room.connections().values())
    joint.registry._follow(WorkerLost())
    if apart:
        await joint.room()
    joint.registry._follow(WorkerBack(connections=held))
    async with asyncio.timeout(5):
        while set(joint.media.closed) != held:
            await asyncio.sleep(0)
    assert not joint.media.edges
    assert not room.connections()


async def test_what_a_room_knows_is_not_closed_when_its_worker_answers(joint: Stage) -> None:
    await hear(
        joint, WorkerBack(connections=frozenset((await joint.room()).connections().values()))
    )
    await joint.clock.advance(0)
    assert not joint.media.closed
    assert len(joint.media.edges) == 6
