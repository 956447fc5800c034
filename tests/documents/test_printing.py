"""Papers of the case file: their pages say what the case says, on pages that can be signed."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from server.documents.drawn_font import encoded
from server.documents.fonts import FontFolders
from server.documents.pages import images, page_text
from server.documents.printing import print_out
from server.domain.drawn_characters import CharacterPicture
from server.domain.printout import Hand, Printout, Words
from server.domain.session import MinutesMark
from tests.documents import brush, papers
from tests.documents.form_text import squeezed
from tests.documents.papers import acceptance, expected, file_cover, item, minutes, named
from tests.documents.test_line_breaks import CLOSING, OPENING, SHIFTS, TALK
from tests.support.builders import a_case

LONG = "阿卜杜热合曼·买买提依明·艾合买提江·库尔班江·吐尔逊古丽·欧阳·麦麦提艾力·努尔"
FORMS = {
    "minutes": minutes(),
    "minutes without a word": minutes(item("", MinutesMark.CONCESSION), identity_checks=()),
    "minutes of three pages": minutes(*(item(f"{n}，{TALK}") for n in range(14))),
    "acceptance": acceptance(),
    "acceptance, two pages": acceptance(replace(a_case(), summary=TALK * 12)),
    "cover and contents": file_cover(),
    "cover, long names": file_cover(named(LONG)),
    "long names": acceptance(named(LONG)),
    "minutes, long names": minutes(case=named(LONG)),
}


def footer(printout: Printout) -> re.Pattern[str]:
    small = (printout.made, printout.number, printout.log)
    made, number, log = (re.escape(squeezed(text)) for text in small)
    return re.compile(rf"{made}第(\d+)页共(\d+)页{number}{log}$")


def body(pdf: bytes, printout: Printout) -> str:
    """Return all that the pages say but their footers, which must be there and count."""
    pages = [squeezed(text) for text in page_text(pdf)]
    found = []
    for number, page in enumerate(pages, 1):
        told = footer(printout).search(page)
        assert told, page[-60:]
        assert told.groups() == (str(number), str(len(pages)))
        found.append(page[: told.start()])
    return "".join(found)


@pytest.mark.parametrize("form", FORMS)
def test_the_pages_say_what_the_paper_says_and_nothing_else(form: str, fonts: FontFolders) -> None:
    assert body(print_out(FORMS[form], fonts), FORMS[form]) == expected(FORMS[form])


@settings(max_examples=15)
@given(
    said=st.lists(
        st.tuples(
            st.text(st.sampled_from("陈王李䶮𬱟欧阳·，。：；“”（）01,.%"), min_size=1, max_size=60),
            st.sampled_from(MinutesMark),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_what_was_said_reaches_the_page_and_a_concession_never(
    said: list[tuple[str, MinutesMark]], fonts: FontFolders
) -> None:
    marked = [(f"甲{n}：{text}乙{n}", mark) for n, (text, mark) in enumerate(said)]
    printout = minutes(*(item(text, mark) for text, mark in marked))
    shown = body(print_out(printout, fonts), printout)
    for text, mark in marked:
        assert (text in shown) == (mark is not MinutesMark.CONCESSION)


def test_equal_papers_give_equal_bytes(fonts: FontFolders) -> None:
    assert print_out(minutes(), fonts) == print_out(minutes(), fonts)


def test_no_line_begins_or_ends_with_a_mark_that_may_not(fonts: FontFolders) -> None:
    said = [item("字" * shift + TALK + LONG) for shift in SHIFTS]
    pages = page_text(print_out(minutes(*said), fonts))
    lines = [line.strip("\u200b\ufffe ") for page in pages for line in page.splitlines()]
    assert [line for line in lines if line and line[0] in CLOSING + "·"] == []
    assert [line for line in lines if line and line[-1] in OPENING] == []
    assert any(line.endswith("·") for line in lines)


@pytest.mark.parametrize("name", ["陈𬱟", "𫖮䶮", "欧阳·古丽娜尔", "㛃𠅤", "鿏"])
def test_rare_names_are_drawn(name: str, fonts: FontFolders) -> None:
    printout = minutes(case=named(name))
    assert name in body(print_out(printout, fonts), printout)


def test_what_no_font_has_is_printed_from_the_picture_of_the_agreement(
    fonts: FontFolders,
) -> None:
    drawn = CharacterPicture(character=brush.UNKNOWN, picture=encoded(brush.photo()))
    plain = minutes(case=named(f"陈{brush.UNKNOWN}"))
    printout = replace(plain, pictures=(drawn,))
    note = f"“{brush.UNKNOWN}”字字库未收，按所附图样印出，国际编码（Unicode）为U+31350。"
    assert body(print_out(printout, fonts), printout) == expected(printout) + note


@pytest.mark.parametrize(
    ("unseen", "code"),
    [("\u202e", "U+202E"), ("👍", "U+1F44D"), ("𰀀", "U+30000"), ("\0", "U+0000")],
)
def test_what_nothing_draws_stands_there_as_its_code(
    unseen: str, code: str, fonts: FontFolders
) -> None:
    printout = minutes(item(f"付款{unseen}不付款"))
    shown = body(print_out(printout, fonts), printout)
    assert f"付款〔{code}〕不付款" in shown
    assert shown.endswith(f"〔{code}〕为字库和附图都没有的字或者符号的国际编码（Unicode）。")


@pytest.mark.parametrize("form", FORMS)
def test_nothing_runs_off_the_page_and_no_page_is_empty(form: str, fonts: FontFolders) -> None:
    for page in images(print_out(FORMS[form], fonts), 595):
        grey = page.convert("L")
        assert grey.crop((595 - 70, 0, page.width, page.height)).getextrema() == (255, 255)
        assert any(grey.crop((0, 60, page.width, 740)).histogram()[:128])


@pytest.mark.parametrize("run", ["9" * 200, "Ab1" * 80])
def test_an_endless_run_of_letters_stays_on_the_page(run: str, fonts: FontFolders) -> None:
    printout = minutes(item(run))
    pdf = print_out(printout, fonts)
    assert run in body(pdf, printout)
    for page in images(pdf, 595):
        right = page.convert("L").crop((595 - 70, 0, page.width, page.height))
        assert right.getextrema() == (255, 255)


@pytest.mark.parametrize("sentences", range(8, 22))
def test_the_places_to_sign_stay_with_the_sentence_that_is_signed(
    sentences: int, fonts: FontFolders
) -> None:
    printout = minutes(*(item(f"第{n}句。") for n in range(sentences)))
    pages = [squeezed(text) for text in page_text(print_out(printout, fonts))]
    (signed,) = [page for page in pages if "经核对无误" in page]
    assert all(who in signed for who in ("甲方（签名", "乙方委托代理人（签名", "记录人（签名"))


def test_many_places_to_sign_begin_below_that_sentence(fonts: FontFolders) -> None:
    hands = tuple(Hand(label=f"第{n}人（签名）：", name="王") for n in range(30))
    filling = tuple(Words(text="字") for _ in range(24))
    printout = papers.paper("人民调解记录", (*filling, Words(text="经核对无误。"), *hands))
    pages = [squeezed(text) for text in page_text(print_out(printout, fonts))]
    (signed,) = [page for page in pages if "经核对无误" in page]
    assert "第0人（签名" in signed
    assert body(print_out(printout, fonts), printout) == expected(printout)
