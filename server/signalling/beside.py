"""Who else hears at one device, as one viewer may know it."""

from server.domain import surroundings
from server.domain.ids import PersonId, SeatId
from server.domain.session import Participant
from server.rooms.view import RoomView


def companions(view: RoomView) -> dict[SeatId, list[PersonId]]:
    """Return who has no link of his own, by the seat of the person he is with."""
    at: dict[SeatId, list[PersonId]] = {}
    case = view.scene.case
    for person in case.people:
        if person.role != "companion" or person.id in view.scene.invited:
            continue
        first = next(p for p in case.people_of(person.party_id))
        at.setdefault(SeatId(first.id), []).append(person.id)
    return at


def beside(view: RoomView, one: Participant, viewer: Participant) -> list[str]:
    """Return the names, or the person's own words where he said who is with him.

    The other side learns what was said only when it is within hearing.
    """
    said = surroundings.said_by(view.session, one.person_id)
    if said is not None and _may_know(view, one, viewer):
        return [said.present] if said.present else []
    case = view.scene.case
    return [case.person(person).name for person in companions(view).get(one.seat, [])]


def _may_know(view: RoomView, one: Participant, viewer: Participant) -> bool:
    if viewer.staff_id is not None or one.side == viewer.side:
        return True
    return (one.seat, viewer.seat) in view.heard or (viewer.seat, one.seat) in view.heard
