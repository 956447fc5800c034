"""A stranger locks a link by guessing: who sits there keeps his seat, and the desk is told."""

import pytest

from server.domain.case import Case
from server.domain.errors import TooManyTriesError, WrongCodeError
from server.domain.ids import SeatId, SessionId, StaffId
from server.domain.invitation import MAX_WRONG_DIGITS
from server.rooms import attendance
from server.rooms.room import Room
from server.rooms.view import RoomView
from server.signalling.snapshots import snapshot
from server.usecases import answer_link, invite_people, read_case, revoke_link
from server.usecases.world import World
from tests.support import cases
from tests.support.world import actor

SU = SeatId("staff-su")


async def guess(world: World, token: str) -> None:
    for _ in range(MAX_WRONG_DIGITS - 1):
        with pytest.raises(WrongCodeError):
            await answer_link.open_link(world, token, "9999")
    with pytest.raises(TooManyTriesError):
        await answer_link.open_link(world, token, "9999")


async def locked_links(world: World, session: SessionId) -> dict[str, str]:
    """Return the links that the desk of the live room may unlock, by seat."""

    async def view(room: Room) -> RoomView:
        return room.view()

    desk = snapshot(await world.rooms.within(session, view), SU).desk
    assert desk is not None
    return {one.seat: one.locked_link for one in desk.seats if one.locked_link is not None}


async def sitting(world: World, case: Case) -> SessionId:
    """Return the case's sitting after its mediator and 陈水根 have entered the room."""
    session = (await read_case.see_case(world, actor("su"), case.id)).sessions[0].id

    async def enter(room: Room) -> None:
        for seat, staff in ((SU, StaffId(SU)), (SeatId(cases.person(case, "陈水根").id), None)):
            attendance.expect(room, seat, staff)
            await attendance.enter(room, seat, f"socket of {seat}")

    await world.rooms.within(session, enter)
    return session


async def test_who_gave_the_digits_comes_back_and_staff_unlock_the_link(world: World) -> None:
    case = await cases.registered(world)
    chen = cases.person(case, "陈水根")
    issued = await invite_people.invite(world, actor("su"), case.id, chen.id, "qr")
    token = issued.message.link.rpartition("/")[2]
    opened = await answer_link.open_link(world, token, "0001")
    session = await sitting(world, case)
    assert await locked_links(world, session) == {}
    await guess(world, token)
    back = await answer_link.resume(world, token, opened.token)
    assert back.id == issued.invitation.id
    assert await locked_links(world, session) == {chen.id: issued.invitation.id}
    await revoke_link.unlock(world, actor("su"), case.id, issued.invitation.id)
    assert await locked_links(world, session) == {}
