"""What a sitting needs before it closes."""

from dataclasses import replace

import pytest

from server.domain import conduct
from server.domain.errors import MissingStepsError
from server.domain.ids import PersonId
from server.domain.session import (
    MinutesAnswer,
    MinutesItem,
    MinutesMark,
    Session,
    SessionState,
)
from tests.support.builders import AGENT, NOW, WORKER, a_session, facts, prepared


def minuted(*answered: PersonId, version: int = 2) -> Session:
    item = MinutesItem(id="1", at=NOW, speaker="陈水根", text="愿意", mark=MinutesMark.STATEMENT)
    answers = tuple(
        MinutesAnswer(person_id=p, version=version, agreed=p is WORKER, remark="", at=NOW)
        for p in answered
    )
    return replace(
        prepared(a_session()), minutes=(item,), minutes_version=2, minutes_answers=answers
    )


def missing(session: Session, outcome: str, reason: str = "", note: str = "") -> object:
    with pytest.raises(MissingStepsError) as refused:
        conduct.close(outcome, reason, note)(session, facts())
    return refused.value.facts["missing"]


@pytest.mark.parametrize("outcome", ["agreed", "partly_agreed"])
def test_an_agreement_needs_minutes_that_every_party_answered(outcome: str) -> None:
    assert missing(prepared(a_session()), outcome) == ["minutes"]
    assert missing(minuted(), outcome) == ["minutes_answer:甲方", "minutes_answer:乙方"]
    assert missing(minuted(WORKER), outcome) == ["minutes_answer:乙方"]
    closed = conduct.close(outcome, "", "")(minuted(WORKER, AGENT), facts()).session
    assert closed.state is SessionState.CLOSED


def test_an_answer_to_older_words_does_not_count() -> None:
    assert missing(minuted(WORKER, AGENT, version=1), "agreed") == [
        "minutes_answer:甲方",
        "minutes_answer:乙方",
    ]


def test_a_note_says_why_somebody_did_not_answer() -> None:
    closed = conduct.close("agreed", "", "乙方先离开")(minuted(WORKER), facts()).session
    assert closed.end_note == "乙方先离开"


def test_without_agreement_the_reason_counts_and_not_the_minutes() -> None:
    session = prepared(a_session())
    assert missing(session, "not_agreed") == ["end_reason"]
    assert missing(session, "not_agreed", note="吵起来了") == ["end_reason"]
    conduct.close("not_agreed", "too_far_apart", "")(session, facts())
