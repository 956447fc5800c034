"""When a joint session may be recorded, what ends it, and that nothing ever refuses to end it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from server.domain import conduct, owed, recording, spaces
from server.domain.case import Side
from server.domain.conduct import Decision
from server.domain.errors import MissingStepsError, WrongStateError
from server.domain.ids import PersonId, RecordingId, SeatId
from server.domain.session import Consent, Session
from tests.support.builders import (
    AGENT,
    MEDIATOR,
    NOW,
    RECORDER,
    WIFE,
    WORKER,
    a_case,
    a_session,
    facts,
    prepared,
)

START = recording.start(RecordingId("one"), "key")


def answer(person: PersonId, *, agreed: bool) -> Decision:
    given = Consent(
        person_id=person, scope=recording.SCOPE, agreed=agreed, text_version="v", at=NOW
    )
    return conduct.consent(given)


def after(session: Session, *decisions: Decision) -> tuple[Session, list[str]]:
    """Return the sitting after these, each followed as a room does, and what was logged."""
    logged: list[str] = []
    for decide in decisions:
        step = recording.follow(session, decide(session, facts()), facts())
        session = step.session
        logged += [
            what.kind + "".join(f" {v}" for name, v in what.facts if name == "reason")
            for what in step.logged
            if what.kind.startswith("recording.")
        ]
    return session, logged


ALL_AGREE = tuple(answer(person, agreed=True) for person in (WORKER, WIFE, AGENT))


def recorded() -> Session:
    return after(prepared(a_session()), *ALL_AGREE, spaces.go_joint, START)[0]


def test_everybody_in_the_joint_session_is_written_staff_too() -> None:
    session = recorded()
    everybody = {SeatId(one) for one in (WORKER, WIFE, AGENT, MEDIATOR, RECORDER)}
    assert recording.sources(session, a_case()) == everybody
    assert set(session.recordings[0].seats) == everybody


def test_it_is_refused_with_the_names_of_what_is_missing() -> None:
    session, _ = after(prepared(a_session()), *ALL_AGREE[:2])
    with pytest.raises(MissingStepsError) as lobby:
        START(session, facts())
    assert lobby.value.facts["missing"] == ["not_joint", f"consent:{AGENT}"]
    session, _ = after(session, spaces.go_joint, answer(AGENT, agreed=True))
    after(session, START)
    nobody = replace(
        session, participants=tuple(replace(one, admitted=False) for one in session.participants)
    )
    assert recording.missing(nobody, a_case()) == ("nobody",)


def test_a_companion_beside_a_party_has_to_agree_as_well() -> None:
    session, _ = after(prepared(a_session()), *ALL_AGREE, conduct.send_back(SeatId(WIFE)))
    session, _ = after(session, spaces.go_joint, answer(WIFE, agreed=False))
    assert recording.missing(session, a_case()) == (f"consent:{WIFE}",)


def test_a_companion_who_is_said_to_be_away_is_not_asked() -> None:
    session, _ = after(prepared(a_session()), *ALL_AGREE, conduct.send_back(SeatId(WIFE)))
    session, _ = after(session, spaces.go_joint, answer(WIFE, agreed=False))
    alone, _ = after(session, conduct.declare_environment(WORKER, ""))
    assert recording.missing(alone, a_case()) == ()
    session, logged = after(alone, START, conduct.declare_environment(WORKER, "妻子来了"))
    assert recording.missing(session, a_case()) == (f"consent:{WIFE}",)
    assert logged[-1] == "recording.stopped withdrawn"


def test_a_second_one_does_not_begin_beside_it() -> None:
    with pytest.raises(WrongStateError):
        recording.start(RecordingId("two"), "key")(recorded(), facts())


@pytest.mark.parametrize(
    ("decision", "reason"),
    [
        (answer(AGENT, agreed=False), "withdrawn"),
        (recording.stop(), "mediator"),
        (conduct.stop(""), "over"),
        (conduct.adjourn, "over"),
        (recording.stop("disk_full"), "disk_full"),
    ],
)
def test_it_stops_at_once_and_says_why(decision: Decision, reason: str) -> None:
    session, logged = after(recorded(), decision)
    assert logged == [f"recording.stopped {reason}"]
    assert not recording.sources(session, a_case())
    assert session.recordings[0].reason == reason
    assert after(session, recording.stop())[1] == []


def test_who_withdraws_during_a_caucus_ends_it_too() -> None:
    session, _ = after(recorded(), spaces.go_caucus(Side.APPLICANT))
    session, logged = after(session, answer(AGENT, agreed=False), spaces.go_joint)
    assert logged == ["recording.stopped withdrawn"]
    assert not recording.sources(session, a_case())


def test_somebody_who_has_not_agreed_ends_it_by_coming_in() -> None:
    base = prepared(a_session())
    session, _ = after(base, *ALL_AGREE[:2], conduct.send_back(SeatId(AGENT)))
    session, _ = after(session, spaces.go_joint, START)
    assert recording.sources(session, a_case())
    session, logged = after(session, conduct.admit(SeatId(AGENT)))
    assert logged == ["recording.stopped not_agreed"]
    assert not recording.sources(session, a_case())


@pytest.mark.parametrize(
    "leave", [spaces.go_caucus(Side.RESPONDENT), spaces.go_lobby, conduct.pause, conduct.freeze]
)
def test_leaving_the_joint_session_suspends_and_coming_back_goes_on(leave: Decision) -> None:
    session, logged = after(recorded(), leave)
    assert logged == ["recording.suspended"]
    assert not recording.sources(session, a_case())
    if not session.running:
        session, _ = after(session, conduct.resume)
    session, logged = after(session, spaces.go_joint)
    assert logged == ["recording.resumed"]
    assert recording.sources(session, a_case())


def test_the_log_holds_no_key_and_no_names() -> None:
    _, *steps = [
        recording.follow(recorded(), c(recorded(), facts()), facts())
        for c in (spaces.go_lobby, recording.stop(), answer(WORKER, agreed=False))
    ]
    told = json.dumps([what.facts for step in steps for what in step.logged])
    assert "key" not in told
    assert "陈水根" not in told
    assert "key" not in repr(recorded())


def test_what_an_app_may_have_been_owing_is_asked_anew_of_everybody() -> None:
    began = recorded()
    ended, logged = after(began, recording.interrupted)
    assert logged == ["recording.stopped app_restarted"]
    everybody = (WORKER, WIFE, AGENT)
    assert recording.missing(ended, a_case()) == tuple(f"consent:{one}" for one in everybody)
    assert all(ended.consent(one, recording.SCOPE) is None for one in everybody)
    assert ended.consent(WORKER, owed.ONLINE) == began.consent(WORKER, owed.ONLINE)
    assert ended.consents == began.consents, "what was recorded was agreed to"


def test_who_says_yes_again_is_not_taken_to_repeat_himself() -> None:
    ended = after(recorded(), recording.interrupted)[0]
    again = Consent(
        person_id=WORKER,
        scope=recording.SCOPE,
        agreed=True,
        text_version="v",
        at=NOW + timedelta(seconds=1),
    )
    agreed = after(ended, conduct.consent(again))[0]
    assert agreed.consent(WORKER, recording.SCOPE) == again
    assert f"consent:{WORKER}" not in recording.missing(agreed, a_case())
