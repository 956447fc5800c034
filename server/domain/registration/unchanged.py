"""What a form leaves as it was: a number that comes back masked or not filled in again.

Staff see numbers and addresses masked; saving the form again must not lose them.
"""

from collections.abc import Callable
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
    """Return the form with what came back masked or empty as the case has it."""
    known = {party.id: party for party in case.parties}
    people = {str(person.id): person for person in case.people}
    parties = tuple(
        _party(party, known.get(party.id) if party.id else None, people) for party in form.parties
    )
    return replace(form, parties=parties)


def _party(form: PartyForm, was: Party | None, people: dict[str, Person]) -> PartyForm:
    address = _kept(form.address, was.address, mask_address) if was else form.address
    return replace(
        form,
        address=address,
        people=tuple(_person(one, people.get(one.id or "")) for one in form.people),
    )


def _person(form: PersonForm, was: Person | None) -> PersonForm:
    if was is None:
        return form
    return replace(
        form,
        id_no=_kept(form.id_no, was.id_no, mask_identity_number),
        mobile=_kept(form.mobile, was.mobile, mask_phone),
    )


def _kept(given: str, was: str, mask: Callable[[str], str]) -> str:
    return was if given in {"", mask(was)} else given
