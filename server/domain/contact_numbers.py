"""What makes a telephone or account number usable, and its one normal spelling."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.domain.errors import DomainError

_MOBILE: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE: Final = re.compile(r"(0(?:10|2\d|[3-9]\d{2}))-?(\d{7,8})(?:-(\d{1,6}))?", re.ASCII)
_FOREIGN: Final = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_ACCOUNT: Final = re.compile(r"\d{6,32}", re.ASCII)
_POSTCODE: Final = re.compile(r"\d{6}", re.ASCII)
_CARD_LENGTHS: Final = range(12, 20)
_LUHN_NINE: Final = 9


class PhoneKind(StrEnum):
    """Only a mobile receives codes by SMS."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneNumber:
    """`19900000001`, `0592-1234567-8` or `+6581234567`."""

    number: str
    kind: PhoneKind


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNumber:
    """Digits only; `warnings` holds `card_length` or `card_check` where a card would fail."""

    number: str
    warnings: tuple[str, ...] = ()


class PhoneNumberError(DomainError):
    """Neither a mobile, a landline with its area code, nor `+` and a country code."""

    code = "phone_number_invalid"


class MobileNumberError(DomainError):
    """A number that can receive codes is needed; `facts["kind"]` says what was given."""

    code = "mobile_number_needed"


class AccountNumberError(DomainError):
    """An account number is digits only, 6 to 32 of them."""

    code = "account_number_invalid"


class PostcodeError(DomainError):
    """A postcode has six digits."""

    code = "postcode_invalid"


def phone_number(text: str) -> PhoneNumber:
    """Read a telephone number; +86 and 0086 are taken off; raises PhoneNumberError."""
    signs = re.sub(r"^00(?=[1-9])", "+", re.sub(r"[\s().（）]", "", text))
    local = signs.removeprefix("+86")
    if _MOBILE.fullmatch(local.replace("-", "")):
        return PhoneNumber(number=local.replace("-", ""), kind=PhoneKind.MOBILE)
    if landline := _landline(local, abroad=local != signs):
        return PhoneNumber(number=landline, kind=PhoneKind.LANDLINE)
    foreign = signs.replace("-", "")
    if _FOREIGN.fullmatch(foreign) and not foreign.startswith("+86"):
        return PhoneNumber(number=foreign, kind=PhoneKind.FOREIGN)
    raise PhoneNumberError


def mobile_number(text: str) -> str:
    """Return the 11 digits of a mobile; raises MobileNumberError for any other telephone."""
    phone = phone_number(text)
    if phone.kind is not PhoneKind.MOBILE:
        raise MobileNumberError(kind=phone.kind)
    return phone.number


def account_number(text: str) -> AccountNumber:
    """Read a bank account. Length and Luhn only warn: company accounts fail them.

    Raises:
        AccountNumberError: something other than 6 to 32 digits and spaces.
    """
    number = re.sub(r"[\s-]", "", text)
    if not _ACCOUNT.fullmatch(number):
        raise AccountNumberError
    if len(number) not in _CARD_LENGTHS:
        return AccountNumber(number=number, warnings=("card_length",))
    return AccountNumber(number=number, warnings=() if luhn_holds(number) else ("card_check",))


def luhn_holds(digits: str) -> bool:
    """Return whether the last digit is the Luhn check digit (ISO/IEC 7812-1 annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - _LUHN_NINE if value > _LUHN_NINE else value
    return total % 10 == 0


def postcode(text: str) -> str:
    """Return a six-digit postcode; raises PostcodeError."""
    number = text.strip()
    if not _POSTCODE.fullmatch(number):
        raise PostcodeError
    return number


def _landline(local: str, *, abroad: bool) -> str | None:
    """Return area-number-extension; behind +86 the area code's 0 is not dialled."""
    signs = f"0{local}" if abroad and not local.startswith("0") else local
    match = _LANDLINE.fullmatch(signs)
    return "-".join(part for part in match.groups() if part) if match else None
