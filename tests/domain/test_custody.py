"""Two people destroy a file, both of whom may at that moment, and within thirty days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from server.domain.custody import (
    PROPOSED_FOR,
    Custody,
    Proposal,
    ProposalLapsedError,
    SecondPersonError,
    destroyed,
    lapsed,
    proposed,
)
from server.domain.errors import WrongStateError
from server.domain.ids import StaffId

AT = datetime(2036, 1, 5, 1, tzinfo=UTC)
DUE = date(2036, 1, 1)
OFFICER, HEAD, OTHER = StaffId("officer"), StaffId("head"), StaffId("other")
PEOPLE = [OFFICER, HEAD, OTHER]
ALL = frozenset(PEOPLE)


def by(who: StaffId, at: datetime = AT) -> Proposal:
    return Proposal(by=who, at=at, reason="保管期满")


def test_a_proposal_can_be_confirmed_for_thirty_days() -> None:
    assert timedelta(days=30) == PROPOSED_FOR
    file = proposed(Custody(), by(OFFICER), DUE, DUE, ALL)
    until = AT + PROPOSED_FOR
    last = until - timedelta(microseconds=1)
    assert destroyed(file, HEAD, last, DUE, DUE, ALL).destroyed_by == (OFFICER, HEAD)
    with pytest.raises(ProposalLapsedError):
        destroyed(file, HEAD, until, DUE, DUE, ALL)
    assert not lapsed(Custody(), frozenset(), until)


def test_what_has_lapsed_gives_way_to_what_is_proposed_anew() -> None:
    file = proposed(Custody(), by(OFFICER), DUE, DUE, ALL)
    with pytest.raises(WrongStateError):
        proposed(file, by(HEAD), DUE, DUE, ALL)
    for again, able in ((by(HEAD, AT + PROPOSED_FOR), ALL), (by(HEAD), frozenset({HEAD}))):
        assert proposed(file, again, DUE, DUE, able).proposal == again


@given(
    st.sampled_from(PEOPLE),
    st.sampled_from(PEOPLE),
    st.frozensets(st.sampled_from(PEOPLE)),
    st.timedeltas(timedelta(0), 2 * PROPOSED_FOR),
)
def test_nobody_destroys_alone_late_or_with_somebody_who_has_gone(
    first: StaffId, second: StaffId, able: frozenset[StaffId], later: timedelta
) -> None:
    file = Custody(proposal=by(first))
    counts = first in able and later < PROPOSED_FOR
    assert lapsed(file, able, AT + later) != counts
    if counts and first != second:
        done = destroyed(file, second, AT + later, DUE, DUE, able)
        assert done.destroyed_by == (first, second)
        return
    with pytest.raises(SecondPersonError if counts else ProposalLapsedError):
        destroyed(file, second, AT + later, DUE, DUE, able)
