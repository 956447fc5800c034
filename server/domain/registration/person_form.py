"""One person on a party's side as written down: identity, telephone, power of attorney."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from server.domain.case import Authority, PersonRole
from server.domain.contact_numbers import phone_number
from server.domain.errors import DomainError, InvalidValueError
from server.domain.identity_numbers import MAX_AGE_YEARS, age_on, citizen_number
from server.domain.ids import PersonId
from server.domain.jurisdiction.entries import IdentityDocument
from server.domain.jurisdiction.pack import JurisdictionPack, UnknownCodeError

_LONGEST_NAME: Final = 50
_SEXES: Final = frozenset({"", "male", "female"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonForm:
    """One person. `id` names the one he was, when a case is changed.

    `gender` and `birth` are taken from the identity number where it tells them, and only
    typed where it does not, as of a passport.
    """

    role: PersonRole
    name: str
    id: PersonId | None = None
    mobile: str = ""
    id_kind: str = "resident_identity_card"
    id_no: str = ""
    gender: str = ""
    birth: date | None = None
    ethnic: str = ""
    occupation: str = ""
    relation: str = ""
    authority: Authority | None = None


def check_person(
    person: PersonForm, pack: JurisdictionPack, today: date, *, path: str
) -> PersonForm:
    """Return the person in its one spelling; raises InvalidValueError under `path`."""
    expect(_is_name(person.name), f"{path}.name", "not_a_name")
    _check_authority(person, pack, path)
    number = _identity_number(person, pack, today, path)
    gender, birth = _told_by(number, today) or _typed(person, today, path)
    return replace(
        person,
        mobile=_mobile(person.mobile, f"{path}.mobile"),
        id_no=number,
        gender=gender,
        birth=birth,
    )


def expect(holds: bool, field: str, reason: str) -> None:  # noqa: FBT001 - it is the sentence
    """Raise InvalidValueError unless it holds."""
    if not holds:
        raise InvalidValueError(field=field, reason=reason)


def checked_number(check: Callable[[str, date], str], number: str, today: date, field: str) -> str:
    """Return a number as its document writes it, empty when none is given.

    Raises InvalidValueError with the check's own code as the reason.
    """
    if not number:
        return ""
    try:
        return check(number, today)
    except DomainError as wrong:
        raise InvalidValueError(field=field, reason=wrong.code) from None


def _is_name(name: str) -> bool:
    # Rare characters and the · of minority names are names; controls and formats are not.
    odd = any(unicodedata.category(sign) in {"Cc", "Cf", "Co", "Cs"} for sign in name)
    return 0 < len(name) <= _LONGEST_NAME and not odd


def _identity_number(person: PersonForm, pack: JurisdictionPack, today: date, path: str) -> str:
    if not person.id_no:
        return ""
    document = _document(person.id_kind, pack, f"{path}.id_kind")
    return checked_number(document.check, person.id_no, today, f"{path}.id_no")


def _document(code: str, pack: JurisdictionPack, field: str) -> IdentityDocument:
    try:
        document = pack.identity_document(code)
    except UnknownCodeError:
        raise InvalidValueError(field=field, reason="unknown_code") from None
    expect(document.for_person, field, "not_for_a_person")
    return document


def _told_by(number: str, today: date) -> tuple[str, date] | None:
    """Return sex and birth where the number carries them (GB 11643)."""
    try:
        found = citizen_number(number, today=today)
    except DomainError:
        return None
    return found.sex, found.birth


def _typed(person: PersonForm, today: date, path: str) -> tuple[str, date | None]:
    expect(person.gender in _SEXES, f"{path}.gender", "unknown_code")
    birth = person.birth
    lived = birth is None or (birth <= today and age_on(birth, today) <= MAX_AGE_YEARS)
    expect(lived, f"{path}.birth", "not_a_birthday")
    return person.gender, birth


def _mobile(text: str, field: str) -> str:
    if not text:
        return ""
    try:
        return phone_number(text).number
    except DomainError as wrong:
        raise InvalidValueError(field=field, reason=wrong.code) from None


def _check_authority(person: PersonForm, pack: JurisdictionPack, path: str) -> None:
    agent = person.role is PersonRole.AGENT
    held = person.authority
    expect(agent or held is None, f"{path}.authority", "not_an_agent")
    if not agent:
        return
    if held is None:
        raise InvalidValueError(field=f"{path}.authority", reason="missing")
    _check_power(held, pack, f"{path}.authority")


def _check_power(held: Authority, pack: JurisdictionPack, path: str) -> None:
    try:
        kind = pack.agent_kind(held.kind)
    except UnknownCodeError:
        raise InvalidValueError(field=f"{path}.kind", reason="unknown_code") from None
    scopes = {one.code for one in pack.agent_scopes}
    expect(held.scopes <= scopes, f"{path}.scopes", "unknown_code")
    expect(bool(held.scopes) or kind.by_law, f"{path}.scopes", "missing")
    expect(bool(held.licence_no) or not kind.licensed, f"{path}.licence_no", "missing")
    ends = held.valid_to
    expect(ends is None or ends >= held.valid_from, f"{path}.valid_to", "before_valid_from")
