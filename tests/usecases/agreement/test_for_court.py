"""What the mediator says of the text, where it decides whether a court may confirm it."""

from dataclasses import replace

import pytest

from server.domain.agreement import Agreement
from server.domain.errors import ForbiddenError, InvalidValueError, WrongStateError
from server.usecases import draft_agreement
from server.usecases.draft_agreement import ClauseForm, DraftForm
from tests.support import cases, signing
from tests.support.signing import Sitting
from tests.support.world import Stage, actor

LABOUR = "labour_beyond_payment"


async def say(made: Sitting, question: str, answer: bool | None, who: str = "su") -> Agreement:
    return await draft_agreement.say_for_court(
        made.world, actor(who), made.case.id, question=question, answer=answer
    )


async def test_what_the_mediator_says_for_the_court_is_kept_with_the_draft(office: Stage) -> None:
    made = await signing.drafted(office)
    said = await say(made, LABOUR, False)
    assert said.confirmation_answers == {LABOUR: False}
    assert (await say(made, LABOUR, False)).version == said.version
    assert (await say(made, LABOUR, None, "jiang")).confirmation_answers == {}
    logged = await cases.logged(office.world, made.case.id)
    found = [b["facts"] for b in logged if b["kind"] == "draft.confirmation"]
    assert found == [{"question": LABOUR, "answer": answer} for answer in (False, None)]


async def test_other_clauses_leave_the_courts_question_open_again(office: Stage) -> None:
    made = await signing.drafted(office)
    before = await say(made, LABOUR, False)
    same = replace(_as_it_is(before), facts="写得更清楚")
    kept = await draft_agreement.edit(office.world, actor("su"), made.case.id, same)
    assert kept.confirmation_answers == {LABOUR: False}
    other = replace(_as_it_is(kept), clauses=(ClauseForm(id=None, text="甲方下月回公司上班。"),))
    changed = await draft_agreement.edit(office.world, actor("su"), made.case.id, other)
    assert changed.confirmation_answers == {}


def _as_it_is(text: Agreement) -> DraftForm:
    return DraftForm(
        revision=text.revision,
        facts=text.facts,
        clauses=tuple(ClauseForm(id=c.id, text=c.text) for c in text.clauses),
        items=text.items,
        payments=text.payments,
    )


async def test_only_what_is_asked_of_a_draft_can_be_said_for_the_court(office: Stage) -> None:
    made = await signing.agreed(office)
    with pytest.raises(InvalidValueError):
        await say(made, "title_or_ip", False)
    with pytest.raises(ForbiddenError):
        await say(made, LABOUR, False, "he")
    await signing.lock(made)
    with pytest.raises(WrongStateError):
        await say(made, LABOUR, False)
