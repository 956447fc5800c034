"""Amounts in figures and in capital words, both directions."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from server.domain.amounts import (
    MAX_FEN,
    AmountError,
    AmountWordsError,
    fen_from_words,
    figures,
    read_words,
    spellings,
    words,
)

AMOUNTS = st.integers(0, MAX_FEN) | st.integers(0, 10**9) | st.integers(0, 9_999)
# Amounts with long runs of zeros, where spelling is hard.
ROUND_AMOUNTS = st.lists(st.integers(0, 13), max_size=4, unique=True).map(
    lambda places: sum(10**place for place in places)
)


@pytest.mark.parametrize(
    ("fen", "expected"),
    [
        (11_500_000, "壹拾壹万伍仟元整"),
        (10_020_030, "壹拾万零贰佰元叁角整"),
        (5, "伍分"),
        (0, "零元整"),
        (50, "伍角整"),
        (105, "壹元零伍分"),
        (1_050, "壹拾元伍角整"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
        (32_500, "叁佰贰拾伍元整"),
        (140_950, "壹仟肆佰零玖元伍角整"),
        (600_714, "陆仟零柒元壹角肆分"),
        (168_032, "壹仟陆佰捌拾元叁角贰分"),
        (10_700_053, "壹拾万柒仟元伍角叁分"),
        (1_000_000_000_000, "壹佰亿元整"),
        (10_001_000_000, "壹亿零壹万元整"),
        (10_000_500_000, "壹亿零伍仟元整"),
        (100_000_000, "壹佰万元整"),
    ],
)
def test_words_follow_the_rules_for_bills(fen: int, expected: str) -> None:
    assert words(fen) == expected
    assert fen_from_words(expected) == fen


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("壹拾万零贰佰元零叁角整", 10_020_030),
        ("壹拾万零柒仟元零伍角叁分", 10_700_053),
        ("人民币壹拾壹万伍仟圆正", 11_500_000),
        ("伍角", 50),
    ],
)
def test_other_spellings_the_rules_allow_are_read(text: str, fen: int) -> None:
    assert fen_from_words(text) == fen


@given(AMOUNTS | ROUND_AMOUNTS)
def test_words_come_back_as_the_same_amount(fen: int) -> None:
    assert fen_from_words(words(fen)) == fen
    assert {read_words(spelling) for spelling in spellings(fen)} == {fen}


@given(AMOUNTS | ROUND_AMOUNTS)
def test_words_never_write_zero_twice_or_beside_a_place(fen: int) -> None:
    assert "零零" not in words(fen)
    assert not any(f"零{place}" in words(fen) for place in "拾佰仟万亿角分")
    assert words(fen).endswith("整") != words(fen).endswith("分")


@given(AMOUNTS)
def test_figures_come_back_as_the_same_amount(fen: int) -> None:
    assert Decimal(figures(fen).replace(",", "")) * 100 == fen


def test_figures_are_grouped_with_two_decimals() -> None:
    assert figures(11_500_000) == "115,000.00"
    assert figures(4_863_270) == "48,632.70"
    assert figures(5) == "0.05"


def test_negative_and_huge_amounts_are_refused() -> None:
    for write in (words, figures):
        with pytest.raises(AmountError, match="amount_invalid"):
            write(-1)
    with pytest.raises(AmountError) as refused:
        words(MAX_FEN + 1)
    assert refused.value.facts == {"reason": "too_large"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "整",
        "元整",
        "壹拾",
        "拾伍元整",
        "壹万亿元整",
        "壹贰元整",
        "壹拾拾元整",
        "万元整",
        "伍千元整",
    ],
)
def test_unreadable_words_are_refused(text: str) -> None:
    with pytest.raises(AmountWordsError) as refused:
        fen_from_words(text)
    assert refused.value.facts == {"reason": "unreadable"}


@pytest.mark.parametrize("text", ["壹万零伍仟零元整", "壹拾壹万零伍仟元整", "伍万元", "壹元伍分"])
def test_readable_words_that_break_the_rules_are_refused(text: str) -> None:
    with pytest.raises(AmountWordsError) as refused:
        fen_from_words(text)
    assert refused.value.facts == {"reason": "spelling"}
    assert fen_from_words(words(read_words(text))) == read_words(text)
