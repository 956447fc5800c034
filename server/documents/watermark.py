"""Shows pages with the viewer's name and the time drawn across, never touching the PDF.

A photograph of a screen then says who opened the record and when.
"""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from server.documents.fonts import NEEDED, FontFolders
from server.documents.pages import WIDEST, images, webp

SHARE = 34  # letters of the mark that would fill the width of a page
ANGLE = 28  # degrees; steeper than any line of text
INK = (90, 100, 120, 46)  # readable across print, and print readable through it


def marked_pictures(pdf: bytes, width: int, words: str, fonts: FontFolders) -> list[bytes]:
    """Return every page as WebP with `words` drawn across it again and again."""
    font = ImageFont.truetype(_font(fonts), max(12, min(width, WIDEST) // SHARE))
    return [webp(marked(page, words, font)) for page in images(pdf, min(width, WIDEST))]


def marked(page: Image.Image, words: str, font: ImageFont.FreeTypeFont) -> Image.Image:
    """Return the page under the mark."""
    mark = _mark(words, font)
    under = page.convert("RGBA")
    for place in _places(under.size, mark.size):
        layer = Image.new("RGBA", under.size, (0, 0, 0, 0))
        layer.paste(mark, place)
        under = Image.alpha_composite(under, layer)
    return under


def _mark(words: str, font: ImageFont.FreeTypeFont) -> Image.Image:
    left, top, right, low = font.getbbox(words)
    drawn = Image.new("RGBA", (int(right - left) + 8, int(low - top) + 8), (0, 0, 0, 0))
    ImageDraw.Draw(drawn).text((4 - left, 4 - top), words, font=font, fill=INK)
    return drawn.rotate(ANGLE, expand=True, resample=Image.Resampling.BICUBIC)


def _places(page: tuple[int, int], mark: tuple[int, int]) -> Iterator[tuple[int, int]]:
    # Three down and at least one across, so that no cut-out of the page is without it.
    width, height = page
    across = max(1, round(width / (mark[0] * 1.4)))
    for row in range(3):
        for column in range(across):
            x = int((column + 0.5) * width / across - mark[0] / 2)
            yield x, int((row + 0.5) * height / 3 - mark[1] / 2)


def _font(fonts: FontFolders) -> Path:
    return next(path for folder in fonts if (path := folder / NEEDED[0]).exists())
