"""Who acts and signs for a party: himself, his representative by law, or an agent.

An organisation acts through its legal representative or an agent with the scope to
sign; a party of limited capacity through its guardian alone, while he is one (民法典 17-24,
165; 人民调解授权委托书, scopes ④ and ⑤). Doubtful capacity lets nobody sign.
"""

from datetime import date
from typing import Final

from server.domain.case import Authority, Capacity, Case, Party, PartyKind, Person, PersonRole
from server.domain.identity_numbers import age_on
from server.domain.jurisdiction.entries import AgentAct
from server.domain.jurisdiction.pack import JurisdictionPack

OF_AGE: Final = 16
"""From this age on somebody who lives on his own labour acts alone (民法典 18)."""


def acts_alone(case: Case, party: Party, today: date) -> bool:
    """Return whether the party needs nobody to represent him by law, as far as is known."""
    if party.capacity in {Capacity.LIMITED, Capacity.NONE}:
        return False
    if party.kind is PartyKind.ORGANISATION:
        return True
    born = [p.birth for p in case.people_of(party.id) if p.role is PersonRole.PARTY and p.birth]
    return all(age_on(birth, today) >= OF_AGE for birth in born)


def in_term(authority: Authority, today: date) -> bool:
    """Return whether the power of attorney runs today; its last day counts."""
    over = authority.valid_to is not None and today > authority.valid_to
    return authority.valid_from <= today and not over


def by_law(person: Person, pack: JurisdictionPack) -> bool:
    """Return whether the person represents by law and so needs no power."""
    return person.authority is not None and pack.agent_kind(person.authority.kind).by_law


def agent_may(person: Person, act: AgentAct, pack: JurisdictionPack, today: date) -> bool:
    """Return whether an agent's authority covers the act today."""
    held = person.authority
    if person.role is not PersonRole.AGENT or held is None or not in_term(held, today):
        return False
    return by_law(person, pack) or pack.agent_may(act, held.scopes)


def may(case: Case, person: Person, act: AgentAct, pack: JurisdictionPack, today: date) -> bool:
    """Return whether the person may do the act for the party beside whom he stands."""
    match person.role:
        case PersonRole.PARTY:
            return case.party(person.party_id).capacity is Capacity.FULL
        case PersonRole.LEGAL_REPRESENTATIVE:
            return True
        case PersonRole.AGENT:
            return agent_may(person, act, pack, today)
        case PersonRole.COMPANION:
            return False


def may_sign(case: Case, person: Person, pack: JurisdictionPack, today: date) -> bool:
    """Return whether the person's signature would bind the party."""
    party = case.party(person.party_id)
    if party.capacity is Capacity.DOUBTFUL:
        return False
    if not acts_alone(case, party, today) and not by_law(person, pack):
        return False
    return may(case, person, AgentAct.SIGN, pack, today)


def signer_of(case: Case, party: Party, pack: JurisdictionPack, today: date) -> Person | None:
    """Return the one person who signs for a party, or None while nobody can.

    A natural person of full capacity signs himself, even beside an agent. Otherwise the
    first in the order registered whose authority holds: the legal representative before
    an agent only if he has a telephone, and so can be invited.
    """
    able = [p for p in case.people_of(party.id) if may_sign(case, p, pack, today)]
    if party.kind is PartyKind.PERSON:
        own = (p for p in able if p.role is PersonRole.PARTY)
        return next(own, able[0] if able else None)
    reachable = [p for p in able if p.mobile]
    return next(iter(reachable or able), None)


def signers(case: Case, pack: JurisdictionPack, today: date) -> tuple[Person, ...]:
    """Return who signs, one a party, in the order of the parties."""
    found = (signer_of(case, party, pack, today) for party in case.parties)
    return tuple(person for person in found if person is not None)
