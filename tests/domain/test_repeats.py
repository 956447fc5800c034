"""The same again logs nothing and changes only how often one refused; other words have an end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from server.domain import conduct, minutes, owed, rights
from server.domain.conduct import Decision, Facts, Step
from server.domain.errors import TooManyTriesError
from server.domain.minutes import Confirmation
from server.domain.repeats import MOST
from server.domain.session import Consent, MinutesItem, MinutesMark, Session
from tests.support.builders import AGENT, MEDIATOR, NOW, WORKER, a_session, facts, prepared

LATER = timedelta(minutes=1)


def answer(*, agreed: bool, scope: str = "recording", **more: str) -> Decision:
    def decide(session: Session, now: Facts) -> Step:
        given = Consent(
            person_id=WORKER,
            scope=scope,
            agreed=agreed,
            text_version=more.get("version", "v1"),
            at=now.now,
            method=more.get("method", "click"),
        )
        return conduct.consent(given)(session, now)

    return decide


def confirm(*, agreed: bool, remark: str = "") -> Decision:
    return minutes.confirm(WORKER, Confirmation(version=1, agreed=agreed, remark=remark))


def at(step: int) -> Facts:
    made = facts()
    return Facts(now=NOW + step * LATER, actor=WORKER, case=made.case, pack=made.pack)


def sitting() -> Session:
    """Return an open sitting with one minuted sentence that is ready to be confirmed."""
    item = MinutesItem(id="1", at=NOW, speaker="陈水根", text="愿意", mark=MinutesMark.STATEMENT)
    written = minutes.add(item)(prepared(a_session()), facts()).session
    return minutes.ready(written, facts()).session


SAYINGS: dict[str, Callable[[], Decision]] = {
    "agreeing": lambda: answer(agreed=True),
    "who is there": lambda: conduct.declare_environment(WORKER, "妻子在场"),
    "a block heard": lambda: rights.hear_rights(WORKER, 1),
    "minutes agreed": lambda: confirm(agreed=True),
    "minutes disputed": lambda: confirm(agreed=False, remark="少一句"),
}


@pytest.mark.parametrize("name", SAYINGS)
def test_the_same_again_changes_nothing(name: str) -> None:
    say = SAYINGS[name]()
    first = say(sitting(), at(0))
    again = say(first.session, at(1))
    assert again == Step(session=first.session)


@pytest.mark.parametrize("scope", ["recording", owed.ONLINE])
def test_a_refusal_again_is_counted_and_changes_nothing_else(scope: str) -> None:
    refuse = answer(agreed=False, scope=scope)
    first = refuse(sitting(), at(0)).session
    *others, refused = first.consents
    counted = replace(first, consents=(*others, replace(refused, times=2)))
    assert refuse(first, at(1)) == Step(session=counted)


OTHERS: dict[str, tuple[Decision, Decision]] = {
    "another answer": (answer(agreed=True), answer(agreed=False)),
    "to other words": (answer(agreed=True), answer(agreed=True, version="v2")),
    "in another way": (answer(agreed=True), answer(agreed=True, method="oral")),
    "to another question": (answer(agreed=True), answer(agreed=True, scope="e_signature")),
    "somebody else there": (
        conduct.declare_environment(WORKER, "妻子在场"),
        conduct.declare_environment(WORKER, "没有人"),
    ),
    "about somebody else": (
        conduct.declare_environment(WORKER, "没有人"),
        conduct.declare_environment(AGENT, "没有人"),
    ),
    "minutes otherwise": (confirm(agreed=False), confirm(agreed=False, remark="少一句")),
}


@pytest.mark.parametrize("name", OTHERS)
def test_something_else_is_kept_and_logged(name: str) -> None:
    before, after = OTHERS[name]
    first = before(sitting(), at(0)).session
    again = after(first, at(1))
    assert again.session != first
    assert len(again.logged) == 1


def test_a_block_heard_before_is_not_heard_anew_when_it_is_read_again() -> None:
    session = rights.hear_rights(AGENT, 1)(sitting(), at(0)).session
    read = rights.read_rights(1)(session, facts(MEDIATOR)).session
    assert rights.hear_rights(AGENT, 1)(read, at(1)) == Step(session=read)


def changing(yes: Decision, no: Decision) -> tuple[Session, int]:
    """Change one's mind until it is refused; return the sitting and how often yes was heard."""
    session = sitting()
    for n in range(2 * MOST):
        session = no(session, at(2 * n)).session
        try:
            session = yes(session, at(2 * n + 1)).session
        except TooManyTriesError:
            return session, n
    return session, 2 * MOST


def test_changing_ones_mind_has_an_end_and_the_end_is_no() -> None:
    session, heard = changing(answer(agreed=True), answer(agreed=False))
    assert heard == MOST
    last = session.consent(WORKER, "recording")
    assert last is not None
    assert not last.agreed


def test_a_consent_can_be_taken_back_after_any_number_of_changes() -> None:
    session, _ = changing(answer(agreed=True), answer(agreed=False))
    other = answer(agreed=False, version="v2")(session, at(1_000))
    assert [what.kind for what in other.logged] == ["consent.refused"]


def test_one_persons_end_is_not_anothers() -> None:
    session = sitting()
    for n in range(MOST):
        session = conduct.declare_environment(WORKER, f"{n} 人")(session, at(n)).session
    with pytest.raises(TooManyTriesError) as refused:
        conduct.declare_environment(WORKER, "没有人")(session, at(MOST))
    assert refused.value.facts == {"limit": MOST}
    assert conduct.declare_environment(AGENT, "没有人")(session, at(MOST)).logged
