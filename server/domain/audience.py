"""Who may hear, see and read whom: the only place that decides it."""

from server.domain.ids import SeatId
from server.domain.session import Participant, Session, SpaceKind

Pair = tuple[SeatId, SeatId]


def together(session: Session, one: Participant, other: Participant) -> bool:
    """Whether two participants share a space in which media may flow.

    A lobby carries no media. In reception only the staff and that side meet.
    """
    if one.seat == other.seat:
        return False
    place = session.place(one)
    return place.kind is not SpaceKind.LOBBY and place == session.place(other)


def hearing(session: Session) -> frozenset[Pair]:
    """Return every (source, listener) pair allowed now; it is always mutual."""
    return frozenset(
        (a.seat, b.seat)
        for a in session.participants
        for b in session.participants
        if together(session, a, b)
    )


def visible_to(session: Session, viewer: Participant) -> tuple[Participant, ...]:
    """Return whom a viewer may know of: staff know all, a side its own and its space.

    In a lobby the other side has no name, no count and no sign.
    """
    if viewer.staff_id is not None:
        return session.participants
    return tuple(
        one
        for one in session.participants
        if one.side == viewer.side or together(session, viewer, one)
    )
