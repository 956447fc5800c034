"""No line begins with a mark that closes, none ends with one that opens (避头尾, GB/T 15834 5.1).

Every mark comes to every place of a line: paragraphs are shifted by one character each, and begin
with one half of what is said or with the other, for only a first line begins where it is told to.
"""

from dataclasses import replace

import pytest

from server.documents.fonts import FontFolders
from server.documents.pages import page_text
from server.documents.typesetting import typeset
from tests.documents.example import example, worker

CLOSING = "，。、；：？！）》〉”’〕】」』"
OPENING = "（《〈“‘〔【「『"
STAYS_INSIDE = set("‘’")  # no break on either side of them between Han (UAX #14, LB19)
SHIFTS = range(41)  # characters: more than fit on a line
FIRST = "甲说：“可以！明日付清”乙问：“何时？在哪”丙答‘即日’为宜（见《规定》一条、"
SECOND = "〈细则〉〔2025〕1号）附后；丁记「全文」并存『原样』一份【备查】使用，戊无异议。"
TALK, TURNED = 3 * (FIRST + SECOND), 3 * (SECOND + FIRST)


@pytest.fixture(scope="module")
def lines(fonts: FontFolders) -> list[str]:
    """Return every line of a document with the talk at every shift, spread and unspread."""
    shifted = tuple("字" * shift + talk for talk in (TALK, TURNED) for shift in SHIFTS)
    spread = replace(example(), facts="\n".join(shifted))
    unspread = replace(spread, parties=(replace(worker("陈水根"), lines=shifted),))
    pages = page_text(typeset(unspread, fonts).pdf)
    found = (line.strip("\u200b\ufffe ") for page in pages for line in page.splitlines())
    return [line for line in found if line]


def test_no_line_begins_with_a_closing_mark(lines: list[str]) -> None:
    assert [line for line in lines if line[0] in CLOSING] == []


def test_no_line_ends_with_an_opening_mark(lines: list[str]) -> None:
    assert [line for line in lines if line[-1] in OPENING] == []


def test_every_mark_came_to_the_edge_where_it_may_stand(lines: list[str]) -> None:
    """Else the two above would have nothing to find."""
    assert set(CLOSING) - STAYS_INSIDE <= {line[-1] for line in lines}
    assert set(OPENING) - STAYS_INSIDE <= {line[0] for line in lines}
