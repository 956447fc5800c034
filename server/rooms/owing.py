"""What ended a recording and could not be stored: it holds all the same, and is stored later.

Nobody's voice hangs on it, so the room goes on (DESIGN §4: what narrows is never refused or
undone). A recording that ended so is not begun again by itself, whatever the store still says.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from server.domain import recording
from server.domain.case import Case
from server.domain.conduct import Decision, Facts, Step
from server.domain.errors import DomainError
from server.domain.session import Session

AGAIN_S: Final = 5.0
"""Between attempts to store it: an attempt at a busy database takes as long as that."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A decision and the facts of its moment, which is when the recording ended."""

    decision: Decision
    facts: Facts


def behind(step: Step, decision: Decision, facts: Facts) -> Step:
    """Return the step with a further decision, and what that means for a recording."""
    more = recording.follow(step.session, decision(step.session, facts), facts)
    return replace(
        more,
        logged=(*step.logged, *more.logged),
        events=tuple(dict.fromkeys((*step.events, *more.events))),
    )


def with_owed(session: Session, owed: Iterable[Owed], case: Case) -> Step:
    """Return what a sitting of the store comes to; what it refuses now is owed no more."""
    step = Step(session=session)
    for one in owed:
        with suppress(DomainError):
            step = behind(step, one.decision, replace(one.facts, case=case))
    return step
