"""A case's log tells when each private talk began and ended, whatever ended it."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, strategies as st

from server.domain import conduct, spaces
from server.domain.case import Side
from server.domain.caucuses import Caucus, caucuses
from server.domain.conduct import Decision
from server.domain.errors import DomainError
from server.domain.session import Session, SpaceKind
from server.domain.session_log import Entry, chain, happened
from tests.support.builders import CASE, NOW, a_session, facts, prepared

MOVES = (
    spaces.go_caucus(Side.APPLICANT),
    spaces.go_caucus(Side.RESPONDENT),
    spaces.go_reception(Side.APPLICANT),
    spaces.go_joint,
    spaces.go_lobby,
    conduct.begin_signing,
    conduct.end_signing,
    conduct.pause,
    conduct.freeze,
    conduct.resume,
    conduct.take_over,
    conduct.adjourn,
    conduct.stop(""),
    conduct.close("not_agreed", "refused", ""),
)
STEP = timedelta(microseconds=1_700_300)


def side_of(session: Session) -> Side | None:
    return session.space.side if session.space.kind is SpaceKind.CAUCUS else None


def played(moves: list[Decision]) -> tuple[list[Entry], list[tuple[datetime, Side | None]]]:
    """Return the log, and from each moment on whose caucus it was."""
    session, at = prepared(a_session()), NOW
    entries: list[Entry] = []
    spans = [(at, side_of(session))]
    for decide in moves:
        at += STEP
        try:
            step = decide(session, replace(facts(), now=at))
        except DomainError:
            continue
        session = step.session
        for what in (*step.logged, happened("minutes.item", "su", version=1)):
            entries.append(chain(CASE, entries[-1] if entries else None, what, at))
        spans.append((at, None if session.over else side_of(session)))
    return entries, spans


@given(st.lists(st.sampled_from(MOVES), max_size=12))
def test_no_moment_of_a_caucus_is_outside_and_no_other_inside(moves: list[Decision]) -> None:
    entries, spans = played(moves)
    found = caucuses(entries)
    for begun, side in spans:
        assert {one.side for one in found if one.holds(begun + STEP / 2)} == {side} - {None}


def test_the_edge_of_a_millisecond_is_inside() -> None:
    entries, _ = played([spaces.go_caucus(Side.APPLICANT), spaces.go_joint])
    (one,) = caucuses(entries)
    assert one.holds(NOW + STEP)
    assert one.holds(NOW + 2 * STEP)
    assert not one.holds(NOW + STEP - timedelta(milliseconds=1))
    assert not one.holds(NOW + 2 * STEP + timedelta(milliseconds=1))


def test_what_goes_on_has_no_end() -> None:
    entries, _ = played([spaces.go_caucus(Side.RESPONDENT)])
    (one,) = caucuses(entries)
    assert one == Caucus(side=Side.RESPONDENT, since=one.since, until=None)
    assert one.holds(NOW + timedelta(days=1))
