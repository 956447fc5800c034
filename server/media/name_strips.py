"""Names under the pictures of a grid, drawn once, in light letters on a dark strip."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

from PIL import Image, ImageDraw, ImageFont

from server.media.grid_layout import Area

_SIZE: Final = 20
_LIGHT, _DARK = 225, 36
_NOWHERE: Final = "\U0010ffff"
"""A code point that no font draws: what is shown for it is shown for whatever is missing."""
_ELLIPSIS: Final = "…"
_MARGIN: Final = 8

Font: TypeAlias = ImageFont.FreeTypeFont


class NameStrips:
    """Draws with the first of the fonts that has a character."""

    def __init__(self, fonts: Sequence[Path]) -> None:
        """`fonts` in the order they are asked; OSError where one cannot be read."""
        self._fonts = [ImageFont.truetype(str(one), _SIZE) for one in fonts]
        self._missing = [bytes(font.getmask(_NOWHERE)) for font in self._fonts]

    def drawn(self, name: str, area: Area) -> bytes:
        """Return the strip's brightness, a byte a pixel, row by row."""
        image = Image.new("L", (area.width, area.height), _DARK)
        letters = self._fitting(name, area.width - 2 * _MARGIN)
        draw, x = ImageDraw.Draw(image), (area.width - _length(letters)) / 2
        for font, letter in letters:
            draw.text((x, area.height / 2), letter, _LIGHT, font, "lm")
            x += font.getlength(letter)
        return image.tobytes()

    def _fitting(self, name: str, width: int) -> list[tuple[Font, str]]:
        letters = [(self._font(letter), letter) for letter in name if letter.isprintable()]
        if _length(letters) <= width:
            return letters
        last = (self._fonts[0], _ELLIPSIS)
        while letters and _length([*letters, last]) > width:
            letters.pop()
        return [*letters, last]

    def _font(self, letter: str) -> Font:
        for font, missing in zip(self._fonts, self._missing, strict=True):
            if bytes(font.getmask(letter)) != missing:
                return font
        return self._fonts[0]


def _length(letters: Sequence[tuple[Font, str]]) -> float:
    return sum(font.getlength(letter) for font, letter in letters)
