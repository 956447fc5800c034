"""What has happened is told to everybody although the log's entry about it fails."""

from contextlib import AbstractAsyncContextManager, suppress
from itertools import count

import pytest

from server.domain import spaces
from server.domain.case import Side
from server.domain.ids import SeatId
from server.ports.store import DiskFullError, UnitOfWork
from server.rooms import attendance
from server.rooms.owing import AGAIN_S
from server.rooms.room import Room
from server.rooms.view import Absence, Lamp
from tests.rooms.consents import decide
from tests.rooms.stage import Stage
from tests.rooms.test_unlogged import Broken
from tests.support.builders import AGENT, SESSION


@pytest.fixture
def broken(joint: Stage, monkeypatch: pytest.MonkeyPatch) -> Broken:
    return Broken(joint, monkeypatch)


def _take_one(on: Stage, patch: pytest.MonkeyPatch) -> None:
    """Let the store take one more transaction and then none."""
    write, number = on.store.write, count(1)

    def full() -> AbstractAsyncContextManager[UnitOfWork]:
        if next(number) > 1:
            raise DiskFullError
        return write()

    patch.setattr(on.store, "write", full)


async def _later(on: Stage) -> None:
    await on.clock.advance(AGAIN_S)
    with suppress(DiskFullError):
        await on.registry.within(SESSION, Room.tick)


def _lamp(on: Stage) -> Lamp:
    return on.teller.views[-1].lamp


@pytest.mark.parametrize("absence", ["gone", "network"])
async def test_who_went_is_shown_as_gone_although_the_log_cannot_say_so(
    joint: Stage, broken: Broken, absence: Absence
) -> None:
    broken.refuse("write")
    room, agent = await joint.room(), SeatId(AGENT)
    with pytest.raises(DiskFullError):
        await attendance.leave(room, agent, f"socket-{AGENT}", absence)
    view = joint.teller.views[-1]
    assert view.presence[agent].absence == absence
    heard = {seat for pair in view.heard for seat in pair}
    assert (agent in heard) == (absence == "network"), "his media may still run after a drop"


async def test_a_caucus_is_no_refusal_although_its_confirmation_cannot_be_logged(
    joint: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    _take_one(joint, monkeypatch)
    await decide(joint, spaces.go_caucus(Side.APPLICANT))
    assert joint.teller.views[-1].session.space.side is Side.APPLICANT
    assert joint.teller.views[-1].heard
    await joint.registry.within(SESSION, lambda room: room.reroute("media"))
    await _later(joint)
    assert all(view.lamp is not Lamp.ISOLATED for view in joint.teller.views)
    monkeypatch.undo()
    await _later(joint)
    assert _lamp(joint) is Lamp.ISOLATED
    assert (await joint.kinds())[-1] == "room.isolated"
    await _later(joint)
    assert (await joint.kinds()).count("room.isolated") == 1


async def test_a_failed_cut_is_shown_at_once_and_logged_later(
    joint: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    joint.media.lost = True
    _take_one(joint, monkeypatch)
    await decide(joint, spaces.go_caucus(Side.APPLICANT))
    assert _lamp(joint) is Lamp.FAILED
    monkeypatch.undo()
    await _later(joint)
    assert (await joint.kinds())[-1] == "room.not_isolated"


async def test_a_green_lamp_goes_out_although_the_log_cannot_say_so(
    joint: Stage, broken: Broken
) -> None:
    await decide(joint, spaces.go_caucus(Side.APPLICANT))
    assert _lamp(joint) is Lamp.ISOLATED
    broken.refuse("write")
    joint.media.lost = True
    await joint.registry.within(SESSION, lambda room: room.reroute("media"))
    assert _lamp(joint) is Lamp.FAILED


async def test_a_space_that_could_not_be_opened_is_told_although_that_cannot_be_logged(
    joint: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await decide(joint, spaces.go_lobby)
    joint.media.lost = True
    _take_one(joint, monkeypatch)
    with suppress(DiskFullError):
        await decide(joint, spaces.go_joint)
    view = joint.teller.views[-1]
    assert (view.session.space.kind, view.media_ok) == ("joint", False)
