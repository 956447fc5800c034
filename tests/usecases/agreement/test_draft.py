"""Drafting and answering: nobody's words are lost, nobody answers as another."""

from dataclasses import replace

import pytest

from server.domain.agreement import AgreementState, Verdict
from server.domain.errors import (
    ForbiddenError,
    InvalidValueError,
    NotFoundError,
    StaleRevisionError,
    WrongStateError,
)
from server.domain.ids import ClauseId, PartyId
from server.domain.invitation import Answer
from server.domain.jurisdiction.lint_values import Level
from server.usecases import draft_agreement, end_case, read_agreement
from server.usecases.answer_clauses import AnswerForm, answer_clause
from server.usecases.answer_link import answer as answer_link
from server.usecases.draft_agreement import ClauseForm
from server.usecases.identify import hash_token
from server.usecases.take_seat import enter
from tests.support import cases, signing
from tests.support.beginnings import told
from tests.support.signing import Sitting, agreement, draft
from tests.support.world import OTHER_COMMITTEE, Stage, actor


async def edit(made: Sitting, revision: int, *texts: str) -> None:
    """Type these texts over the present clauses."""
    present = (await agreement(made.world, made.case.id)).clauses
    ids = [clause.id for clause in present]
    clauses = tuple(
        ClauseForm(id=ids[n] if n < len(ids) else None, text=text) for n, text in enumerate(texts)
    )
    form = draft(made.case, revision, clauses=clauses)
    await draft_agreement.edit(made.world, actor("jiang"), made.case.id, form)


async def test_the_first_look_begins_an_empty_draft(office: Stage) -> None:
    made = await signing.sitting(office)
    desk = await read_agreement.see(office.world, actor("su"), made.case.id)
    assert desk.agreement.state is AgreementState.DRAFTING
    assert desk.agreement.session_id == made.session.id
    again = await read_agreement.see(office.world, actor("he"), made.case.id)
    assert again.agreement.id == desk.agreement.id


async def test_a_case_that_ended_without_an_agreement_has_none(office: Stage) -> None:
    case = await cases.registered(office.world)
    await end_case.end(office.world, actor("su"), case.id, "too_far_apart", "")
    with pytest.raises(NotFoundError):
        await read_agreement.see(office.world, actor("su"), case.id)


async def test_a_stale_writer_is_told_the_newer_revision(office: Stage) -> None:
    made = await signing.drafted(office)
    with pytest.raises(StaleRevisionError) as stale:
        await edit(made, 0, *signing.CLAUSES)
    assert stale.value.facts == {"revision": 1}
    await edit(made, 1, *signing.CLAUSES, "四")
    after = await agreement(office.world, made.case.id)
    assert (after.revision, len(after.clauses)) == (2, 4)


async def test_saving_the_same_again_changes_nothing(office: Stage) -> None:
    made = await signing.drafted(office)
    before = await agreement(office.world, made.case.id)
    await edit(made, before.revision, *signing.CLAUSES)
    assert await agreement(office.world, made.case.id) == before


async def test_a_changed_clause_loses_its_answers_and_the_others_keep_theirs(
    office: Stage,
) -> None:
    made = await signing.agreed(office)
    first, second, third = signing.CLAUSES
    await edit(made, 1, first, second + "逾期按日计息。", third)
    text = await agreement(office.world, made.case.id)
    assert [clause.version for clause in text.clauses] == [1, 2, 1]
    person = made.worker.invitation.person_id
    kept = [text.answer_of(clause, person) is not None for clause in text.clauses]
    assert kept == [True, False, True]
    desk = await read_agreement.see(office.world, actor("su"), made.case.id)
    assert {(f.code, f.facts["number"]) for f in desk.missing} == {("clause_not_heard", 2)}


async def test_clauses_and_parties_must_be_the_drafts_own(office: Stage) -> None:
    made = await signing.drafted(office)
    world, case = office.world, made.case
    strange = (ClauseForm(id=ClauseId("strange"), text="一"),)
    payment = replace(draft(case).payments[0], payer=PartyId("strange"))
    for form in (draft(case, 1, clauses=strange), draft(case, 1, payments=(payment,))):
        with pytest.raises(InvalidValueError):
            await draft_agreement.edit(world, actor("su"), case.id, form)


async def test_only_mediator_and_recorder_write(office: Stage) -> None:
    made = await signing.sitting(office)
    form, world = draft(made.case), office.world
    for login in ("he", "officer", "lin", "admin", "auditor"):
        with pytest.raises(ForbiddenError):
            await draft_agreement.edit(world, actor(login), made.case.id, form)
    with pytest.raises(NotFoundError):
        await draft_agreement.edit(world, actor("su", OTHER_COMMITTEE), made.case.id, form)
    await draft_agreement.edit(world, actor("jiang"), made.case.id, form)


async def test_a_locked_text_takes_neither_words_nor_answers_nor_reading(office: Stage) -> None:
    made = await signing.locked(office)
    before = await agreement(office.world, made.case.id)
    with pytest.raises(WrongStateError):
        await edit(made, before.revision, "别的")
    with pytest.raises(WrongStateError):
        await made.worker.answer(0)
    with pytest.raises(WrongStateError):
        await draft_agreement.read_out(
            office.world, actor("su"), made.case.id, before.clauses[0].id
        )
    assert await agreement(office.world, made.case.id) == before


