"""The foot of every page: the check code whole and short, the log's head, the page's number."""

from itertools import groupby

import pytest
from PIL import Image

from server.documents.fonts import FontFolders
from server.documents.pages import images, page_text
from server.documents.typesetting import typeset
from server.domain.agreement_document import code_of, digest
from tests.documents.example import example
from tests.documents.form_text import FOOTER, squeezed
from tests.documents.test_typesetting import FORMS, crowded

PER_MM = 6  # pixels
A4 = 210, 297  # mm
LEFT, RIGHT, FOOT = 28, 184, 273  # mm: the margins of the text, and below its lowest line
CHARACTERS, BLACK = 64 + 15, 16 + 3  # with the spaces between fours
WIDE = 4 / 72 * 25.4  # mm: each of them is half as wide as it is high
UNPRINTABLE = 12.7  # mm at the lower edge, with some printers

DOCUMENTS = {name: document for name, (document, *_) in FORMS.items()} | {
    "a long one with many signatures": crowded(20, 300)
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_page_ends_with_its_number_and_the_check_code_whole_and_short(
    name: str, fonts: FontFolders
) -> None:
    document = DOCUMENTS[name]
    head, whole, short = document.log_head[:16], digest(document), code_of(digest(document))
    pages = page_text(drawn(name, fonts))
    found = [FOOTER.search(squeezed(text).removesuffix(seam(name))) for text in pages]
    assert whole.startswith(short)
    assert [foot and foot.groups() for foot in found] == [
        (whole, head, str(number), str(len(pages)), short) for number in range(1, len(pages) + 1)
    ]


def drawn(name: str, fonts: FontFolders) -> bytes:
    site = FORMS[name][2] if name in FORMS else ""
    return typeset(DOCUMENTS[name], fonts, site).pdf


def seam(name: str) -> str:
    return FORMS[name][1] if name in FORMS else ""


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_whole_check_code_stands_on_one_line_by_fours(name: str, fonts: FontFolders) -> None:
    digits = digest(DOCUMENTS[name])
    fours = " ".join(digits[at : at + 4] for at in range(0, 64, 4))
    for text in page_text(drawn(name, fonts)):
        (line,) = (line for line in text.splitlines() if "完整校验码" in line)
        assert line.split(maxsplit=1) == ["完整校验码（SHA-256）", fours]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_foot_is_two_lines_as_wide_as_the_text_and_where_printers_print(
    name: str, fonts: FontFolders
) -> None:
    for page in images(drawn(name, fonts), A4[0] * PER_MM):
        foot = page.convert("L").crop((0, FOOT * PER_MM, page.width, page.height))
        lines = bands(foot)
        assert len(lines) == 2
        assert FOOT + lines[-1][1] / PER_MM <= A4[1] - UNPRINTABLE
        for top, bottom in lines:
            left, right = reach(foot.crop((0, top, foot.width, bottom)))
            assert left / PER_MM == pytest.approx(LEFT, abs=0.5)
            assert right / PER_MM == pytest.approx(RIGHT, abs=0.5)


def bands(strip: Image.Image) -> list[tuple[int, int]]:
    """Return from where to where there is ink, from the top down."""
    rows = (strip.crop((0, row, strip.width, row + 1)) for row in range(strip.height))
    inked = [min(row.tobytes()) < 255 for row in rows]
    runs = [list(run) for dark, run in groupby(range(strip.height), inked.__getitem__) if dark]
    return [(run[0], run[-1] + 1) for run in runs]


def reach(line: Image.Image) -> tuple[int, int]:
    left, _, right, _ = line.point(lambda dark: 255 - dark).getbbox() or (0, 0, 0, 0)
    return left, right


def test_the_digits_that_people_type_are_black_and_the_others_are_not(fonts: FontFolders) -> None:
    page = next(images(typeset(example(), fonts).pdf, A4[0] * PER_MM)).convert("L")
    foot = page.crop((0, FOOT * PER_MM, page.width, page.height))
    top, bottom = bands(foot)[0]
    begin, middle = RIGHT - CHARACTERS * WIDE, RIGHT - (CHARACTERS - BLACK) * WIDE
    darkest = [
        min(foot.crop((round(left * PER_MM), top, round(right * PER_MM), bottom)).tobytes())
        for left, right in ((begin, middle), (middle, RIGHT))
    ]
    assert darkest[0] < 40
    assert darkest[1] > 80
