"""The signer's receipt: what it lets him compare, and what it says is owed."""

import json
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from server.api.schemas.seat import Receipt
from server.api.views.agreement import agreement_view
from server.api.views.receipt import receipt
from server.api.views.record import record_list, record_view
from server.domain.register import RegisterQuery
from server.domain.signing_route import RoutePlan
from server.ports.store import CalendarYear
from server.usecases import (
    deliver_copy,
    draft_agreement,
    read_agreement,
    retrieve_record,
    search_records,
    see_today,
)
from server.usecases.see_seat import see_seat
from tests.support import paper, signing
from tests.support.signing import Phone, Sitting
from tests.support.world import COMMITTEE, Stage, actor


async def shown(phone: Phone) -> Receipt:
    found = receipt(phone.world, await see_seat(phone.world, phone.invitation, phone.device))
    assert found is not None
    return found


async def copy_of(phone: Phone) -> bytes:
    code = await phone.code("copy")
    ticket = await deliver_copy.ask(phone.world, phone.invitation, phone.device, code)
    return (await deliver_copy.fetch(phone.world, phone.invitation, phone.device, ticket.token)).pdf


async def test_before_the_seal_it_is_the_pdf_that_was_signed_as_the_desk_shows_it(
    office: Stage,
) -> None:
    made = await signing.locked(office)
    assert (await shown(made.worker)).fingerprint == ""
    await made.worker.sign()
    assert (await shown(made.worker)).fingerprint == (await signing.pdf_sha256(made))[:16]
    assert (await shown(made.agent)).fingerprint == ""


async def test_after_the_seal_it_is_the_file_that_is_handed_out(office: Stage) -> None:
    made = await signing.sealed(office)
    whole = sha256(await copy_of(made.worker)).hexdigest()
    assert (await shown(made.worker)).fingerprint == whole[:16]
    desk = await read_agreement.see(office.world, actor("su"), made.case.id)
    assert agreement_view(office.world, desk).sealed_sha256 == whole
    assert whole != await signing.pdf_sha256(made)


async def confirm_by(made: Sitting) -> set[tuple[date | None, bool]]:
    """Return the last day to ask the court, and whether it may refuse, as each of them tells it.

    They are the receipt, the register and the record.
    """
    world, officer = made.world, actor("officer")
    entries, _ = await search_records.search(world, officer, RegisterQuery(committee_id=COMMITTEE))
    opened = await retrieve_record.open_record(world, officer, entries[0].record_id, "复查")
    (row,), own = record_list((entries, 1), 1).records, await shown(made.worker)
    whole = record_view(opened)
    return {
        (own.confirmation_deadline, own.confirmation_depends),
        (row.confirmation_deadline, row.confirmation_depends),
        (whole.confirmation_deadline, whole.confirmation_depends),
    }


async def test_the_courts_last_day_is_told_before_and_after_its_years_holidays_are_known(
    office: Stage,
) -> None:
    made = await signing.signed(office)
    december = datetime(2040, 12, 20, 3, 0, tzinfo=UTC)
    await office.clock.advance((december - office.clock.now()).total_seconds())
    await signing.seal(made)
    assert await confirm_by(made) == {(date(2041, 1, 19), True)}
    entered = CalendarYear(
        year=2041, holidays=frozenset({date(2041, 1, 1)}), working_days=frozenset()
    )
    async with office.world.store.write() as uow:
        await uow.calendar.put(entered)
    assert await confirm_by(made) == {(date(2041, 1, 21), True)}


async def test_where_no_court_confirms_it_nothing_promises_that(office: Stage) -> None:
    made = await signing.agreed(office, dispute_type="01", labour=None)
    await for_court(made, "personal_status", True)
    await paper.lock(made, RoutePlan(wet_ink=True))
    await paper.bring_all(made)
    await paper.compare(made)
    for login in ("su", "jiang"):
        await signing.staff_signs(made, login)
    await signing.seal(made)
    assert await confirm_by(made) == {(None, False)}
    closing = await closing_of(made)
    assert closing
    assert not [line for line in closing if "司法确认" in line]
    day = await see_today.see_today(office.world, actor("su"))
    assert {duty.code for duty in day.duties} == {"payment"}


async def for_court(made: Sitting, question: str, answer: bool | None) -> None:
    su = actor("su")
    await draft_agreement.say_for_court(
        made.world, su, made.case.id, question=question, answer=answer
    )


@pytest.mark.parametrize(
    ("answer", "words", "duty"),
    [
        (None, "依法可以申请司法确认的，各方可以", "court_confirmation_if_open"),
        (False, "各方可以共同向有管辖权的人民法院申请司法确认", "court_confirmation"),
    ],
)
async def test_a_promise_of_confirmation_needs_the_mediators_word_where_it_depends(
    office: Stage, answer: bool | None, words: str, duty: str
) -> None:
    made = await signing.agreed(office)
    await for_court(made, "labour_beyond_payment", answer)
    await signing.lock(made)
    for phone in made.phones:
        await phone.sign(seal_scan=await signing.scan(made) if phone is made.agent else None)
    for login in ("su", "jiang"):
        await signing.staff_signs(made, login)
    await signing.seal(made)
    assert await confirm_by(made) == {(date(2025, 4, 9), answer is None)}
    assert [line for line in await closing_of(made) if words in line]
    desk = await read_agreement.see(office.world, actor("su"), made.case.id)
    found = agreement_view(office.world, desk).confirmation
    assert found == ("depends" if answer is None else "open")
    day = await see_today.see_today(office.world, actor("su"))
    assert duty in {duty.code for duty in day.duties}


async def closing_of(made: Sitting) -> list[str]:
    locked = (await signing.agreement(made.world, made.case.id)).locked
    assert locked is not None
    async with made.world.store.read() as uow:
        found: list[str] = json.loads(await uow.files.content(locked.document))["closing"]
    return found


async def test_the_picture_of_the_companys_seal_is_owed_until_the_desk_has_it(
    office: Stage,
) -> None:
    made = await signing.locked(office)
    await made.agent.sign()
    assert await _owing(made.worker) == ["林启航"]
    await signing.attach(made, await signing.scan(made))
    assert await _owing(made.worker) == []


async def _owing(phone: Phone) -> list[str]:
    return [one.name for one in (await shown(phone)).progress if one.seal_owed]
