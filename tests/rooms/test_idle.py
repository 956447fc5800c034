"""A room in which nobody is, and which owes nothing, is forgotten until somebody comes."""

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from server.domain import conduct
from server.domain.case import Side
from server.domain.identity import AWAY
from server.domain.ids import SeatId
from server.ports.store import DiskFullError
from server.rooms import attendance
from server.rooms.room import Room
from tests.rooms.consents import decide
from tests.rooms.stage import Stage, stage
from tests.rooms.test_recording_ends import tick
from tests.rooms.test_unlogged import Broken
from tests.support.builders import AGENT, MEDIATOR, SESSION, WORKER, a_session

LONG_S = AWAY.total_seconds() + 1


@pytest.fixture
async def planned(tmp_path: Path) -> AsyncIterator[Stage]:
    """Give a sitting that nobody has opened yet."""
    async with stage(tmp_path, a_session()) as made:
        yield made


async def left(on: Stage, seat: str) -> None:
    room = await on.room()
    with suppress(DiskFullError):
        await attendance.leave(room, SeatId(seat), f"socket-{seat}", "gone")


async def test_a_room_that_somebody_only_asked_about_is_forgotten(planned: Stage) -> None:
    await planned.room()
    assert len(planned.registry) == 1
    tick(planned)
    assert len(planned.registry) == 0
    tick(planned)
    assert not planned.registry._desks
    assert not planned.registry._cases


async def test_whoever_comes_then_finds_it_as_it_was(planned: Stage) -> None:
    await decide(planned, conduct.send_back(SeatId(WORKER)))
    tick(planned)
    await planned.seat(WORKER)
    assert (await planned.stored()) == (await planned.room()).session
    assert len(planned.registry) == 1


async def test_who_is_there_or_was_there_a_moment_ago_is_not_forgotten(planned: Stage) -> None:
    await planned.seat(WORKER)
    tick(planned)
    assert len(planned.registry) == 1
    await left(planned, WORKER)
    tick(planned)
    assert len(planned.registry) == 1
    await planned.clock.advance(LONG_S)
    await planned.room()
    tick(planned)
    assert len(planned.registry) == 0


async def test_a_seat_that_was_cut_before_anybody_took_it_keeps_no_room(planned: Stage) -> None:
    await attendance.cut(await planned.room(), SeatId(WORKER), "link_ended")
    tick(planned)
    assert len(planned.registry) == 0


async def test_whoever_waits_for_a_seat_is_told_what_happens(planned: Stage) -> None:
    await planned.room()
    planned.teller.listening.add(SESSION)
    tick(planned)
    assert len(planned.registry) == 1


async def test_a_call_that_was_not_answered_is_still_there(planned: Stage) -> None:
    await planned.seat(WORKER)
    room = await planned.room()
    await attendance.ask_for_mediator(room, SeatId(WORKER), "talk_alone")
    await left(planned, WORKER)
    await planned.clock.advance(LONG_S)
    tick(planned)
    assert len(planned.registry) == 1


async def test_what_a_side_was_told_is_still_there(planned: Stage) -> None:
    (await planned.room()).hold_texts[Side.APPLICANT] = "请稍等"
    tick(planned)
    assert len(planned.registry) == 1


async def test_who_was_identified_is_asked_anew_after_long(joint: Stage) -> None:
    for seat in (MEDIATOR, WORKER, AGENT):
        await left(joint, seat)
    await decide(joint, conduct.freeze)
    await joint.clock.advance(LONG_S)
    await joint.room()
    tick(joint)
    assert len(joint.registry) == 1
    await joint.seat(WORKER)
    assert not (await joint.room()).session.identified(WORKER)


async def test_a_room_in_session_or_that_owes_something_stays(
    joint: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Broken(joint, monkeypatch)
    joint.registry = type(joint.registry)(joint.registry._ports, joint.registry._tasks)
    room = await joint.room()
    tick(joint)
    assert len(joint.registry) == 1, "it is in session: its chair is empty, it will freeze"
    broken.refuse("write")
    with pytest.raises(DiskFullError):
        await decide(joint, conduct.freeze)
    with suppress(DiskFullError):
        await joint.registry.within(SESSION, Room.tick)
    tick(joint)
    assert room.owes
    assert len(joint.registry) == 1
