"""Whose picture matters how much, where a line cannot carry all of them."""

from collections.abc import Mapping

from server.domain.case import Case
from server.domain.ids import SeatId
from server.domain.session import Participant, Session

MEDIATOR = 0
SPEAKS_FOR_HIMSELF = 1
BESIDE = 2


def ranks(session: Session, case: Case) -> Mapping[SeatId, int]:
    """Return each seat's rank: the mediator is seen longest, who only sits by is let go first.

    Among equals it is for the media plane to keep who speaks.
    """
    return {one.seat: _rank(session, case, one) for one in session.participants}


def _rank(session: Session, case: Case, one: Participant) -> int:
    if one.staff_id is not None:
        return MEDIATOR if one.staff_id == session.chair else BESIDE
    if one.person_id is None or case.person(one.person_id).role == "companion":
        return BESIDE
    return SPEAKS_FOR_HIMSELF
