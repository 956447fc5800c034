"""Identifying somebody again: he waits, is noted once, and one check is enough."""

from dataclasses import replace

from server.domain.identity import identify_again
from server.domain.ids import SeatId
from server.domain.session import Session, SessionState
from tests.support.builders import MEDIATOR, WORKER, a_session, facts, prepared


def again(session: Session, seat: str) -> Session:
    return identify_again(SeatId(seat))(session, facts()).session


def test_who_is_asked_twice_is_noted_once_and_checked_once() -> None:
    before = prepared(a_session())
    session = again(again(before, WORKER), WORKER)
    assert session.unproven == (WORKER,)
    assert not session.identified(WORKER)
    assert not session.participant(SeatId(WORKER)).admitted
    check = next(one for one in before.identity_checks if one.person_id == WORKER)
    assert session.checked(check).identified(WORKER)


def test_staff_are_not_and_nobody_is_once_the_sitting_is_over() -> None:
    before = prepared(a_session())
    assert again(before, MEDIATOR) == before
    over = replace(before, state=SessionState.CLOSED)
    assert again(over, WORKER) == over
