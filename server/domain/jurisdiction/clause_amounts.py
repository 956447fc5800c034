"""Where a clause prints an amount, in figures or in capital words, and which two belong together.

Two neighbours belong together when only brackets, 整, 大写, 小写, 人民币, colons or the currency
sign stand between them: `115,000元整（大写：壹拾壹万伍仟元整）` or
`壹拾壹万伍仟元整（￥115,000.00）`. A bare number is an amount after 小写 or RMB, and before 大写.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

_FIGURES: Final = re.compile(
    r"(?P<sign>(?:[¥$€]|RMB|CNY|小写[\s:]*)\s*)?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d+)?)"
    r"\s*(?P<scale>[万亿])?\s*(?P<unit>元|圆|(?=[\s(〔\[【]*大写))?",
    re.IGNORECASE,
)
_SIGNS: Final = "零壹贰叁肆伍陆柒捌玖拾佰仟"
# 千, 百, 十 are no capital words, but whoever writes them meant some.
_WORDS: Final = re.compile(
    f"[{_SIGNS}][{_SIGNS}千百十万亿]*[元圆角分](?:[{_SIGNS}]*[角分])*[整正]?"
)
_BETWEEN: Final = re.compile(
    r"(?:[\s():,，、〔〕\[\]【】¥元圆整正]|大写|小写|人民币|RMB|CNY|[共合总]?计|即|金额|为)*",
    re.IGNORECASE,
)
_SCALES: Final = {"": 100, "万": 100 * 10**4, "亿": 100 * 10**8}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedAmount:
    """One amount in a text: `words` as printed, or `fen` where it is in figures."""

    start: int
    end: int
    fen: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountPair:
    """The same amount printed twice."""

    fen: int
    words: str


def printed_amounts(text: str) -> tuple[PrintedAmount, ...]:
    """Return every amount of money in the text, in order."""
    plain = unicodedata.normalize("NFKC", text)
    return tuple(sorted(_found(plain), key=lambda amount: amount.start))


def amount_pairs(text: str) -> tuple[AmountPair, ...]:
    """Return the amounts that stand in figures and in words beside each other."""
    plain = unicodedata.normalize("NFKC", text)
    pairs, paired = [], -1
    for first, second in pairwise(printed_amounts(text)):
        if first.start == paired:
            continue
        fen = first.fen if first.fen is not None else second.fen
        words = first.words or second.words
        mixed = bool(first.words) != bool(second.words)
        if mixed and fen is not None and _BETWEEN.fullmatch(plain, first.end, second.start):
            pairs.append(AmountPair(fen=fen, words=words))
            paired = second.start
    return tuple(pairs)


def _found(plain: str) -> Iterator[PrintedAmount]:
    for match in _FIGURES.finditer(plain):
        if match["sign"] or match["unit"] is not None:
            fen = Decimal(match["number"].replace(",", "")) * _SCALES[match["scale"] or ""]
            if fen == int(fen):
                yield PrintedAmount(start=match.start(), end=match.end(), fen=int(fen))
    for match in _WORDS.finditer(plain):
        yield PrintedAmount(start=match.start(), end=match.end(), words=match[0])
