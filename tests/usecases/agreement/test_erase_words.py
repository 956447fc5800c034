"""With a case's files go the words that were said and written beside them."""

from dataclasses import replace
from datetime import date

import pytest

from server.api.views.seat import seat_view
from server.domain import conduct
from server.domain.agreement import Agreement, Refusal
from server.domain.destroyed import without_accounts
from server.domain.session import Environment
from server.ports.files import ShreddedError
from server.usecases import conduct_session, read_agreement
from server.usecases.see_seat import see_seat
from tests.support import signing, witnesses
from tests.support.signing import Sitting, agreement, current_session
from tests.support.witnesses import HELPER, NURSE
from tests.support.world import Stage, actor
from tests.usecases.agreement.kept_files import keep_ten_years
from tests.usecases.agreement.test_keep_files import destroyed

SAID = "婆婆在旁边听着"
SU = actor("su")


async def talked(office: Stage, made: Sitting) -> None:
    """Let somebody have said and written it wherever there is room."""
    at = office.clock.now()
    who = made.case.people[0].id
    await keep_ten_years(office)
    async with office.world.store.write() as uow:
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
    assert any(one.account for one in before.payments)
    unbanked = without_accounts(before)
    assert (after.facts, after.clauses, after.payments) == (
        before.facts,
        before.clauses,
        unbanked.payments,
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


@pytest.fixture
async def unsealed(office: Stage) -> Sitting:
    """Return a sitting that ended without an agreement once witnesses had spoken, destroyed."""
    made = await witnesses.locked(office)
    await witnesses.record(made, NURSE, HELPER)
    text = await agreement(office.world, made.case.id)
    assert NURSE.words in f"{text}"
    assert text.locked is not None
    assert text.locked.route_reason
    await office.clock.advance(1)
    close = conduct.close("not_agreed", "too_far_apart", "")
    await conduct_session.by_staff(office.world, SU, made.session.id, close)
    await talked(office, made)
    await destroyed(office, made.case.id)
    return made


async def test_words_of_witnesses_go_with_a_text_that_was_never_sealed(unsealed: Sitting) -> None:
    text = await left(unsealed)
    for gone in (NURSE.name, NURSE.words, HELPER.name, HELPER.words):
        assert gone not in f"{text}"
    assert (text.attestations, text.release) == ((), None)
    assert text.locked is not None
    assert text.locked.route_reason == ""


async def test_a_partys_phone_says_when_it_was_destroyed(unsealed: Sitting) -> None:
    world, phone = unsealed.world, unsealed.worker
    with pytest.raises(ShreddedError) as refused:
        await read_agreement.see_own(world, phone.invitation, phone.device)
    assert refused.value.facts == {"destroyed_on": "2036-01-01"}
    seat = seat_view(world, await see_seat(world, phone.invitation, phone.device), "zh")
    assert seat.ended is not None
    assert seat.ended.destroyed_on == date(2036, 1, 1)
    assert (seat.may_sign, seat.receipt) == (False, None)
    assert seat.office_phone


async def test_of_a_sealed_case_the_phone_keeps_its_receipt(office: Stage) -> None:
    made = await signing.sealed(office)
    await talked(office, made)
    await destroyed(office, made.case.id)
    phone = made.worker
    assert (await read_agreement.see_own(office.world, phone.invitation, phone.device)).agreement
    seen = await see_seat(office.world, phone.invitation, phone.device)
    assert seat_view(office.world, seen, "zh").receipt is not None
