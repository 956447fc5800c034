"""Who sits in the room of somebody with a seat: what he said last himself is what holds."""

from server.domain.case import Case, PersonRole
from server.domain.ids import PartyId, PersonId
from server.domain.session import Environment, Session


def said_by(session: Session, person: PersonId | None) -> Environment | None:
    """Return what the person said last of who is with him; None before he has said anything."""
    said = [one for one in session.environments if one.person_id == person]
    return said[-1] if said else None


def absent(session: Session, case: Case) -> frozenset[PersonId]:
    """Return the companions who are with nobody: whoever of their party spoke of it is alone."""
    return frozenset(
        person.id
        for person in case.people
        if person.role is PersonRole.COMPANION and _alone(session, case, person.party_id)
    )


def _alone(session: Session, case: Case, party: PartyId) -> bool:
    said = [said_by(session, person.id) for person in case.people_of(party)]
    spoken = [one for one in said if one is not None]
    return bool(spoken) and all(one.alone for one in spoken)
