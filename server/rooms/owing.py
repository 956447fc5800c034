"""What was cut and could not be stored: it holds all the same, and is stored later.

What narrows is never refused or undone (DESIGN §4), whatever the store still says. Where a
recording ended, nobody's voice hangs on it: the room goes on, and it is not begun again by
itself. Where people were parted, everybody is in the own lobby until somebody opens a space anew.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from server.domain import recording
from server.domain.case import Case
from server.domain.conduct import Decision, Facts, Step
from server.domain.errors import DomainError
from server.domain.session import Session, SpaceKind
from server.domain.session_log import SYSTEM, happened
from server.domain.spaces import go_lobby

AGAIN_S: Final = 5.0
"""Between attempts to store it: an attempt at a busy database takes as long as that."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A decision and the facts of its moment, which is when it was cut."""

    decision: Decision
    facts: Facts


def apart(owed: Owed, before: Session, after: Session) -> tuple[Owed, ...]:
    """Return what holds of a decision that parts people: what it says of them, and all apart.

    What would open a space opens none later by itself. An end of the sitting takes more than the
    room with it, such as the next one's plan: whoever asked for it hears that it failed.
    """
    lobby = Owed(go_lobby, replace(owed.facts, actor=SYSTEM))
    opens = after.space != before.space and after.space.kind is not SpaceKind.LOBBY
    return (lobby,) if opens or after.over else (owed, lobby)


def returned(session: Session, facts: Facts) -> Step:
    """Somebody came back at the moment of the facts, which is not that of the entry."""
    what = happened("rejoin", facts.actor, at=facts.now.isoformat())
    return Step(session=session, logged=(what,))


def unchanged(session: Session, facts: Facts) -> Step:
    """Decide nothing, so that what follows from the present state is done."""
    del facts
    return Step(session=session)


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
