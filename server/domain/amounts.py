"""Money in fen: how it is written in figures and in capital words, and read back.

Capital words (大写) follow the rules for bills and settlement vouchers (《支付结算办法》 annex 1,
正确填写票据和结算凭证的基本规定). Where those rules leave the writer a choice about one 零, the
shorter spelling is written and both are read.
"""

import re
from itertools import product
from typing import Final

from server.domain.errors import DomainError

FEN_PER_YUAN: Final = 100
FEN_PER_JIAO: Final = 10
MAX_FEN: Final = 10**14 - 1
"""Just under one trillion yuan: the largest amount whose words stay below 万亿."""

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("仟", "佰", "拾", "")
_SECTIONS: Final = ("亿", "万", "")
_SECTION: Final = 10_000
_PLACE_VALUES: Final = {"拾": 10, "佰": 100, "仟": 1000}
_UNIT_VALUES: Final = {"元": 100, "角": 10, "分": 1}
_WORDS: Final = re.compile(f"[{_DIGITS}拾佰仟万亿元角分]+整?")


class AmountError(DomainError):
    """A figure is no amount of money; `facts["reason"]`: negative or too_large."""

    code = "amount_invalid"


class AmountWordsError(DomainError):
    """Capital words cannot be read, or are not spelled by the rules.

    `facts["reason"]`: unreadable or spelling.
    """

    code = "amount_words_invalid"


def figures(fen: int) -> str:
    """Write fen as it is printed: 11500000 → `115,000.00`."""
    yuan, cents = divmod(_checked(fen), FEN_PER_YUAN)
    return f"{yuan:,}.{cents:02d}"


def words(fen: int) -> str:
    """Write fen in capital words: 11500000 → `壹拾壹万伍仟元整`."""
    return _spell(_checked(fen), after_wan=False, after_yuan=False)


def spellings(fen: int) -> frozenset[str]:
    """Return every spelling the rules allow, `words(fen)` among them."""
    _checked(fen)
    both = (False, True)
    return frozenset(
        _spell(fen, after_wan=wan, after_yuan=yuan) for wan, yuan in product(both, both)
    )


def fen_from_words(text: str) -> int:
    """Read capital words that are spelled by the rules.

    A leading 人民币, 圆 for 元, 正 for 整 and a missing 整 after 角 are accepted.

    Raises:
        AmountWordsError: unreadable, or another spelling of a readable amount.
    """
    plain = _plain(text)
    fen = read_words(text)
    allowed = spellings(fen)
    if plain not in allowed and f"{plain}整" not in {s for s in allowed if s.endswith("角整")}:
        raise AmountWordsError(reason="spelling")
    return fen


def read_words(text: str) -> int:
    """Read the value of capital words however they use 零 and 整; raises AmountWordsError."""
    plain = _plain(text)
    if not _WORDS.fullmatch(plain):
        raise AmountWordsError(reason="unreadable")
    fen, rest = 0, plain.removesuffix("整")
    for unit, value in _UNIT_VALUES.items():
        head, found, tail = rest.partition(unit)
        if found:
            fen, rest = fen + _whole(head) * value, tail
    if rest or plain in {"整", ""}:
        raise AmountWordsError(reason="unreadable")
    return _checked(fen)


def _checked(fen: int) -> int:
    if fen < 0:
        raise AmountError(reason="negative")
    if fen > MAX_FEN:
        raise AmountError(reason="too_large")
    return fen


def _plain(text: str) -> str:
    return text.strip().removeprefix("人民币").replace("圆", "元").replace("正", "整")


def _whole(text: str) -> int:
    """Return the value of words without 元 角 分."""
    total, rest = 0, text
    for section, value in (("亿", _SECTION**2), ("万", _SECTION)):
        head, found, tail = rest.partition(section)
        if found:
            total, rest = total + _below_section(head) * value, tail
    return total + (_below_section(rest) if rest or not total else 0)


def _below_section(text: str) -> int:
    """Return the value of words below 万, digits and places strictly descending."""
    value, digit, last_place = 0, None, _SECTION
    if not text:
        raise AmountWordsError(reason="unreadable")
    for sign in text:
        if sign in _DIGITS:
            if digit:  # two digits in a row, as in 叁肆; a 零 before a digit is filler
                raise AmountWordsError(reason="unreadable")
            digit = _DIGITS.index(sign)
            continue
        place = _PLACE_VALUES.get(sign, _SECTION)
        if not digit or place >= last_place:
            raise AmountWordsError(reason="unreadable")
        value, digit, last_place = value + digit * place, None, place
    return value + (digit or 0)


def _spell(fen: int, *, after_wan: bool, after_yuan: bool) -> str:
    """Spell an amount; the flags write the optional 零 after 万 (亿) and after 元."""
    yuan, cents = divmod(fen, FEN_PER_YUAN)
    jiao, last = divmod(cents, FEN_PER_JIAO)
    head = f"{_spell_yuan(yuan, optional_zero=after_wan)}元" if yuan or not cents else ""
    if not cents:
        return f"{head}整"
    gap = bool(yuan) and (not jiao or (after_yuan and yuan % 10 == 0))
    tail = (f"{_DIGITS[jiao]}角" if jiao else "") + (f"{_DIGITS[last]}分" if last else "整")
    return head + ("零" if gap else "") + tail


def _spell_yuan(yuan: int, *, optional_zero: bool) -> str:
    sections = (yuan // _SECTION**2, yuan // _SECTION % _SECTION, yuan % _SECTION)
    text, skipped, ended_in_zero = "", False, False
    for section, unit in zip(sections, _SECTIONS, strict=True):
        if not section:
            skipped = bool(text)
            continue
        short = section < _SECTION // 10
        if text and (skipped or short or (optional_zero and ended_in_zero)):
            text += "零"
        text += _spell_section(section) + unit
        skipped, ended_in_zero = False, section % 10 == 0
    return text or "零"


def _spell_section(section: int) -> str:
    text, gap = "", False
    for digit, place in zip(f"{section:04d}", _PLACES, strict=True):
        if digit == "0":
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[int(digit)] + place
        gap = False
    return text
