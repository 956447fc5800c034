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
    characters,
    drawable,
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
    all_of_them, others = drawable(fonts), drawable(without)
    more = {chr(c) for c in range(0x110000) if c in all_of_them and c not in others}
    assert len(more) > 2000
    assert all("\u3400" <= one <= "\U0003134f" for one in more)


def test_a_collection_has_the_han_that_each_of_its_faces_has(tmp_path: Path) -> None:
    path = tmp_path / "two.ttc"
    path.write_bytes(collection([range(65, 0x4E05), range(0x4E02, 0x4E09)]))
    assert codes_of(path) == {0x4E02, 0x4E03, 0x4E04}


@pytest.mark.parametrize(("glyph", "first"), [(1, 65), (0, 66)])
def test_a_code_that_comes_to_no_glyph_is_missing(tmp_path: Path, glyph: int, first: int) -> None:
    path = tmp_path / "one.ttf"
    path.write_bytes(font(cmap(range(65, 70), glyph)))
    assert codes_of(path) == set(range(first, 70))


def test_two_bytes_are_read_by_number_and_by_list(tmp_path: Path) -> None:
    """Format 4: 65 to 69 one glyph further each, the last none; 75 to 77 from a list."""
    path = tmp_path / "four.ttf"
    path.write_bytes(font(segments([(65, 69, -69 & 0xFFFF, ()), (75, 77, 0, (5, 0, 6))])))
    assert codes_of(path) == {65, 66, 67, 68, 75, 77}


@pytest.mark.parametrize("start", [b"", b"\0\1\0\0"])
def test_a_file_without_character_maps_draws_nothing(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "none.ttf"
    path.write_bytes(start + bytes(16 - len(start)))
    assert codes_of(path) == set()


def codes_of(path: Path) -> set[int]:
    found = characters(path)
    return {code for code in range(0x10000) if code in found}


def font(only: bytes) -> bytes:
    """Return a TTF that has a cmap alone."""
    return struct.pack(">LHHHH4sLLL", 0x00010000, 1, 0, 0, 0, b"cmap", 0, 28, len(only)) + only


def segments(runs: list[tuple[int, int, int, tuple[int, ...]]]) -> bytes:
    """Return a cmap of format 4: first and last code of each run, what is added, or its glyphs."""
    whole = [*runs, (0xFFFF, 0xFFFF, 1, ())]
    reaches, listed = [], list[int]()
    for number, (_, _, _, glyphs) in enumerate(whole):
        # From its own place on, over the reaches that follow and what is listed before.
        reaches.append(2 * (len(whole) - number + len(listed)) if glyphs else 0)
        listed += glyphs
    columns = [[last for _, last, _, _ in whole], [0], [first for first, _, _, _ in whole]]
    columns += [[delta for _, _, delta, _ in whole], reaches, listed]
    numbers = [number for column in columns for number in column]
    head = struct.pack(">HHHHHHH", 4, 14 + 2 * len(numbers), 0, 2 * len(whole), 0, 0, 0)
    return struct.pack(">HHHHL", 0, 1, 3, 1, 12) + head + struct.pack(f">{len(numbers)}H", *numbers)


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


def cmap(codes: range, glyph: int = 1) -> bytes:
    groups = struct.pack(">HHLLL LLL", 12, 0, 28, 0, 1, codes.start, codes.stop - 1, glyph)
    return struct.pack(">HHHHL", 0, 1, 3, 10, 12) + groups


def test_no_font_of_the_machine_stands_in_for_one_that_is_needed(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        font_folders(tmp_path)
