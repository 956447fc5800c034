"""With a case's files go the words that were said and written beside them."""

from dataclasses import replace

import pytest

from server.domain import conduct
from server.domain.agreement import Agreement, Refusal
from server.domain.session import Environment
from server.ports.files import ShreddedError
from server.usecases import conduct_session, read_agreement
from tests.support import signing
from tests.support.signing import Sitting, agreement, current_session
from tests.support.world import COMMITTEE, Stage, actor
from tests.usecases.agreement.test_keep_files import TEN_YEARS, destroyed

SAID = "婆婆在旁边听着"
SU = actor("su")


async def talked(office: Stage, made: Sitting) -> None:
    """Let somebody have said and written it wherever there is room."""
    at = office.clock.now()
    who = made.case.people[0].id
    async with office.world.store.write() as uow:
        committee = await uow.committees.get(COMMITTEE)
        await uow.committees.save(replace(committee, keeping=(TEN_YEARS,)))
        [session] = await uow.sessions.of_case(made.case.id)
        beside = Environment(person_id=who, present=SAID, at=at)
        said = replace(session, environments=(beside,), rights_skipped=SAID, end_note=SAID)
        await uow.sessions.save(said)
        found = await uow.agreements.of_case(made.case.id)
        assert found is not None
        await uow.agreements.save(replace(found, refusals=(Refusal(who, SAID),)))


async def left(made: Sitting) -> Agreement:
    session = await current_session(made.world, made.case.id)
    text = await agreement(made.world, made.case.id)
    assert SAID not in f"{session} {text}"
    assert [one.reason for one in text.refusals] == [""]
    return text


async def test_of_a_sealed_case_its_text_stays(office: Stage) -> None:
    made = await signing.sealed(office)
    before = await agreement(office.world, made.case.id)
    await talked(office, made)
    await destroyed(office, made.case.id)
    after = await left(made)
    assert (after.facts, after.clauses, after.payments) == (
        before.facts,
        before.clauses,
        before.payments,
    )
    assert (await read_agreement.see(office.world, SU, made.case.id)).agreement == after


async def test_of_a_case_that_ended_without_one_the_draft_goes_as_well(office: Stage) -> None:
    made = await signing.agreed(office)
    close = conduct.close("not_agreed", "too_far_apart", "")
    await conduct_session.by_staff(office.world, SU, made.session.id, close)
    await talked(office, made)
    assert (await agreement(office.world, made.case.id)).clauses
    await destroyed(office, made.case.id)
    text = await left(made)
    assert (text.facts, text.clauses, text.items, text.payments) == ("", (), (), ())
    with pytest.raises(ShreddedError):
        await read_agreement.see(office.world, SU, made.case.id)
