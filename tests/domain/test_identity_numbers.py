"""Identity numbers of people and organisations, against sums done another way."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from server.domain.errors import DomainError
from server.domain.identity_numbers import (
    CitizenNumberKind,
    CreditCodeCheckError,
    CreditCodeFormError,
    IdentityNumberBirthError,
    IdentityNumberCheckError,
    IdentityNumberError,
    IdentityNumberFormError,
    IdentityNumberRegionError,
    LegacyIdentityNumberError,
    Sex,
    age_on,
    citizen_number,
    credit_code,
)

TODAY = date(2025, 3, 14)
USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def mod_11_2(digits: str) -> str:
    """ISO 7064 MOD 11-2 by its pure recursive system, not by the table of weights."""
    carry = 0
    for digit in digits:
        carry = (carry + int(digit)) * 2 % 11
    return "0123456789X"[(12 - carry) % 11]


def mod_31(signs: str) -> str:
    total = sum(USCC_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(signs))
    return USCC_SIGNS[(31 - total % 31) % 31]


births = st.dates(date(1900, 1, 1), TODAY)
regions = st.sampled_from(["110105", "512099", "350299", "440899", "650000", "810000", "513021"])


@given(regions, births, st.integers(0, 999))
def test_numbers_with_the_right_check_sign_are_good(region: str, birth: date, serial: int) -> None:
    digits = f"{region}{birth:%Y%m%d}{serial:03d}"
    found = citizen_number(digits + mod_11_2(digits).lower(), today=TODAY)
    assert found.number == digits + mod_11_2(digits)
    assert found.birth == birth
    assert found.sex is (Sex.MALE if serial % 2 else Sex.FEMALE)


@given(regions, births, st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(
    region: str, birth: date, serial: int, place: int, shift: int
) -> None:
    digits = f"{region}{birth:%Y%m%d}{serial:03d}"
    wrong = digits[:place] + str((int(digits[place]) + shift) % 10) + digits[place + 1 :]
    with pytest.raises(IdentityNumberError):
        citizen_number(wrong + mod_11_2(digits), today=TODAY)


@pytest.mark.parametrize(
    ("number", "birth", "sex"),
    [
        ("11010519491231002X", date(1949, 12, 31), Sex.FEMALE),
        ("512099197904123018", date(1979, 4, 12), Sex.MALE),
        ("512099198209234028", date(1982, 9, 23), Sex.FEMALE),
        ("350299197101306012", date(1971, 1, 30), Sex.MALE),
        ("35029919880607501X", date(1988, 6, 7), Sex.MALE),
        ("350299196808150029", date(1968, 8, 15), Sex.FEMALE),
        ("350299199503200033", date(1995, 3, 20), Sex.MALE),
    ],
)
def test_known_numbers(number: str, birth: date, sex: Sex) -> None:
    found = citizen_number(f" {number[:6]} {number[6:].lower()} ", today=TODAY)
    assert (found.number, found.birth, found.sex) == (number, birth, sex)
    assert found.kind is CitizenNumberKind.CITIZEN


@pytest.mark.parametrize(
    ("prefix", "kind"),
    [
        ("810000", CitizenNumberKind.HK_MACAO_TAIWAN_RESIDENT),
        ("820000", CitizenNumberKind.HK_MACAO_TAIWAN_RESIDENT),
        ("830000", CitizenNumberKind.HK_MACAO_TAIWAN_RESIDENT),
        ("911840", CitizenNumberKind.PERMANENT_RESIDENT),
        ("944840", CitizenNumberKind.PERMANENT_RESIDENT),
    ],
)
def test_permits_carry_their_kind(prefix: str, kind: CitizenNumberKind) -> None:
    digits = f"{prefix}19900101001"
    assert citizen_number(digits + mod_11_2(digits), today=TODAY).kind is kind


@pytest.mark.parametrize(
    ("number", "refusal"),
    [
        ("110105194912310021", IdentityNumberCheckError),
        ("110105491231002", LegacyIdentityNumberError),
        ("1101051949123100", IdentityNumberFormError),
        ("11010519491231002Y", IdentityNumberFormError),
        ("1X010519491231002X", IdentityNumberFormError),
        ("１１０１０５１９４９１２３１００２Ｘ", IdentityNumberFormError),
        ("", IdentityNumberFormError),
        ("160105194912310029", IdentityNumberRegionError),
        ("990105194912310029", IdentityNumberRegionError),
        ("110105194902300024", IdentityNumberBirthError),
        ("110105203001010024", IdentityNumberBirthError),
        ("110105185001010024", IdentityNumberBirthError),
    ],
)
def test_each_fault_has_its_own_refusal(number: str, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal) as refused:
        citizen_number(number, today=TODAY)
    assert type(refused.value) is refusal
    assert number not in str(refused.value.facts) or not number


def test_somebody_born_today_is_registered_today() -> None:
    digits = f"110105{TODAY:%Y%m%d}001"
    assert citizen_number(digits + mod_11_2(digits), today=TODAY).birth == TODAY
    with pytest.raises(IdentityNumberBirthError):
        citizen_number(digits + mod_11_2(digits), today=TODAY - timedelta(days=1))


def test_age_counts_full_years() -> None:
    assert age_on(date(1979, 4, 12), TODAY) == 45
    assert age_on(date(2004, 2, 29), date(2025, 2, 28)) == 20
    assert age_on(date(2004, 2, 29), date(2025, 3, 1)) == 21


@given(
    st.text(USCC_SIGNS, min_size=2, max_size=2),
    st.integers(0, 999_999),
    st.text(USCC_SIGNS, min_size=9, max_size=9),
)
def test_credit_codes_with_the_right_check_sign_are_good(
    head: str, region: int, organisation: str
) -> None:
    signs = f"{head}{region:06d}{organisation}"
    assert credit_code((signs + mod_31(signs)).lower()).code == signs + mod_31(signs)


@given(st.text(USCC_SIGNS, min_size=9, max_size=9), st.integers(8, 16), st.integers(1, 30))
def test_one_wrong_sign_in_a_credit_code_is_always_found(
    organisation: str, place: int, shift: int
) -> None:
    signs = f"91350299{organisation}"
    other = USCC_SIGNS[(USCC_SIGNS.index(signs[place]) + shift) % 31]
    with pytest.raises(CreditCodeCheckError):
        credit_code(signs[:place] + other + signs[place + 1 :] + mod_31(signs))


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91350299MA0DEMX13U"])
def test_known_credit_codes(code: str) -> None:
    assert credit_code(f"{code[:8]} {code[8:]}").code == code
    assert credit_code(code).warnings == ()


def test_a_wrong_organisation_code_inside_only_warns() -> None:
    signs = "91350100M000100Y5"
    assert credit_code(signs + mod_31(signs)).warnings == ("organisation_code_check",)


@pytest.mark.parametrize(
    "code", ["", "91350100M000100Y4", "91350100I000100Y43", "９1350100M000100Y43"]
)
def test_what_is_no_credit_code_is_refused(code: str) -> None:
    with pytest.raises(CreditCodeFormError):
        credit_code(code)


def test_a_credit_code_with_a_wrong_check_sign_is_refused() -> None:
    with pytest.raises(CreditCodeFormError):
        credit_code("91350100M000100Y4Z")  # Z is outside the alphabet
    with pytest.raises(CreditCodeCheckError):
        credit_code("91350100M000100Y44")
