"""Ending a case whose text everybody has signed: the text is opened again first."""

from collections.abc import Awaitable, Callable

import pytest

from server.domain.case import CaseState
from server.domain.errors import WrongStateError
from server.usecases import conduct_session, end_case, unlock_agreement
from tests.support import cases, signing
from tests.support.signing import Sitting
from tests.support.world import Stage, actor

SU = actor("su")


async def by_room(made: Sitting) -> None:
    how = ("not_agreed", "too_far_apart", "")
    await conduct_session.close(made.world, SU, made.session.id, how)


async def by_case(made: Sitting) -> None:
    await end_case.end(made.world, SU, made.case.id, "too_far_apart", "")


@pytest.mark.parametrize("end", [by_room, by_case], ids=["room", "case"])
async def test_a_case_that_everybody_signed_is_not_ended(
    office: Stage, end: Callable[[Sitting], Awaitable[None]]
) -> None:
    made = await signing.signed(office)
    with pytest.raises(WrongStateError) as refused:
        await end(made)
    assert refused.value.facts["state"] == "signed"
    assert (await cases.stored(office.world, made.case.id)).state is CaseState.AGREED
    await signing.seal(made)
    assert (await cases.stored(office.world, made.case.id)).state is CaseState.SEALED


async def test_a_text_that_was_opened_again_keeps_nobody_from_ending(office: Stage) -> None:
    made = await signing.signed(office)
    await unlock_agreement.unlock(office.world, SU, made.case.id, "再改一改")
    await by_room(made)
    assert (await cases.stored(office.world, made.case.id)).state is CaseState.ENDED
