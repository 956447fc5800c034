"""What a form leaves as it was: a masked number that comes back masked.

Staff see numbers and addresses masked; saving the form again must not lose them.
"""

from dataclasses import replace
from typing import Final

from server.domain.case import Case, Party, Person
from server.domain.masking import mask_identity_number, mask_phone
from server.domain.registration.case_form import CaseForm
from server.domain.registration.party_form import PartyForm
from server.domain.registration.person_form import PersonForm

_ADDRESS_HEAD: Final = 6
_HIDDEN: Final = "****"


def mask_address(address: str) -> str:
    """Show where about somebody lives, not where: 川东省云岭县青… → 川东省云岭县****."""
    head = min(_ADDRESS_HEAD, len(address) // 2)
    return address[:head] + _HIDDEN if address else ""


def unmask(form: CaseForm, case: Case) -> CaseForm:
    """Return the form with what came back masked as the case has it."""
    known = {party.id: party for party in case.parties}
    people = {str(person.id): person for person in case.people}
    parties = tuple(
        _party(party, known.get(party.id) if party.id else None, people) for party in form.parties
    )
    return replace(form, parties=parties)


def _party(form: PartyForm, was: Party | None, people: dict[str, Person]) -> PartyForm:
    same = was is not None and form.address == mask_address(was.address)
    return replace(
        form,
        address=was.address if was and same else form.address,
        people=tuple(_person(one, people.get(one.id or "")) for one in form.people),
    )


def _person(form: PersonForm, was: Person | None) -> PersonForm:
    if was is None:
        return form
    number = was.id_no if form.id_no == mask_identity_number(was.id_no) else form.id_no
    mobile = was.mobile if form.mobile == mask_phone(was.mobile) else form.mobile
    return replace(form, id_no=number, mobile=mobile)
