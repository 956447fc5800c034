"""One party and its people as written down: who he is, who acts for him, how to reach him."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from server.domain.case import Capacity, PartyKind, PersonRole, Side
from server.domain.identity_numbers import age_on
from server.domain.ids import PartyId
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.registration.person_form import (
    PersonForm,
    check_person,
    checked_number,
    expect,
)
from server.domain.representation import in_term

_BUSINESS_LICENCE: Final = "business_licence"
_OWN_LABOUR: Final = 16
_SOME_CAPACITY: Final = 8
_ENDINGS: Final = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|分公司|公司|Co\., ?Ltd\.?|Ltd\.?|LLC|Inc\.?)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyForm:
    """One party. `id` names the one it was, when a case is changed."""

    side: Side
    kind: PartyKind
    name: str
    people: tuple[PersonForm, ...]
    id: PartyId | None = None
    short_name: str = ""
    capacity: Capacity = Capacity.FULL
    address: str = ""
    uscc: str = ""
    legal_representative: str = ""
    legal_representative_post: str = ""
    needs: tuple[str, ...] = ()


def check_party(party: PartyForm, pack: JurisdictionPack, today: date, *, path: str) -> PartyForm:
    """Return the party in its one spelling; raises InvalidValueError under `path`."""
    people = tuple(
        check_person(person, pack, today, path=f"{path}.people.{n}")
        for n, person in enumerate(party.people)
    )
    checked = replace(party, people=people, short_name=party.short_name or _short(party))
    known = {one.code for one in pack.needs}
    expect(set(party.needs) <= known, f"{path}.needs", "unknown_code")
    if party.kind is PartyKind.PERSON:
        return _natural(checked, pack, today, path)
    return _organisation(checked, pack, today, path)


def _natural(party: PartyForm, pack: JurisdictionPack, today: date, path: str) -> PartyForm:
    own = [(n, p) for n, p in enumerate(party.people) if p.role is PersonRole.PARTY]
    expect(len(own) == 1, f"{path}.people", "one_party_person")
    place, person = own[0]
    expect(person.name == party.name, f"{path}.people.{place}.name", "name_differs")
    expect(not party.uscc, f"{path}.uscc", "person_has_none")
    odd = (p.role is PersonRole.LEGAL_REPRESENTATIVE for p in party.people)
    expect(not any(odd), f"{path}.people", "legal_representative_of_person")
    _check_capacity(party, person, today, path)
    if party.capacity in {Capacity.LIMITED, Capacity.NONE}:
        expect(_has_guardian(party, pack, today), f"{path}.people", "guardian_needed")
    return party


def _check_capacity(party: PartyForm, person: PersonForm, today: date, path: str) -> None:
    # 民法典 18-20: below eight none, below eighteen limited, but full from sixteen for
    # those who live on their own labour, which only people can judge.
    if person.birth is None or party.capacity is Capacity.DOUBTFUL:
        return
    age = age_on(person.birth, today)
    if age < _SOME_CAPACITY:
        expect(party.capacity is Capacity.NONE, f"{path}.capacity", "minor")
    elif age < _OWN_LABOUR:
        expect(party.capacity is not Capacity.FULL, f"{path}.capacity", "minor")


def _has_guardian(party: PartyForm, pack: JurisdictionPack, today: date) -> bool:
    held = (p.authority for p in party.people if p.authority is not None)
    return any(pack.agent_kind(one.kind).by_law and in_term(one, today) for one in held)


def _organisation(party: PartyForm, pack: JurisdictionPack, today: date, path: str) -> PartyForm:
    own = (p.role is PersonRole.PARTY for p in party.people)
    expect(not any(own), f"{path}.people", "party_person_of_organisation")
    expect(bool(party.legal_representative), f"{path}.legal_representative", "missing")
    expect(party.capacity is Capacity.FULL, f"{path}.capacity", "organisation")
    for n, person in enumerate(party.people):
        law = person.authority is not None and pack.agent_kind(person.authority.kind).by_law
        expect(not law, f"{path}.people.{n}.authority.kind", "guardian_of_organisation")
        chief = person.role is PersonRole.LEGAL_REPRESENTATIVE
        same = person.name == party.legal_representative
        expect(same or not chief, f"{path}.people.{n}.name", "name_differs")
    return replace(party, uscc=_credit_code(party, pack, today, path))


def _credit_code(party: PartyForm, pack: JurisdictionPack, today: date, path: str) -> str:
    documents = {one.code: one for one in pack.identity_documents}
    if not party.uscc or _BUSINESS_LICENCE not in documents:
        return party.uscc
    return checked_number(documents[_BUSINESS_LICENCE].check, party.uscc, today, f"{path}.uscc")


def _short(party: PartyForm) -> str:
    """A tile's name: a person's own, an organisation's without its legal form."""
    if party.kind is PartyKind.PERSON:
        return party.name
    return _ENDINGS.sub("", party.name) or party.name
