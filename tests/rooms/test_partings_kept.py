"""Whom the mediator parted is not let in again by an app that died before it could store it."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from server.domain import conduct
from server.domain.conduct import Decision
from server.domain.errors import MissingStepsError
from server.domain.ids import SeatId
from server.domain.session import SpaceKind
from server.domain.spaces import go_joint
from server.ports.store import DiskFullError
from server.rooms.owing import AGAIN_S
from server.rooms.room import Room
from server.store.partings import PartingFiles
from tests.rooms.consents import decide
from tests.rooms.stage import Stage
from tests.rooms.test_adopt import anew
from tests.rooms.test_uncut import DECISIONS, DECISIONS_OF_PEOPLE, OF_PEOPLE
from tests.rooms.test_unlogged import Broken
from tests.support.builders import AGENT, MEDIATOR, SESSION, WORKER

HOLDS = pytest.mark.parametrize("hold", [conduct.pause, conduct.freeze], ids=["paused", "frozen"])


@pytest.fixture
def broken(joint: Stage, monkeypatch: pytest.MonkeyPatch) -> Broken:
    return Broken(joint, monkeypatch)


async def part(on: Stage, broken: Broken, decision: Decision) -> None:
    """Decide what cannot be stored."""
    broken.refuse("write")
    with pytest.raises(DiskFullError):
        await decide(on, decision)


async def die(on: Stage) -> Room:
    """Return the room as the app after this one opens it, with the same people and lines."""
    on.registry = anew(on)
    on.media.edges = frozenset()
    await on.seat(MEDIATOR, WORKER, AGENT)
    return await on.room()


def admitted(room: Room) -> set[str]:
    return {one.seat for one in room.session.participants if one.admitted}


@DECISIONS
async def test_nobody_hears_anybody_before_the_mediator_says_so(
    joint: Stage, broken: Broken, decision: Decision
) -> None:
    await part(joint, broken, decision)
    broken.mend()
    room = await die(joint)
    assert not joint.media.edges
    assert room.session.space.kind is SpaceKind.LOBBY
    assert not admitted(room)


@DECISIONS_OF_PEOPLE
async def test_who_was_parted_does_not_come_along_when_a_space_is_opened(
    joint: Stage, broken: Broken, decision: Decision
) -> None:
    await part(joint, broken, decision)
    broken.mend()
    await die(joint)
    with suppress(MissingStepsError):
        await decide(joint, go_joint)
    assert not joint.media.edges
    assert not admitted(await joint.room())


async def test_the_log_says_that_everybody_waits_again(joint: Stage, broken: Broken) -> None:
    await part(joint, broken, OF_PEOPLE["back"])
    broken.mend()
    room = await die(joint)
    assert not room.view().log_ok
    await joint.clock.advance(AGAIN_S)
    await joint.registry.within(SESSION, Room.tick)
    assert "return_to_lobby" in await joint.kinds()
    assert room.view().log_ok
    assert not [one for one in (await joint.stored()).participants if one.admitted]


async def test_where_nothing_is_owed_the_next_app_goes_on_where_this_one_was(
    joint: Stage, broken: Broken
) -> None:
    edges = joint.media.edges
    await part(joint, broken, OF_PEOPLE["back"])
    broken.mend()
    await joint.clock.advance(AGAIN_S)
    await joint.registry.within(SESSION, Room.tick)
    assert SeatId(WORKER) not in admitted(await joint.room()), "as the mediator said"
    await decide(joint, go_joint)
    left = admitted(await joint.room())
    room = await die(joint)
    assert (room.session.space.kind, admitted(room)) == (SpaceKind.JOINT, left)
    assert edges
    assert left


@DECISIONS
async def test_who_was_parted_while_the_store_hung_is_not_let_in_by_the_next_app(
    joint: Stage, monkeypatch: pytest.MonkeyPatch, decision: Decision
) -> None:
    room, asked = await joint.room(), asyncio.Event()

    async def hanging(*_: object) -> None:
        asked.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr(room, "_save", hanging)
        pending = asyncio.create_task(room.decide(MEDIATOR, decision))
        await asked.wait()
        pending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pending
    room = await die(joint)
    assert not joint.media.edges
    assert not admitted(room)


@DECISIONS
async def test_what_is_stored_leaves_no_doubt(joint: Stage, decision: Decision) -> None:
    await decide(joint, decision)
    assert not await (await joint.room()).ports.partings.in_doubt(SESSION)


@HOLDS
async def test_the_doubt_of_a_sitting_that_rests_stays(joint: Stage, hold: Decision) -> None:
    await decide(joint, hold)
    state = (await joint.room()).session.state
    await joint.registry._ports.partings.owed(SESSION)
    room = await die(joint)
    assert not room.view().log_ok
    assert (room.session.state, admitted(room)) == (state, set())
    await decide(joint, conduct.resume)
    assert not [one for one in (await joint.stored()).participants if one.admitted]
    with suppress(MissingStepsError):
        await decide(joint, go_joint)
    assert not joint.media.edges


async def other_host(on: Stage, partings: PartingFiles) -> Room:
    """Return the room as an app with another folder opens it, on the same database."""
    on.registry._ports = replace(on.registry._ports, partings=partings)
    await partings.begin(await on.store.next_start())
    return await die(on)


async def test_who_was_parted_elsewhere_is_not_let_in_by_the_host_that_served_before(
    joint: Stage, broken: Broken, tmp_path: Path
) -> None:
    here, there = joint.registry._ports.partings, PartingFiles(tmp_path / "there" / "stored")
    assert isinstance(here, PartingFiles)
    await here.begin(await joint.store.next_start())
    await here.stored(SESSION)
    room = await other_host(joint, there)
    assert not admitted(room), "another host knows of no parting, and is careful"
    await joint.clock.advance(AGAIN_S)
    await joint.registry.within(SESSION, Room.tick)
    for seat in (WORKER, AGENT):
        await decide(joint, conduct.admit(SeatId(seat)))
    await decide(joint, go_joint)
    assert admitted(await joint.room()) >= {WORKER, AGENT}
    await part(joint, broken, OF_PEOPLE["back"])
    broken.mend()
    room = await other_host(joint, here)
    assert not admitted(room)
    assert not joint.media.edges


@pytest.mark.parametrize(
    "start", [None, 1, 2, 4], ids=["uncounted", "restored", "restored_to_ours", "elsewhere"]
)
async def test_marks_count_after_the_start_that_follows_alone(
    tmp_path: Path, start: int | None
) -> None:
    folder = tmp_path / "run" / "stored"
    await PartingFiles(folder).begin(1)
    await PartingFiles(folder).stored(SESSION)
    await PartingFiles(folder).begin(2)
    assert not await PartingFiles(folder).in_doubt(SESSION)
    await PartingFiles(folder).begin(start)
    assert await PartingFiles(folder).in_doubt(SESSION)
