"""The viewer's mark lies on every page and leaves the print readable."""

from io import BytesIO

from PIL import Image, ImageChops

from server.documents.fonts import FontFolders
from server.documents.pages import pictures
from server.documents.watermark import marked_pictures
from server.ports.documents import LockedPdf

WIDTH = 480
WORDS = "叶书澜 2025-03-14 11:52"


def grey(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content)).convert("L")


def test_every_page_carries_the_mark_and_keeps_its_size(
    locked: LockedPdf, fonts: FontFolders
) -> None:
    plain = pictures(locked.pdf, WIDTH)
    marked = marked_pictures(locked.pdf, WIDTH, WORDS, fonts)
    assert len(marked) == len(plain) == locked.pages
    for before, after in zip(plain, marked, strict=True):
        assert grey(before).size == grey(after).size
        assert ImageChops.difference(grey(before), grey(after)).getbbox() is not None


def test_the_mark_only_darkens_white_a_little(locked: LockedPdf, fonts: FontFolders) -> None:
    page = grey(marked_pictures(locked.pdf, WIDTH, WORDS, fonts)[-1])
    dark = sum(page.histogram()[:110])
    plain = sum(grey(pictures(locked.pdf, WIDTH)[-1]).histogram()[:110])
    assert dark - plain < plain * 0.2