async def test_the_clause_read_out_is_shown_to_everybody(office: Stage) -> None:
    made = await signing.drafted(office)
    world, case_id = office.world, made.case.id
    clause = (await agreement(world, case_id)).clauses[1]
    office.teller.told.clear()
    await draft_agreement.read_out(world, actor("su"), case_id, clause.id)
    await told(made)
    assert (await agreement(world, case_id)).reading == clause.id
    assert office.teller.told == [("agreement",)]
    await draft_agreement.read_out(world, actor("su"), case_id, None)
    assert (await agreement(world, case_id)).reading is None
    with pytest.raises(NotFoundError):
        await draft_agreement.read_out(world, actor("su"), case_id, ClauseId("strange"))
    found = [b for b in await cases.logged(world, case_id) if b["kind"] == "readback.clause"]
    assert found[0]["facts"] == {"n": 2, "version": 1}


async def test_an_answer_belongs_to_the_version_that_was_read(office: Stage) -> None:
    made = await signing.drafted(office)
    clause = (await agreement(office.world, made.case.id)).clauses[0]
    stale = AnswerForm(clause_id=clause.id, clause_version=1, heard=True, verdict=Verdict.AGREE)
    await edit(made, 1, "改过的第一条", *signing.CLAUSES[1:])
    phone = made.worker
    with pytest.raises(StaleRevisionError):
        await answer_clause(office.world, phone.invitation, phone.device, stale)
    fresh = replace(stale, clause_version=2)
    desk = await answer_clause(office.world, phone.invitation, phone.device, fresh)
    assert desk.agreement is not None
    assert desk.agreement.answers[-1].verdict is Verdict.AGREE


async def test_the_same_answer_again_is_neither_kept_nor_logged(office: Stage) -> None:
    made = await signing.drafted(office)
    world, phone = office.world, made.worker
    clause = (await agreement(world, made.case.id)).clauses[0]
    form = AnswerForm(clause_id=clause.id, clause_version=1, heard=True, verdict=Verdict.AGREE)
    await answer_clause(world, phone.invitation, phone.device, form)
    before = await agreement(world, made.case.id), await cases.kinds(world, made.case.id)
    await office.clock.advance(60)
    await answer_clause(world, phone.invitation, phone.device, form)
    assert (await agreement(world, made.case.id), await cases.kinds(world, made.case.id)) == before
    wish = replace(form, verdict=Verdict.CHANGE, wish="改成三期")
    await answer_clause(world, phone.invitation, phone.device, wish)
    assert (await cases.kinds(world, made.case.id))[-1] == "clause.change_wanted"


async def test_nobody_agrees_to_what_he_has_not_heard(office: Stage) -> None:
    made = await signing.drafted(office)
    clause = (await agreement(office.world, made.case.id)).clauses[0]
    form = AnswerForm(clause_id=clause.id, clause_version=1, heard=False, verdict=Verdict.AGREE)
    phone = made.worker
    with pytest.raises(InvalidValueError):
        await answer_clause(office.world, phone.invitation, phone.device, form)
    not_understood = replace(form, verdict=None)
    await answer_clause(office.world, phone.invitation, phone.device, not_understood)
    desk = await read_agreement.see(office.world, actor("su"), made.case.id)
    assert ("clause_not_understood", "甲方") in {
        (f.code, f.facts.get("party")) for f in desk.missing
    }


async def test_only_the_phone_that_holds_the_seat_answers(office: Stage) -> None:
    made = await signing.drafted(office)
    world, phone = office.world, made.worker
    clause = (await agreement(world, made.case.id)).clauses[0]
    form = AnswerForm(clause_id=clause.id, clause_version=1, heard=True)
    for device in ("", hash_token("another browser")):
        with pytest.raises(ForbiddenError):
            await answer_clause(world, phone.invitation, device, form)
        with pytest.raises(ForbiddenError):
            await read_agreement.see_own(world, phone.invitation, device)


async def test_a_companion_reads_along_and_answers_nothing(office: Stage) -> None:
    made = await signing.drafted(office)
    world = office.world
    opened = await cases.opened(world, made.case, "刘春梅")
    await answer_link(world, opened.invitation, Answer.ACCEPTED, "")
    device = hash_token(opened.token)
    wife = await enter(world, opened.invitation, device)
    desk = await read_agreement.see_own(world, wife, device)
    assert not desk.signs
    assert desk.agreement is not None
    clause = desk.agreement.clauses[0]
    form = AnswerForm(clause_id=clause.id, clause_version=1, heard=True)
    with pytest.raises(ForbiddenError):
        await answer_clause(world, wife, device, form)


async def test_the_lint_says_where_each_point_is(office: Stage) -> None:
    made = await signing.drafted(office)
    payments = draft(made.case).payments
    short = (replace(payments[0], amount=4_000_000), *payments[1:])
    form = draft(made.case, 1, payments=short)
    await draft_agreement.edit(office.world, actor("su"), made.case.id, form)
    desk = await read_agreement.see(office.world, actor("su"), made.case.id)
    errors = [f for f in desk.findings if f.level is Level.ERROR]
    assert [(f.code, f.facts["difference"]) for f in errors] == [("payments_sum", 1_000_000)]
    assert errors[0] in desk.missing
