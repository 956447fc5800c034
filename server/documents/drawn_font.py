"""Makes the font that prints what no other font has, from the pictures staff brought.

A glyph, unlike a picture on the page, keeps the character as text: it can be searched,
copied and read aloud (ISO 19005-3, 6.2.11.7; ISO 14289-1, 7.21.7).
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from PIL import Image, ImageOps

from server.documents.pictures import picture
from server.domain.agreement_document import DrawnCharacter
from server.domain.drawn_characters import LARGEST_SIDE
from server.domain.errors import InvalidValueError

FAMILY = "Heyi Drawn"
EM = 1000  # font units: width and height of a Han character
ASCENT = 880  # of them above the line, as in Noto Serif SC
INKED = 920  # of them between the outermost strokes
DARK = 128  # a pixel at least this dark is ink, once the whole range is used
SMALLEST_SIDE = 24  # pixels of ink; less is a speck or cannot be read in print
MOST_INK = 0.6  # of the picture; more is a photo without contrast, or white on black

Rectangle = tuple[int, int, int, int]


def character_picture(content: bytes) -> bytes:
    """Return the ink of a picture as a black and white PNG, cropped, 192 pixels at most.

    Raises InvalidValueError for what is no picture, too big, empty, or no dark character on
    light paper.
    """
    grey = _on_paper(picture(content).image)
    ink = ImageOps.autocontrast(grey).point(lambda light: 255 * (light < DARK))
    place = ink.getbbox()
    if place is None or max(place[2] - place[0], place[3] - place[1]) < SMALLEST_SIDE:
        raise InvalidValueError(field="file", reason="no_character")
    cropped = ink.crop(place)
    if cropped.histogram()[255] > MOST_INK * cropped.width * cropped.height:
        raise InvalidValueError(field="file", reason="no_character")
    return _png(cropped)


def _on_paper(image: Image.Image) -> Image.Image:
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    return paper.convert("L")


def _png(ink: Image.Image) -> bytes:
    ink.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
    made = BytesIO()
    ImageOps.invert(ink).point(lambda light: 255 * (light >= DARK), "1").save(made, "PNG")
    return made.getvalue()


def font(drawn: Iterable[DrawnCharacter]) -> bytes:
    """Return a TrueType font that has these characters; equal pictures give equal bytes."""
    glyphs = {one.code: _glyph(one) for one in drawn}
    names = {int(code.removeprefix("U+"), 16): code for code in glyphs}
    built = FontBuilder(EM, isTTF=True)
    built.setupGlyphOrder([".notdef", *glyphs])
    built.setupCharacterMap(names)
    built.setupGlyf({".notdef": TTGlyphPen(None).glyph(), **glyphs})
    built.setupHorizontalMetrics(dict.fromkeys([".notdef", *glyphs], (EM, 0)))
    built.setupHorizontalHeader(ascent=ASCENT, descent=ASCENT - EM)
    built.setupOS2(sTypoAscender=ASCENT, sTypoDescender=ASCENT - EM)
    built.setupNameTable({"familyName": FAMILY, "styleName": "Regular", "psName": "HeyiDrawn"})
    built.setupPost()
    built.font["head"].created = built.font["head"].modified = 0
    made = BytesIO()
    built.font.recalcTimestamp = False
    built.save(made)
    return made.getvalue()


def write_font(drawn: Iterable[DrawnCharacter], folder: Path) -> None:
    """Put the font into a folder, where the typesetter looks for it."""
    (folder / "drawn.ttf").write_bytes(font(drawn))


def _glyph(one: DrawnCharacter) -> object:
    """Return the picture as an outline of rectangles, fitted into the middle of the em."""
    with Image.open(BytesIO(b64decode(one.picture)), formats=("PNG",)) as opened:
        ink = opened.convert("1")
    unit = INKED / max(ink.size)
    left = (EM - ink.width * unit) / 2
    top = ASCENT - (EM - ink.height * unit) / 2
    pen = TTGlyphPen(None)
    for x, y, end_x, end_y in rectangles(ink):
        corners = ((x, end_y), (x, y), (end_x, y), (end_x, end_y))
        placed = [(round(left + at * unit), round(top - down * unit)) for at, down in corners]
        pen.moveTo(placed[0])
        for corner in placed[1:]:
            pen.lineTo(corner)
        pen.closePath()
    return pen.glyph()


def rectangles(ink: Image.Image) -> Iterator[Rectangle]:
    """Yield rectangles (left, top, right, bottom, ends excluded) that cover the black pixels.

    No two overlap; a run that is the same on rows below each other is one rectangle.
    """
    begun: dict[tuple[int, int], int] = {}
    for y in range(ink.height + 1):
        runs = set(_runs(ink, y)) if y < ink.height else set()
        for run in sorted(begun.keys() - runs):
            yield run[0], begun.pop(run), run[1], y
        for run in sorted(runs - begun.keys()):
            begun[run] = y


def _runs(ink: Image.Image, y: int) -> Iterator[tuple[int, int]]:
    start = None
    for x in range(ink.width + 1):
        black = x < ink.width and not ink.getpixel((x, y))
        if black and start is None:
            start = x
        elif not black and start is not None:
            yield start, x
            start = None


def encoded(content: bytes) -> str:
    """Return a kept picture as the frozen text carries it."""
    return b64encode(character_picture(content)).decode()
