"""A head who is in the room only to take over shares no space before he has the chair."""

from dataclasses import replace

import pytest

from server.domain.audience import hearing
from server.domain.case import Side
from server.domain.conduct import expect_staff, take_over
from server.domain.session import JOINT, Session, Space, SpaceKind
from tests.support.builders import (
    AGENT,
    HEAD,
    MEDIATOR,
    RECORDER,
    WORKER,
    a_session,
    facts,
    prepared,
)

CAUCUS = Space(kind=SpaceKind.CAUCUS, side=Side.APPLICANT)


def watched(space: Space, *, along: bool = False) -> Session:
    running = replace(prepared(a_session()), space=space, recorder_in_caucus=along)
    return expect_staff(running, HEAD, watches=True)


def heard_by(session: Session, listener: str) -> set[str]:
    return {source for source, seat in hearing(session) if seat == listener}


@pytest.mark.parametrize("space", [JOINT, CAUCUS], ids=["joint", "caucus"])
@pytest.mark.parametrize("along", [False, True])
def test_he_hears_nobody(space: Space, along: bool) -> None:
    session = watched(space, along=along)
    assert heard_by(session, HEAD) == set()
    assert WORKER in heard_by(session, MEDIATOR)


def test_the_recorder_goes_along_only_when_told() -> None:
    assert heard_by(watched(CAUCUS), RECORDER) == set()
    assert WORKER in heard_by(watched(CAUCUS, along=True), RECORDER)


def test_in_the_chair_he_is_heard_like_everybody() -> None:
    taken = take_over(watched(JOINT), facts(HEAD)).session
    assert heard_by(replace(taken, space=JOINT), HEAD) >= {WORKER, AGENT}


def test_who_may_conduct_after_all_watches_no_longer() -> None:
    session = expect_staff(watched(JOINT), HEAD, watches=False)
    assert heard_by(session, HEAD) >= {WORKER, AGENT, MEDIATOR}
