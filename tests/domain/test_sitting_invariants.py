"""Whatever staff and parties do, in whatever order, the sitting keeps its promises."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given, strategies as st

from server.domain import conduct, minutes, owed, recording, rights, spaces
from server.domain.audience import Pair, hearing, visible_to
from server.domain.case import Side
from server.domain.conduct import Decision
from server.domain.errors import DomainError, WrongStateError
from server.domain.ids import PersonId, SeatId
from server.domain.session import (
    RECORDING,
    Consent,
    IdentityCheck,
    MinutesItem,
    MinutesMark,
    Session,
    SessionState,
    SpaceKind,
)
from tests.support.builders import (
    AGENT,
    BLOCKS,
    MEDIATOR,
    NOW,
    RECORDER,
    WIFE,
    WORKER,
    a_session,
    facts,
    prepared,
)

PEOPLE = (WORKER, WIFE, AGENT)
SIDES = (Side.APPLICANT, Side.RESPONDENT)
MINUTED = MinutesItem(id="1", at=NOW, speaker="", text="愿意", mark=MinutesMark.STATEMENT)
WORDS = ("陈水根", "刘春梅", "林启航", "1990000", "5120991", "妻子在场", "换个时间")


def _consent(person: PersonId, *, agreed: bool, scope: str = owed.ONLINE) -> Decision:
    return conduct.consent(
        Consent(person_id=person, scope=scope, agreed=agreed, text_version="v1", at=NOW)
    )


def _identity(person: PersonId, *, matches: bool) -> Decision:
    return conduct.check_identity(
        IdentityCheck(
            person_id=person,
            document="resident_identity_card",
            number_masked="512099********3018",
            matches=matches,
            by=MEDIATOR,
            at=NOW,
        )
    )


TO_CONSENT = (conduct.open_session, _consent(WORKER, agreed=True))
TO_BE_SEEN = (conduct.open_session, _identity(WORKER, matches=True))
TO_HEAR = (
    conduct.open_session,
    *(rights.read_rights(block) for block in range(1, BLOCKS + 1)),
    *(rights.hear_rights(WORKER, block) for block in range(1, BLOCKS + 1)),
)
people = st.sampled_from(PEOPLE)
sides = st.sampled_from(SIDES)
consents = st.builds(lambda p, a: _consent(p, agreed=a), people, st.booleans())
of_recording = st.builds(lambda p, a: _consent(p, agreed=a, scope=RECORDING), people, st.booleans())
steps: st.SearchStrategy[Decision] = st.one_of(
    st.sampled_from(
        [
            conduct.open_session,
            conduct.resume,
            conduct.pause,
            conduct.freeze,
            conduct.take_over,
            conduct.begin_signing,
            conduct.end_signing,
            spaces.go_joint,
            spaces.go_lobby,
        ]
    ),
    sides.map(spaces.go_reception),
    sides.map(spaces.go_caucus),
    people.map(lambda p: conduct.admit(SeatId(p))),
    people.map(lambda p: conduct.send_back(SeatId(p))),
    st.builds(lambda p, m: _identity(p, matches=m), people, st.booleans()),
    st.builds(rights.hear_rights, people, st.integers(1, BLOCKS)),
    st.integers(1, BLOCKS).map(rights.read_rights),
    people.map(lambda p: conduct.declare_environment(p, "妻子在场")),
    st.just(rights.skip_rights("换个时间")),
    st.booleans().map(lambda along: spaces.recorder_goes_along(along=along)),
    st.just(conduct.stop("换个时间")),
)
moves = st.one_of(steps, consents)
starts = st.sampled_from([a_session(), prepared(a_session())])


def play(session: Session, decisions: list[Decision], check: Callable[[Session], None]) -> None:
    """Apply what is allowed, one after another, and check after each."""
    check(session)
    for decide in decisions:
        try:
            session = decide(session, facts()).session
        except DomainError:
            continue
        check(session)


def side_of(session: Session, seat: SeatId) -> Side | None:
    return session.participant(seat).side


def expect_sides_apart(now: Session, pairs: frozenset[Pair]) -> None:
    """Fail unless every pair shares a space, and two sides only the joint session."""
    for source, listener in pairs:
        one, other = now.participant(source), now.participant(listener)
        assert now.place(one) == now.place(other)
        if one.side and other.side and one.side != other.side:
            assert now.space.kind is SpaceKind.JOINT
            assert one.admitted
            assert other.admitted


@given(starts, st.lists(moves, max_size=40))
def test_sides_hear_each_other_only_in_the_joint_session(
    session: Session, decisions: list[Decision]
) -> None:
    play(session, decisions, lambda now: expect_sides_apart(now, hearing(now)))


@given(starts, st.lists(moves, max_size=40))
def test_hearing_is_mutual_and_never_oneself(session: Session, decisions: list[Decision]) -> None:
    def check(now: Session) -> None:
        pairs = hearing(now)
        assert all((b, a) in pairs and a != b for a, b in pairs)

    play(session, decisions, check)


def expect_nothing_owed(now: Session, person: PersonId) -> None:
    """Fail unless he agreed to the online form, was recognised and heard every block.

    A companion need not hear them.

    Judged from what was said and seen, not by the rule that lets people in.
    """
    agreed = [c.agreed for c in now.consents if (c.person_id, c.scope) == (person, owed.ONLINE)]
    seen = [c.matches for c in now.identity_checks if c.person_id == person]
    heard = {a.block for a in now.rights_answers if a.person_id == person}
    assert agreed[-1:] == [True]
    assert seen[-1:] == [True]
    assert now.rights_skipped or person == WIFE or heard == set(range(1, BLOCKS + 1))


@given(st.lists(moves, max_size=60))
@example([*TO_CONSENT, *TO_BE_SEEN, conduct.admit(SeatId(WORKER))])
@example([*TO_CONSENT, *TO_HEAR, conduct.admit(SeatId(WORKER))])
@example([*TO_BE_SEEN, *TO_HEAR, conduct.admit(SeatId(WORKER))])
@example([*TO_CONSENT, *TO_BE_SEEN, *TO_HEAR, conduct.admit(SeatId(WORKER))])
def test_nobody_is_admitted_who_owes_something(decisions: list[Decision]) -> None:
    session = a_session()
    for decide in decisions:
        before = session
        try:
            session = decide(session, facts()).session
        except DomainError:
            continue
        for one in session.participants:
            newly = one.admitted and not before.participant(one.seat).admitted
            if newly and one.person_id:
                expect_nothing_owed(session, one.person_id)


@given(starts, st.lists(moves, max_size=40))
def test_the_excluded_side_has_no_part_in_a_caucus(
    session: Session, decisions: list[Decision]
) -> None:
    def check(now: Session) -> None:
        if not (now.running and now.space.kind is SpaceKind.CAUCUS):
            return
        for source, listener in hearing(now):
            for seat in (source, listener):
                side = side_of(now, seat)
                assert side in {None, now.space.side}
        alone = SeatId(RECORDER)
        if not now.recorder_in_caucus and now.chair == MEDIATOR:
            assert all(alone not in pair for pair in hearing(now))

    play(session, decisions, check)


@given(starts, st.lists(moves, max_size=40))
def test_nobody_hears_anybody_while_paused_frozen_or_over(
    session: Session, decisions: list[Decision]
) -> None:
    def check(now: Session) -> None:
        if not now.running:
            assert not hearing(now)

    play(session, decisions, check)


@given(starts, st.lists(moves, max_size=40))
def test_a_lobby_knows_nothing_of_the_other_side(
    session: Session, decisions: list[Decision]
) -> None:
    def check(now: Session) -> None:
        for viewer in now.participants:
            if viewer.person_id and now.place(viewer).kind is SpaceKind.LOBBY:
                assert {one.side for one in visible_to(now, viewer)} == {viewer.side}

    play(session, decisions, check)


@given(starts, st.lists(moves, max_size=40))
def test_the_log_holds_codes_and_ids_only(session: Session, decisions: list[Decision]) -> None:
    for decide in decisions:
        try:
            step = decide(session, facts())
        except DomainError:
            continue
        session = step.session
        told = repr(step.logged)
        assert not any(word in told for word in WORDS)


def test_a_party_can_stop_in_every_state_but_an_ended_one() -> None:
    for state in SessionState:
        session = replace(a_session(), state=state)
        if session.over:
            continue
        stopped = conduct.stop("")(session, facts(WORKER)).session
        assert stopped.state is SessionState.CLOSED
        assert not hearing(stopped)


ended = st.sampled_from([SessionState.CLOSED, SessionState.ADJOURNED])
of_minutes = st.sampled_from(
    [
        minutes.ready,
        minutes.confirm(WORKER, minutes.Confirmation(version=0, agreed=True)),
        minutes.add(MINUTED),
        minutes.change(MINUTED),
    ]
)


@given(ended, st.one_of(steps, of_recording, of_minutes))
def test_nothing_is_decided_in_a_sitting_that_is_over(
    state: SessionState, decide: Decision
) -> None:
    going = replace(prepared(a_session()), minutes=(MINUTED,), minutes_ready=True)
    with pytest.raises(WrongStateError):
        decide(replace(going, state=state), facts())


@given(ended, consents)
def test_who_answers_after_the_sitting_changes_his_answer_and_nothing_else(
    state: SessionState, decide: Decision
) -> None:
    over = replace(prepared(a_session()), state=state)
    after = decide(over, facts()).session
    alike = [replace(one, admitted=False) for one in after.participants]
    assert alike == [replace(one, admitted=False) for one in over.participants]
    assert replace(after, consents=over.consents, participants=over.participants) == over


def test_a_recording_that_ends_after_the_sitting_is_no_fault() -> None:
    over = replace(prepared(a_session()), state=SessionState.CLOSED)
    assert recording.stop()(over, facts()).session == over


def test_a_seeded_leak_is_caught() -> None:
    caucus = spaces.go_caucus(Side.APPLICANT)(prepared(a_session()), facts()).session
    leak = frozenset({(SeatId(WORKER), SeatId(AGENT)), (SeatId(AGENT), SeatId(WORKER))})
    with pytest.raises(AssertionError):
        expect_sides_apart(caucus, hearing(caucus) | leak)
