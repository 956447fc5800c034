"""The seam (骑缝): words and a dashed line along the edge of each page that is signed on paper."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PIL import Image

from server.documents.fonts import FontFolders
from server.documents.pages import images, page_text
from server.documents.typesetting import typeset
from server.domain.signing_route import SigningRoute
from tests.documents.form_text import SEAM, squeezed
from tests.documents.test_typesetting import in_another_way

PER_MM = 4  # pixels
A4_WIDTH = 210  # mm
TEXT_ENDS = 186  # mm from the left: the text's own margin begins at 184
LINE, WORDS = (200, 202), (203, 208)
WHITE = (255, 255)
PAPERLESS = [SigningRoute.ELECTRONIC, SigningRoute.WITNESSED]


def strips(pdf: bytes, left: float, right: float) -> Iterator[Image.Image]:
    """Yield the strip of every page between two distances from its left edge, in mm."""
    for page in images(pdf, A4_WIDTH * PER_MM):
        yield page.convert("L").crop((int(left * PER_MM), 0, int(right * PER_MM), page.height))


def dashes(strip: Image.Image) -> int:
    """Return how often a pen starts on its way down the strip."""
    darkest = (min(row) for row in rows(strip))
    return sum(above >= 240 > here for above, here in pairwise(darkest))


def rows(strip: Image.Image) -> Iterator[bytes]:
    content = strip.tobytes()
    return (content[at : at + strip.width] for at in range(0, len(content), strip.width))


@pytest.fixture(scope="module")
def paper(fonts: FontFolders) -> bytes:
    return typeset(in_another_way(SigningRoute.WET_INK), fonts).pdf


def test_every_page_for_paper_says_once_what_its_edge_is_for(paper: bytes) -> None:
    pages = [squeezed(page) for page in page_text(paper)]
    assert len(pages) > 1
    assert [page.count(SEAM) for page in pages] == [1] * len(pages)
    assert all(strip.getextrema() != WHITE for strip in strips(paper, *WORDS))


def test_every_page_for_paper_has_a_dashed_line_from_top_to_bottom(paper: bytes) -> None:
    for strip in strips(paper, *LINE):
        assert dashes(strip) > 100
        _, top, _, bottom = strip.point(lambda dark: 255 - dark).getbbox() or (0, 0, 0, 0)
        assert (bottom - top) / PER_MM == pytest.approx(245, abs=3)


@pytest.mark.parametrize("route", PAPERLESS)
def test_a_file_that_nobody_signs_on_paper_has_neither(
    route: SigningRoute, fonts: FontFolders
) -> None:
    pdf = typeset(in_another_way(route), fonts).pdf
    assert "骑缝" not in squeezed("".join(page_text(pdf)))
    assert {strip.getextrema() for strip in strips(pdf, TEXT_ENDS, A4_WIDTH)} == {WHITE}
