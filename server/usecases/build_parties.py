"""Turns a checked form into parties and people, keeping those that were there before."""

from collections.abc import Callable

from server.domain.case import Party, Person
from server.domain.ids import PartyId, PersonId
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.registration import case_form
from server.domain.registration.case_form import CaseForm
from server.domain.registration.party_form import PartyForm
from server.domain.registration.person_form import PersonForm


def build(
    form: CaseForm, new_id: Callable[[], str], pack: JurisdictionPack
) -> tuple[tuple[Party, ...], tuple[Person, ...]]:
    """Return the form's parties, labelled by order, and its people; known ids are kept."""
    parties: list[Party] = []
    people: list[Person] = []
    for n, party in enumerate(form.parties):
        party_id = party.id or PartyId(new_id())
        parties.append(_party(party, party_id, case_form.label(n, pack)))
        people.extend(_person(one, party_id, new_id) for one in party.people)
    return tuple(parties), tuple(people)


def _party(form: PartyForm, party_id: PartyId, label: str) -> Party:
    return Party(
        id=party_id,
        label=label,
        side=form.side,
        kind=form.kind,
        name=form.name,
        short_name=form.short_name,
        capacity=form.capacity,
        address=form.address,
        uscc=form.uscc,
        legal_representative=form.legal_representative,
        legal_representative_post=form.legal_representative_post,
        needs=form.needs,
    )


def _person(form: PersonForm, party_id: PartyId, new_id: Callable[[], str]) -> Person:
    return Person(
        id=form.id or PersonId(new_id()),
        party_id=party_id,
        role=form.role,
        name=form.name,
        mobile=form.mobile,
        id_kind=form.id_kind,
        id_no=form.id_no,
        gender=form.gender,
        birth=form.birth,
        ethnic=form.ethnic,
        occupation=form.occupation,
        relation=form.relation,
        authority=form.authority,
    )
