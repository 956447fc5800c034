"""Which sitting and which recording a declaration is told to be in, and what the recorder hears."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.domain import conduct, recording
from server.domain.declaring import Taping, recording_of, sitting_of, taping
from server.domain.ids import PersonId, SeatId
from server.domain.session import Recording, Session
from server.domain.wards import NO_WARDS
from tests.domain.test_recording import after, answer, recorded
from tests.support.builders import AGENT, NOW, WIFE, WORKER, a_case, a_session, prepared

BEFORE, LATER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)


def told(session: Session | None, who: PersonId = WORKER) -> Taping:
    return taping(session, a_case(), who, BEFORE, NO_WARDS)


def test_what_is_said_in_a_joint_session_that_is_recorded_is_recorded() -> None:
    assert told(recorded()) is Taping.ON
    assert recording_of(recorded(), WORKER, BEFORE) == recorded().recordings[0]


@pytest.mark.parametrize(
    "ends", [recording.stop(), answer(AGENT, agreed=False)], ids=["stopped", "withdrawn"]
)
def test_a_recording_that_stopped_is_named_and_told_to_have_stopped(
    ends: conduct.Decision,
) -> None:
    session, _ = after(recorded(), ends)
    assert told(session) is Taping.ENDED
    found = recording_of(session, WORKER, BEFORE)
    assert found is not None
    assert found.stopped_at is not None


def test_what_stopped_before_the_text_was_locked_holds_nothing_of_it() -> None:
    session, _ = after(recorded(), recording.stop())
    assert recording_of(session, WORKER, LATER) is None
    assert taping(session, a_case(), WORKER, LATER, NO_WARDS) is Taping.NONE


def test_a_recording_without_him_is_none_of_him() -> None:
    session = recorded()
    (one,) = session.recordings
    others = replace(session, recordings=(replace(one, seats=(SeatId(AGENT),)),))
    assert recording_of(others, WORKER, BEFORE) is None


def test_who_sits_beside_somebody_is_recorded_by_that_phone() -> None:
    session = recorded()
    seats = tuple(
        replace(one, beside=(WIFE,)) if one.person_id == WORKER else one
        for one in session.participants
        if one.person_id != WIFE
    )
    kept: Recording = replace(session.recordings[0], seats=(SeatId(WORKER),))
    there = replace(session, participants=seats, recordings=(kept,))
    assert told(there, WIFE) is Taping.ON
    assert recording_of(there, WIFE, BEFORE) == kept


def test_without_a_sitting_or_a_recording_that_is_told() -> None:
    assert told(None) is Taping.NO_SITTING
    assert told(prepared(a_session())) is Taping.NONE


def test_the_sitting_is_the_last_that_was_open_once_the_text_was_locked() -> None:
    planned = replace(a_session(), opened_at=None)
    closed = replace(a_session(), opened_at=BEFORE, closed_at=NOW)
    going = replace(a_session(), opened_at=NOW, closed_at=None)
    assert sitting_of([planned], BEFORE) is None
    assert sitting_of([closed, planned], BEFORE) == closed
    assert sitting_of([closed], LATER) is None
    assert sitting_of([closed, going, planned], LATER) == going
    assert sitting_of([], BEFORE) is None
