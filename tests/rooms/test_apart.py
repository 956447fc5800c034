"""Whatever parts people and cannot be stored: what is owed of it leaves nobody together."""

from hypothesis import given, strategies as st

from server.domain.audience import hearing
from server.domain.conduct import Decision, Step
from server.domain.errors import DomainError
from server.domain.ids import SeatId
from server.domain.session import Session
from server.rooms.owing import Owed, apart, behind, with_owed
from tests.domain.test_sitting_invariants import moves, starts
from tests.support.builders import a_case, facts


def _let_in(session: Session) -> set[SeatId]:
    return {one.seat for one in session.participants if one.admitted}


def _expect_apart(before: Session, decide: Decision, after: Session) -> None:
    """Fail unless what is owed parts all, lets nobody in again, and parts as much twice."""
    owed = apart(Owed(decide, facts()), before, after)
    once = with_owed(before, owed, a_case())
    assert once.logged, "what holds is written into the log"
    assert not hearing(once.session)
    assert _let_in(once.session) <= _let_in(after)
    assert not hearing(with_owed(once.session, owed, a_case()).session)


@given(starts, st.lists(moves, max_size=40))
def test_what_is_owed_parts_everybody(session: Session, decisions: list[Decision]) -> None:
    for decide in decisions:
        try:
            after = behind(Step(session=session), decide, facts()).session
        except DomainError:
            continue
        if not hearing(session) <= hearing(after):
            _expect_apart(session, decide, after)
        session = after
