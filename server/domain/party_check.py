"""What is doubtful about the people of an agreement: who they are, how old, whose side they take.

A court cannot identify a debtor by his name alone (人民调解法 29(1)); who is under eighteen
binds himself only if he lives on his own labour (民法典 18-20); nobody deals with himself or
acts for both sides in another's name (民法典 168, 律师法 39).
"""

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from server.domain.case import Capacity, Case, Party, PartyKind, Person, PersonRole, Side
from server.domain.identity_numbers import age_on
from server.domain.jurisdiction.lint_values import Finding, error, warning
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.representation import signers

_ADULT = 18
_OPPOSED = {Side.APPLICANT, Side.RESPONDENT}


def party_findings(case: Case, pack: JurisdictionPack, today: date) -> Iterator[Finding]:
    """Yield what is doubtful party by party, then who stands on two sides."""
    for party in case.parties:
        for code in (*_unsaid(case, party), *_age(case, party, today)):
            yield warning(code, party.id, party=party.label, name=party.name)
    yield from _both_sides(case, signers(case, pack, today))


def _unsaid(case: Case, party: Party) -> Iterator[str]:
    own = _himself(case, party)
    if not (own.id_no if own else party.uscc):
        yield "party_number_missing"
    if not party.address:
        yield "party_address_missing"


def _age(case: Case, party: Party, today: date) -> Iterator[str]:
    own = _himself(case, party)
    if own is None or party.capacity is not Capacity.FULL:
        return
    if own.birth is None:
        yield "party_age_unknown"
    elif age_on(own.birth, today) < _ADULT:
        yield "party_under_age"


def _himself(case: Case, party: Party) -> Person | None:
    if party.kind is PartyKind.ORGANISATION:
        return None
    return next((p for p in case.people_of(party.id) if p.role is PersonRole.PARTY), None)


def _both_sides(case: Case, signing: tuple[Person, ...]) -> Iterator[Finding]:
    acting = (p for p in case.people if p.role is not PersonRole.COMPANION)
    for one, other in combinations(acting, 2):
        sides = {case.side_of(one.id), case.side_of(other.id)}
        if len(sides) == 1 or not same_human(one, other):
            continue
        level = error if sides == _OPPOSED and {one, other} <= set(signing) else warning
        parties = [case.party(person.party_id).label for person in (one, other)]
        yield level("acts_on_two_sides", other.id, party="、".join(parties), name=other.name)


def same_human(one: Person, other: Person) -> bool:
    """Return whether both are one human being: by number, else by name and telephone."""
    if one.id_no and other.id_no:
        return one.id_no == other.id_no
    return bool(one.mobile) and (one.name, one.mobile) == (other.name, other.mobile)
