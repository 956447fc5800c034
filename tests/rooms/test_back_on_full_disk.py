"""Who drops out on a full disk comes back: to let him in again, nothing has to be stored."""

from datetime import timedelta

import pytest

from server.domain.conduct import send_back
from server.domain.identity import AWAY
from server.domain.ids import SeatId
from server.ports.store import DiskFullError
from server.rooms import attendance
from server.rooms.owing import AGAIN_S
from server.rooms.room import Room
from tests.rooms.consents import decide
from tests.rooms.stage import Stage
from tests.rooms.test_adopt import anew
from tests.rooms.test_unlogged import Broken
from tests.support.builders import AGENT, MEDIATOR, SESSION, WORKER


@pytest.fixture
def broken(joint: Stage, monkeypatch: pytest.MonkeyPatch) -> Broken:
    return Broken(joint, monkeypatch)


async def drop(on: Stage, seat: str) -> None:
    room = await on.room()
    with pytest.raises(DiskFullError):
        await attendance.leave(room, SeatId(seat), f"socket-{seat}", "network")


@pytest.mark.parametrize("seat", [WORKER, AGENT, MEDIATOR])
async def test_who_was_there_is_heard_again_and_the_log_says_so_later(
    joint: Stage, broken: Broken, seat: str
) -> None:
    heard = joint.teller.views[-1].heard
    broken.refuse("write")
    await drop(joint, seat)
    back_at = joint.clock.now()
    await joint.seat(seat)
    assert joint.teller.views[-1].heard == heard
    assert joint.teller.views[-1].log_ok
    broken.mend()
    await joint.clock.advance(AGAIN_S)
    await joint.registry.within(SESSION, Room.tick)
    async with joint.store.read() as uow:
        last = (await uow.log.of_case(joint.registry._cases[SESSION]))[-1].body
    assert f'"actor":"{seat}"' in last
    assert f'"at":"{back_at.isoformat()}"' in last
    assert '"kind":"rejoin"' in last


async def test_however_often_he_drops_out_one_line_is_owed(joint: Stage, broken: Broken) -> None:
    broken.refuse("write")
    for _ in range(5):
        await drop(joint, WORKER)
        await joint.seat(WORKER)
    broken.mend()
    await joint.clock.advance(AGAIN_S)
    await joint.registry.within(SESSION, Room.tick)
    assert (await joint.kinds()).count("rejoin") == 1


async def test_who_was_admitted_comes_back_into_the_next_app_s_room(
    joint: Stage, broken: Broken
) -> None:
    edges = joint.media.edges
    broken.refuse("write")
    joint.registry = anew(joint)
    await joint.seat(MEDIATOR, WORKER, AGENT)
    assert len(joint.media.edges) == len(edges)


async def test_who_was_sent_back_waits_until_it_can_be_logged(joint: Stage, broken: Broken) -> None:
    await decide(joint, send_back(SeatId(WORKER)))
    joint.registry = anew(joint)
    broken.refuse("write")
    with pytest.raises(DiskFullError):
        await joint.seat(WORKER)


async def test_who_was_away_for_long_waits_until_it_can_be_stored(
    joint: Stage, broken: Broken
) -> None:
    broken.refuse("write")
    await drop(joint, WORKER)
    await joint.clock.advance((AWAY + timedelta(seconds=1)).total_seconds())
    with pytest.raises(DiskFullError):
        await joint.seat(WORKER)
    assert not (await joint.room()).presence[SeatId(WORKER)].present
