"""A live request in a sitting that is over is refused, and leaves nothing in the log."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from server.domain import conduct
from server.domain.access import Act
from server.domain.case import Case, Side
from server.domain.errors import WrongStateError
from server.domain.ids import SeatId, SessionId
from server.domain.session import Session
from server.rooms import attendance
from server.signalling import messages
from server.signalling.callers import Caller
from server.signalling.requests import Asked, mute_please
from server.usecases import conduct_session
from server.usecases.world import World
from tests.support import cases
from tests.support.world import actor

SU = actor("su")
Ask = Callable[[World, SessionId, SeatId], Awaitable[object]]


async def tell(world: World, session: SessionId, _: SeatId) -> None:
    await conduct_session.tell_side(world, SU, session, Side.APPLICANT, "稍等。")


async def call(world: World, session: SessionId, seat: SeatId) -> None:
    await world.rooms.within(session, lambda room: attendance.ask_for_mediator(room, seat, "break"))


async def answer(world: World, session: SessionId, seat: SeatId) -> None:
    await conduct_session.answer_call(world, SU, session, seat)


async def mute(world: World, session: SessionId, seat: SeatId) -> None:
    say = messages.WhichSeat(seat=seat)
    caller = Caller(socket="s", token="t", actor=SU)
    await mute_please(Asked(world=world, caller=caller, session=session, say=say))


REQUESTS = [
    pytest.param(tell, id="tell"),
    pytest.param(call, id="call.mediator"),
    pytest.param(answer, id="call.answer"),
    pytest.param(mute, id="mute.please"),
]


@pytest.fixture
async def case(world: World) -> Case:
    made = await cases.registered(world)
    session = await sitting(world, made)
    await conduct_session.by_staff(world, SU, session.id, conduct.open_session, act=Act.TAKE_OVER)
    return made


async def sitting(world: World, case: Case) -> Session:
    async with world.store.read() as uow:
        return (await uow.sessions.of_case(case.id))[-1]


@pytest.mark.parametrize("ask", REQUESTS)
async def test_it_is_answered_while_the_sitting_goes_on(world: World, case: Case, ask: Ask) -> None:
    session = await sitting(world, case)
    await ask(world, session.id, SeatId(case.people[0].id))


@pytest.mark.parametrize("ask", REQUESTS)
async def test_it_is_refused_and_not_logged_once_it_is_over(
    world: World, case: Case, ask: Ask
) -> None:
    session = await sitting(world, case)
    await conduct_session.adjourn(world, SU, session.id, cases.PLANNED + timedelta(days=7))
    before = await cases.logged(world, case.id)
    with pytest.raises(WrongStateError) as refused:
        await ask(world, session.id, SeatId(case.people[0].id))
    assert refused.value.facts["state"] == "adjourned"
    assert await cases.logged(world, case.id) == before
