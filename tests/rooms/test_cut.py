"""Who is taken out of the room or may only watch from now on, and what the room does then."""

from server.domain.ids import SeatId
from server.domain.session import SessionState
from server.rooms import attendance
from server.rooms.room import Room
from tests.rooms.stage import Stage
from tests.support.builders import MEDIATOR, RECORDER, SESSION, WORKER


async def test_a_chair_cut_empty_freezes_the_room_after_the_grace(joint: Stage) -> None:
    await joint.registry.within(
        SESSION, lambda room: attendance.cut(room, SeatId(MEDIATOR), "signed_out")
    )
    states = []
    for seconds in ((await joint.room()).ports.grace - 1.0, 1.0):
        await joint.clock.advance(seconds)
        await joint.registry.within(SESSION, Room.tick)
        states.append((await joint.room()).session.state)
    assert states == [SessionState.OPEN, SessionState.FROZEN]


async def test_a_cut_is_told_with_its_time_and_logged_with_its_reason(joint: Stage) -> None:
    await joint.clock.advance(7.0)
    await joint.registry.within(
        SESSION, lambda room: attendance.cut(room, SeatId(WORKER), "link_ended")
    )
    gone = joint.teller.views[-1].presence[SeatId(WORKER)]
    assert (gone.present, gone.since) == (False, joint.clock.now())
    assert (await joint.kinds())[-1] == "leave"


async def test_an_empty_seat_is_cut_without_a_word_in_the_log(joint: Stage) -> None:
    room = await joint.room()
    for _ in range(2):
        await attendance.cut(room, SeatId(MEDIATOR), "signed_out")
        await joint.clock.advance(5.0)
    assert (await joint.kinds()).count("leave") == 1
    assert room.chair_empty_since == 0.0


async def test_who_may_only_watch_hears_nobody_until_he_may_more(joint: Stage) -> None:
    await joint.seat(RECORDER)
    room, seat = await joint.room(), SeatId(RECORDER)
    before = room.forwarding.heard
    assert any(seat in pair for pair in before)
    await attendance.judge(room, seat, RECORDER, watches=True)
    assert room.forwarding.heard
    assert not any(seat in pair for pair in room.forwarding.heard)
    await attendance.judge(room, seat, RECORDER, watches=False)
    assert room.forwarding.heard == before
