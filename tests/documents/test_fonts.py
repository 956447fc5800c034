"""Characters that Debian's font alone has, and how a collection of faces is read."""

import struct
from collections.abc import Iterable
from pathlib import Path

import pytest

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


def test_a_collection_has_what_each_of_its_faces_has() -> None:
    assert code_points(collection([range(65, 70), range(67, 75)])) == {67, 68, 69}


def collection(faces: Iterable[range]) -> bytes:
    """Return a TTC whose faces have nothing but a cmap of format 12 for these code points."""
    maps = [cmap(face) for face in faces]
    first = 12 + 4 * len(maps)
    starts = [first + 28 * n for n in range(len(maps))]
    at, heads = first + 28 * len(maps), b""
    for one in maps:
        heads += struct.pack(">LHHHH4sLLL", 0x00010000, 1, 0, 0, 0, b"cmap", 0, at, len(one))
        at += len(one)
    header = struct.pack(f">4sLL{len(maps)}L", b"ttcf", 0x00010000, len(maps), *starts)
    return header + heads + b"".join(maps)


def cmap(codes: range) -> bytes:
    groups = struct.pack(">HHLLL LLL", 12, 0, 28, 0, 1, codes.start, codes.stop - 1, 1)
    return struct.pack(">HHHHL", 0, 1, 3, 10, 12) + groups


def test_no_font_of_the_machine_stands_in_for_one_that_is_needed(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        font_folders(tmp_path)
