"""Whose answer counts: for a child or another ward that of who represents him by law.

Under sixteen nobody acts alone, nor does who lacks full capacity (民法典 18-23); for a child
under fourteen a parent or other guardian consents to what becomes of his data
(个人信息保护法 art. 31). What a ward says himself is his wish: it is asked, kept and told to the
mediator, who is to hear it (民法典 35), and decides nothing.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from server.domain.case import Case, Party, PersonRole
from server.domain.ids import PersonId
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.representation import acts_alone, by_law, in_term
from server.domain.session import Consent, Session

Wards = Mapping[PersonId, tuple[PersonId, ...]]
"""By whom each ward is represented; empty where nobody is registered who may."""
NO_WARDS: Final[Wards] = MappingProxyType({})


def wards_of(case: Case, pack: JurisdictionPack, today: date) -> Wards:
    """Return everybody in the case whose own answers decide nothing, with who answers for him."""
    return {
        person.id: _guardians(case, case.party(person.party_id), pack, today)
        for person in case.people
        if person.role is PersonRole.PARTY
        and not acts_alone(case, case.party(person.party_id), today)
    }


def _guardians(
    case: Case, party: Party, pack: JurisdictionPack, today: date
) -> tuple[PersonId, ...]:
    return tuple(
        person.id
        for person in case.people_of(party.id)
        if by_law(person, pack) and person.authority and in_term(person.authority, today)
    )


def decided(session: Session, person: PersonId, scope: str, wards: Wards) -> bool | None:
    """Return the answer that counts for a person, None while there is none.

    Of several who represent him one is enough to agree, and one to refuse. What he said while
    he was a ward does not count once he is none.
    """
    given = [session.consent(one, scope) for one in wards.get(person, (person,))]
    answers = {one.agreed for one in given if one is not None and not one.wish}
    return None if not answers else answers == {True}


def consented(session: Session, wards: Wards) -> tuple[Consent, ...]:
    """Return what was answered to consents, without wishes: these are told apart in the log."""
    given = session.consents
    return tuple(one for one in given if not one.wish and one.person_id not in wards)


def wish(session: Session, person: PersonId, scope: str, wards: Wards) -> bool | None:
    """Return what a ward himself said; None for everybody else, and while he said nothing."""
    own = session.consent(person, scope) if person in wards else None
    return own.agreed if own is not None else None


def answers_for(person: PersonId, wards: Wards) -> tuple[PersonId, ...]:
    """Return the wards for whom a person's answers count."""
    return tuple(ward for ward, guardians in wards.items() if person in guardians)
