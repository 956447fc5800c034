"""Names with characters that no font has: printed from a photo, and still text."""

from base64 import b64decode
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image, ImageChops, ImageOps

from server.documents.attachments import attachment
from server.documents.drawn_font import character_picture, font, rectangles
from server.documents.fonts import FontFolders
from server.documents.pages import images
from server.documents.typesetting import typeset
from server.domain.agreement_document import MissingCharactersError
from server.domain.errors import InvalidValueError
from tests.documents.brush import UNKNOWN, photo, pictured
from tests.documents.example import example
from tests.documents.form_text import body, form_text


def test_a_name_is_printed_from_its_picture_and_read_as_text(fonts: FontFolders) -> None:
    pdf = typeset(pictured(), fonts).pdf
    said = body(pdf)
    assert f"陈{UNKNOWN}" in said
    assert f"“{UNKNOWN}”字字库未收，按所附图样印出，国际编码（Unicode）为U+31350。" in said
    assert said == form_text(attachment(pdf, "agreement.json"))


def test_the_page_shows_that_very_picture(fonts: FontFolders) -> None:
    one, other, same = (head(typeset(pictured(shape), fonts).pdf) for shape in "龘一龘")
    changed = ImageChops.difference(one, other).getbbox()
    assert changed is not None
    assert changed[3] - changed[1] < 40  # the line of the name and no other, at 145 dpi
    assert same.tobytes() == one.tobytes()


def head(pdf: bytes) -> Image.Image:
    """Return the first page above its footer, 1200 pixels wide."""
    page = next(images(pdf, 1200)).convert("L")
    return page.crop((0, 0, page.width, page.height * 9 // 10))


def test_without_its_picture_the_name_is_refused(fonts: FontFolders) -> None:
    with pytest.raises(MissingCharactersError) as caught:
        typeset(example(name=f"陈{UNKNOWN}"), fonts)
    assert caught.value.facts["characters"] == UNKNOWN


def test_a_picture_excuses_no_other_character(fonts: FontFolders) -> None:
    text = pictured()
    other = replace(text, facts=f"{text.facts}\U00031351")
    with pytest.raises(MissingCharactersError) as caught:
        typeset(other, fonts)
    assert caught.value.facts["characters"] == "\U00031351"


def test_equal_pictures_give_equal_files(fonts: FontFolders) -> None:
    assert font(pictured().drawn) == font(pictured().drawn)
    assert typeset(pictured(), fonts) == typeset(pictured(), fonts)


def test_a_photo_becomes_its_ink_alone() -> None:
    kept = Image.open(BytesIO(character_picture(photo())))
    assert kept.mode == "1"
    assert max(kept.size) == 192
    ink = ImageOps.invert(kept.convert("L"))
    assert ink.getbbox() == (0, 0, *kept.size)
    assert 0.1 < ink.histogram()[255] / (kept.width * kept.height) < 0.6


@pytest.mark.parametrize(
    "content",
    [
        photo(" "),
        photo("龘", paper="#222", ink="#ddd"),
        photo("龘", paper="#777", ink="#777"),
        photo("."),
    ],
    ids=["nothing", "white on black", "grey on grey", "a speck"],
)
def test_what_shows_no_character_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidValueError) as caught:
        character_picture(content)
    assert caught.value.facts == {"field": "file", "reason": "no_character"}


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(InvalidValueError) as caught:
        character_picture(b"<svg/>")
    assert caught.value.facts["reason"] == "not_a_picture"


SIDES = st.integers(min_value=1, max_value=9)


@st.composite
def inks(draw: st.DrawFn) -> Image.Image:
    """Return a small black and white picture."""
    width, height = draw(SIDES), draw(SIDES)
    drawn = Image.new("1", (width, height), 1)
    bits = draw(st.lists(st.booleans(), min_size=width * height, max_size=width * height))
    drawn.putdata([int(bit) for bit in bits])
    return drawn


@given(inks())
@settings(max_examples=300)
def test_rectangles_cover_each_black_pixel_once(ink: Image.Image) -> None:
    covered = [
        (x, y)
        for left, top, right, bottom in rectangles(ink)
        for y in range(top, bottom)
        for x in range(left, right)
    ]
    black = {
        (x, y) for x in range(ink.width) for y in range(ink.height) if not ink.getpixel((x, y))
    }
    assert len(covered) == len(set(covered))
    assert set(covered) == black


def test_the_kept_picture_is_in_the_frozen_text() -> None:
    (drawn,) = pictured().drawn
    assert (drawn.character, drawn.code) == (UNKNOWN, "U+31350")
    assert b64decode(drawn.picture) == character_picture(photo())
