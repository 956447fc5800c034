"""Telephone and account numbers, and how they are masked."""

import pytest
from hypothesis import given, strategies as st

from server.domain.contact_numbers import (
    AccountNumberError,
    MobileNumberError,
    PhoneKind,
    PhoneNumberError,
    PostcodeError,
    account_number,
    luhn_holds,
    mobile_number,
    phone_number,
    postcode,
)
from server.domain.masking import mask_identity_number, mask_phone


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        ("19900000001", "19900000001", PhoneKind.MOBILE),
        ("+86 199 0000 0001", "19900000001", PhoneKind.MOBILE),
        ("0086-199-0000-0001", "19900000001", PhoneKind.MOBILE),
        ("0592-1234567", "0592-1234567", PhoneKind.LANDLINE),
        ("（0592）1234567-8", "0592-1234567-8", PhoneKind.LANDLINE),
        ("01012345678", "010-12345678", PhoneKind.LANDLINE),
        ("+86 10 12345678", "010-12345678", PhoneKind.LANDLINE),
        ("+86 592 1234567", "0592-1234567", PhoneKind.LANDLINE),
        ("+65 8123 4567", "+6581234567", PhoneKind.FOREIGN),
        ("00852 2123 4567", "+85221234567", PhoneKind.FOREIGN),
    ],
)
def test_telephones_get_one_spelling(text: str, number: str, kind: PhoneKind) -> None:
    phone = phone_number(text)
    assert (phone.number, phone.kind) == (number, kind)
    assert phone_number(phone.number) == phone


@pytest.mark.parametrize(
    "text",
    ["", "12900000001", "1990000000", "199000000011", "+861234", "1234567", "+0123456789", "a"],
)
def test_what_is_no_telephone_is_refused(text: str) -> None:
    with pytest.raises(PhoneNumberError):
        phone_number(text)


def test_only_a_mobile_receives_codes() -> None:
    assert mobile_number("199 0000 0001") == "19900000001"
    with pytest.raises(MobileNumberError) as refused:
        mobile_number("0592-1234567")
    assert refused.value.facts == {"kind": "landline"}


@given(st.text("0123456789", min_size=11, max_size=18))
def test_a_card_with_its_luhn_digit_carries_no_warning(digits: str) -> None:
    good = [sign for sign in "0123456789" if luhn_holds(digits + sign)]
    assert len(good) == 1
    assert account_number(digits + good[0]).warnings == ()
    other = str((int(good[0]) + 1) % 10)
    assert account_number(digits + other).warnings == ("card_check",)


def test_company_accounts_are_taken_with_a_warning() -> None:
    assert account_number("6200 0000 0000 0001 234").number == "6200000000000001234"
    assert account_number("4100020109").warnings == ("card_length",)


@pytest.mark.parametrize("text", ["", "12345", "6200a00000001", "６２００００００００"])
def test_what_is_no_account_is_refused(text: str) -> None:
    with pytest.raises(AccountNumberError):
        account_number(text)


def test_a_postcode_has_six_digits() -> None:
    assert postcode(" 361009 ") == "361009"
    with pytest.raises(PostcodeError):
        postcode("36100")


def test_masks_show_as_little_as_the_forms_ask() -> None:
    assert mask_identity_number("512099197904123018") == "512099********3018"
    assert mask_phone("19900000001") == "199****0001"


@given(st.text("0123456789", max_size=24))
def test_a_mask_never_shows_most_of_a_short_number(number: str) -> None:
    masks = (mask_identity_number(number), mask_phone(number))
    assert all(len(mask) == len(number) for mask in masks)
    assert all(mask.count("*") >= len(number) / 2 for mask in masks if len(number) <= 7)
