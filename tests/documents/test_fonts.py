"""Characters that Debian's font alone has, and how a collection of faces is read."""

from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib import TTCollection, TTFont

from server.documents.attachments import attachment
from server.documents.fonts import (
    DEBIAN,
    FALLBACK,
    FontFolders,
    code_points,
    covered,
    font_folders,
    missing_characters,
)
from server.documents.typesetting import typeset
from server.domain.agreement_document import MissingCharactersError
from tests.documents.conftest import ROOT
from tests.documents.example import example
from tests.documents.form_text import body, form_text

INSTALLED = (DEBIAN / FALLBACK[-1]).is_file()
with_debian = pytest.mark.skipif(not INSTALLED, reason="fonts-noto-cjk is not installed")
FILLERS = "\u115f\u1160\u3164\uffa0"  # letters of Hangul that nobody sees


@pytest.fixture(scope="module")
def without() -> FontFolders:
    return font_folders(ROOT / "web/node_modules", ROOT / "nowhere")


@with_debian
@pytest.mark.parametrize("name", ["陈𰻝", "𰻞𤰉"], ids=ascii)
def test_a_name_that_another_font_has_is_drawn_with_it(
    name: str, fonts: FontFolders, without: FontFolders
) -> None:
    pdf = typeset(example(name=name), fonts).pdf
    assert name in body(pdf)
    assert body(pdf) == form_text(attachment(pdf, "agreement.json"))
    with pytest.raises(MissingCharactersError):
        typeset(example(name=name), without)


@with_debian
def test_that_font_changes_nothing_that_the_others_draw(
    fonts: FontFolders, without: FontFolders
) -> None:
    assert typeset(example(), fonts) == typeset(example(), without)


@with_debian
def test_that_font_is_asked_for_han_alone(fonts: FontFolders, without: FontFolders) -> None:
    assert missing_characters(FILLERS, fonts) == set(FILLERS)
    more = {chr(code) for code in covered(fonts) - covered(without)}
    assert len(more) > 2000
    assert all("\u3400" <= one <= "\U0003134f" for one in more)


def test_a_collection_has_what_each_of_its_faces_has(tmp_path: Path) -> None:
    together = TTCollection()
    together.fonts = [face(range(65, 70)), face(range(67, 75))]
    together.save(tmp_path / "two.ttc")
    assert code_points(tmp_path / "two.ttc") == {67, 68, 69}


def test_a_font_without_a_character_map_draws_nothing(tmp_path: Path) -> None:
    mute = face(range(65, 70))
    del mute["cmap"]
    mute.save(tmp_path / "mute.ttf")
    assert code_points(tmp_path / "mute.ttf") == set()


def face(codes: range) -> TTFont:
    """Return a font that has an empty glyph for each of these code points, and nothing else."""
    names = {code: f"u{code:04X}" for code in codes}
    made = FontBuilder(1000)
    made.setupGlyphOrder([".notdef", *names.values()])
    made.setupCharacterMap(names)
    return made.font


def test_no_font_of_the_machine_stands_in_for_one_that_is_needed(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        font_folders(tmp_path)
