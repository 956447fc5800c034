"""Two sittings of one case: who looks into the earlier one changes nothing in the present one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from server.domain import spaces
from server.domain.ids import RoomId, SeatId, SessionId
from server.domain.session import SessionState
from server.rooms import attendance
from server.rooms.registry import Registry
from server.rooms.room import Room
from tests.rooms.stage import Stage, stage
from tests.support.builders import AGENT, MEDIATOR, SESSION, WORKER, a_session, prepared

EARLIER = SessionId("earlier")


@pytest.fixture
async def joint(tmp_path: Path) -> AsyncIterator[Stage]:
    """Give a joint session of a case that was adjourned once."""
    present = prepared(a_session())
    async with stage(tmp_path, present) as made:
        async with made.store.write() as uow:
            at = present.planned_at - timedelta(days=3)
            earlier = replace(present, id=EARLIER, planned_at=at, state=SessionState.ADJOURNED)
            await uow.sessions.add(earlier)
        await made.seat(MEDIATOR, WORKER, AGENT)
        await made.registry.within(SESSION, lambda room: room.decide(MEDIATOR, spaces.go_joint))
        yield made


async def _left(room: Room) -> None:
    await attendance.leave(room, SeatId(MEDIATOR), f"socket-{MEDIATOR}", "network")


async def _entered(room: Room) -> None:
    await attendance.enter(room, SeatId(WORKER), "an old page")


async def _asked_for_media(room: Room) -> None:
    await attendance.start_media(room, SeatId(WORKER))


TOUCHES = (_left, _entered, _asked_for_media)


@pytest.mark.parametrize("touch", TOUCHES, ids=lambda one: one.__name__.strip("_"))
async def test_the_present_sitting_stays_as_it_is(
    joint: Stage, touch: Callable[[Room], Awaitable[None]]
) -> None:
    before = (await joint.room()).view()
    await joint.registry.within(EARLIER, touch)
    assert (await joint.room()).view() == before
    assert before.heard


@pytest.mark.parametrize("touch", TOUCHES, ids=lambda one: one.__name__.strip("_"))
async def test_people_are_still_cut_at_the_worker(
    joint: Stage, touch: Callable[[Room], Awaitable[None]]
) -> None:
    await joint.registry.within(EARLIER, touch)
    await joint.registry.within(SESSION, lambda room: room.decide(MEDIATOR, spaces.go_lobby))
    assert not joint.media.edges
    assert joint.media.versions == sorted(set(joint.media.versions))


async def test_a_room_opened_anew_goes_on_counting_its_tables(joint: Stage) -> None:
    later = Registry(joint.registry._ports, joint.registry._tasks)
    before = joint.media.versions[-1]
    await later.within(SESSION, lambda room: room.route())
    assert joint.media.versions[-1] > before


async def test_the_earlier_room_ends_alone_once_nobody_is_in_it(joint: Stage) -> None:
    await joint.registry.within(EARLIER, _entered)
    assert len(joint.registry) == 2
    gone = lambda room: attendance.leave(room, SeatId(WORKER), "an old page", "gone")  # noqa: E731
    await joint.registry.within(EARLIER, gone)
    for case, desk in tuple(joint.registry._desks.items()):
        joint.registry._tick(case, desk)
    assert [room.forwarding.room for _, room in joint.registry._rooms()] == [RoomId(SESSION)]
    assert joint.registry.presence(SESSION)[SeatId(WORKER)].present


async def test_a_seat_is_cut_in_every_sitting(joint: Stage) -> None:
    await joint.registry.within(EARLIER, _entered)
    await joint.registry.cut((await joint.room()).case_id, SeatId(WORKER), "link_ended")
    assert sorted(joint.teller.parted) == ["an old page", f"socket-{WORKER}"]


async def test_a_change_elsewhere_is_told_in_every_sitting(joint: Stage) -> None:
    await joint.registry.within(EARLIER, _entered)
    joint.teller.views.clear()
    await joint.registry.touch((await joint.room()).case_id, "agreement")
    await joint.room()
    assert {view.session.id for view in joint.teller.views} == {EARLIER, SESSION}
