"""What makes an identity number right: people (GB 11643) and organisations (GB 32100).

Facts of an error say where a number fails, never the number itself.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from server.domain.errors import DomainError

_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK_SIGNS: Final = "10X98765432"
MAX_AGE_YEARS: Final = 130
_PROVINCE_SPANS: Final = (
    (11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83), (91, 91),
)  # fmt: skip
_PROVINCES: Final = frozenset(
    str(code) for first, last in _PROVINCE_SPANS for code in range(first, last + 1)
)
_SPECIAL_KINDS: Final = ("81", "82", "83")

_USCC_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_USCC_MODULUS: Final = 31
_USCC: Final = re.compile(rf"[{_USCC_SIGNS}]{{2}}\d{{6}}[{_USCC_SIGNS}]{{10}}")
_INNER_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_INNER_MODULUS: Final = 11
_INNER_SIGNS: Final = "0123456789X"


class Sex(StrEnum):
    """The sex an identity number carries: an odd 17th digit is male."""

    MALE = "male"
    FEMALE = "female"


class CitizenNumberKind(StrEnum):
    """Whose number it is, told by its first digits."""

    CITIZEN = "citizen"
    HK_MACAO_TAIWAN_RESIDENT = "hk_macao_taiwan_resident"
    PERMANENT_RESIDENT = "permanent_resident"


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenNumber:
    """A checked 18-digit number and what it says about its holder."""

    number: str
    kind: CitizenNumberKind
    birth: date
    sex: Sex


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditCode:
    """A checked 18-sign code; `warnings` holds codes of what is odd but allowed."""

    code: str
    warnings: tuple[str, ...] = ()


class IdentityNumberError(DomainError):
    """An identity number does not hold; subclasses say why."""

    code = "identity_number_invalid"


class IdentityNumberFormError(IdentityNumberError):
    """Not 17 digits and a digit or X; `facts["length"]` counts the signs given."""

    code = "identity_number_form"


class LegacyIdentityNumberError(IdentityNumberError):
    """A 15-digit number of the first generation: ask for the 18 digits on today's card."""

    code = "identity_number_15_digits"


class IdentityNumberRegionError(IdentityNumberError):
    """The first digits name no province, permit or permanent residence."""

    code = "identity_number_region"


class IdentityNumberBirthError(IdentityNumberError):
    """The birth date inside does not exist, is to come, or is over 130 years ago."""

    code = "identity_number_birth"


class IdentityNumberCheckError(IdentityNumberError):
    """The last sign does not fit the others: a digit is mistyped."""

    code = "identity_number_check"


class CreditCodeFormError(IdentityNumberError):
    """Not 18 signs of the alphabet without I, O, S, V, Z; `facts["length"]` counts them."""

    code = "credit_code_form"


class CreditCodeCheckError(IdentityNumberError):
    """The last sign does not fit the others: a sign is mistyped."""

    code = "credit_code_check"


def citizen_number(text: str, *, today: date) -> CitizenNumber:
    """Check a citizen identity number, residence permit or permanent residence card.

    Region codes that were abolished stay good: people keep their number for life
    (GB 11643-1999, check sign ISO 7064 MOD 11-2). `x` becomes `X`, spaces are dropped.

    Raises:
        IdentityNumberError: a subclass for each way in which it fails.
    """
    number = _compact(text)
    if re.fullmatch(r"\d{15}", number, re.ASCII):
        raise LegacyIdentityNumberError
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII):
        raise IdentityNumberFormError(length=len(number))
    kind = _kind(number)
    birth = _birth(number[6:14], today)
    if number[-1] != citizen_check_sign(number[:17]):
        raise IdentityNumberCheckError
    sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    return CitizenNumber(number=number, kind=kind, birth=birth, sex=sex)


def citizen_check_sign(digits: str) -> str:
    """Return the check sign of the first 17 digits."""
    total = sum(int(d) * w for d, w in zip(digits, _ID_WEIGHTS, strict=True))
    return _ID_CHECK_SIGNS[total % len(_ID_CHECK_SIGNS)]


def age_on(birth: date, day: date) -> int:
    """Return full years of age; a birthday on 29 February counts from 1 March."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def credit_code(text: str) -> CreditCode:
    """Check a unified social credit code (GB 32100-2015).

    The organisation code inside (GB 11714) only warns: codes in use fail it.

    Raises:
        IdentityNumberError: the form or the check sign does not hold.
    """
    code = _compact(text)
    if not _USCC.fullmatch(code) or not code.isascii():
        raise CreditCodeFormError(length=len(code))
    if code[-1] != credit_code_check_sign(code[:17]):
        raise CreditCodeCheckError
    inner_holds = code[16] == _organisation_check_sign(code[8:16])
    return CreditCode(code=code, warnings=() if inner_holds else ("organisation_code_check",))


def credit_code_check_sign(signs: str) -> str:
    """Return the check sign of the first 17 signs."""
    values = (_USCC_SIGNS.index(sign) for sign in signs)
    total = sum(v * w for v, w in zip(values, _USCC_WEIGHTS, strict=True))
    return _USCC_SIGNS[-total % _USCC_MODULUS]


def _compact(text: str) -> str:
    return re.sub(r"\s", "", text).upper()


def _kind(number: str) -> CitizenNumberKind:
    if number[0] == "9":  # 2023 permanent residence card: 9, then the province that issued it
        if number[1:3] not in _PROVINCES and number[:2] not in _PROVINCES:
            raise IdentityNumberRegionError
        return CitizenNumberKind.PERMANENT_RESIDENT
    if number[:2] not in _PROVINCES:
        raise IdentityNumberRegionError
    if number[:2] in _SPECIAL_KINDS:
        return CitizenNumberKind.HK_MACAO_TAIWAN_RESIDENT
    return CitizenNumberKind.CITIZEN


def _birth(digits: str, today: date) -> date:
    try:
        birth = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as wrong:
        raise IdentityNumberBirthError(reason="no_such_day") from wrong
    if birth > today:
        raise IdentityNumberBirthError(reason="in_the_future")
    if age_on(birth, today) > MAX_AGE_YEARS:
        raise IdentityNumberBirthError(reason="too_old")
    return birth


def _organisation_check_sign(signs: str) -> str:
    values = (int(sign, 36) for sign in signs)
    total = sum(v * w for v, w in zip(values, _INNER_WEIGHTS, strict=True))
    return _INNER_SIGNS[-total % _INNER_MODULUS]
