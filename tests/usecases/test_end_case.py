"""A case ends with the same result for the same reason, in the room and outside it."""

import pytest

from server.domain import conduct
from server.domain.access import Act
from server.usecases import conduct_session, end_case
from server.usecases.world import World
from tests.support import cases
from tests.support.world import actor

SU = actor("su")


@pytest.mark.parametrize(
    ("reason", "result"),
    [
        ("settled_and_withdrawn", "settled_privately"),
        ("out_of_scope", "not_accepted"),
        ("refused", "no_agreement"),
    ],
)
async def test_one_reason_gives_one_result(world: World, reason: str, result: str) -> None:
    inside, outside = await cases.registered(world), await cases.registered(world)
    async with world.store.read() as uow:
        (session,) = await uow.sessions.of_case(inside.id)
    await conduct_session.by_staff(world, SU, session.id, conduct.open_session, act=Act.TAKE_OVER)
    await conduct_session.close(world, SU, session.id, ("not_agreed", reason, ""))
    await end_case.end(world, SU, outside.id, reason, "")
    told = [await cases.stored(world, case.id) for case in (inside, outside)]
    assert [(one.result, one.end_reason) for one in told] == [(result, reason)] * 2
