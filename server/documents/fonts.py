"""Which fonts draw documents, and which characters they can draw.

Reads the `cmap` tables (OpenType 1.9, formats 4 and 12) of static TTF, OTF and TTC files;
asking before drawing turns a missing character into a clear refusal.
"""

import struct
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Protocol

FontFolders = tuple[Path, ...]
NEEDED = ("NotoSerifSC_400Regular.ttf", "NotoSerifSC_700Bold.ttf")
NPM_SCOPE = "@expo-google-fonts"
UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn"}
FALLBACK = (
    "NotoSerifHK_400Regular.ttf",  # 1,700 rarer characters in the same hand
    "NotoSerifCJK-Regular.ttc",  # 2,000 others, such as 𰻝, in the same hand too
)
DEBIAN = Path("/usr/share/fonts/opentype/noto")  # where fonts-noto-cjk puts the last of them


def font_folders(root: Path, system: Path = DEBIAN) -> FontFolders:
    """Return the folders below `root` that hold the fonts: node_modules or any other.

    What the others lack is taken from `system`, where such a font is installed. Raises
    FileNotFoundError naming the font without which no agreement can be drawn.
    """
    scope = root / NPM_SCOPE if (root / NPM_SCOPE).is_dir() else root
    found = {name: sorted(scope.rglob(name)) for name in (*NEEDED, *FALLBACK)}
    for name in FALLBACK:
        found[name] += [path for path in (system / name,) if path.is_file()]
    for name in NEEDED:
        if not found[name]:
            raise FileNotFoundError(root / name)
    return tuple(dict.fromkeys(paths[0].parent for paths in found.values() if paths))


def faces(folders: FontFolders) -> tuple[Path, ...]:
    """Return the regular fonts of the folders, in the order they are asked for a character."""
    paths = (folder / name for name in (NEEDED[0], *FALLBACK) for folder in folders)
    return tuple(path for path in paths if path.exists())


def missing_characters(text: str, fonts: FontFolders) -> frozenset[str]:
    """Return the characters of `text` that would not show as they are.

    Those no font can draw, and those that steer text unseen (Unicode Cc, Cf: direction
    marks, soft hyphens, joiners), which could make a page read otherwise than its
    content. Spaces and line ends never miss.
    """
    drawn = drawable(fonts)
    return frozenset(c for c in set(text) if not c.isspace() and not _shows(c, drawn))


def _shows(character: str, drawn: "Drawable") -> bool:
    return ord(character) in drawn and unicodedata.category(character) not in UNSEEN


@cache
def drawable(fonts: FontFolders) -> "Drawable":
    """Return which code points some font of the folders maps to a glyph."""
    names = {*NEEDED, *FALLBACK}
    files = [p for folder in fonts for p in sorted(folder.iterdir()) if p.name in names]
    return Drawable(tuple(map(characters, files)))


class Drawable:
    """Which code points some of the fonts has; what was asked once is remembered."""

    def __init__(self, fonts: "tuple[Characters, ...]") -> None:
        self._fonts = fonts
        self._known: dict[int, bool] = {}

    def __contains__(self, code: int) -> bool:
        known = self._known.get(code)
        if known is None:
            known = self._known[code] = any(code in font for font in self._fonts)
        return known


@dataclass(frozen=True)
class Characters:
    """The code points of a font's Unicode character maps; of a TTC, what each face has.

    Of a TTC only its Han: what else it has may be unseen though a letter, as Hangul's fillers.
    """

    faces: tuple[tuple["CharacterMap", ...], ...]
    collection: bool

    def __contains__(self, code: int) -> bool:
        if self.collection and not _han(code):
            return False
        return all(any(code in one for one in face) for face in self.faces)


def _han(code: int) -> bool:
    return unicodedata.name(chr(code), "").startswith("CJK UNIFIED IDEOGRAPH")


def characters(path: Path) -> Characters:
    """Return what a font file has; of its many megabytes only the character maps are read."""
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as font:
        if font[:4] != b"ttcf":
            return Characters(faces=(_face(font, 0),), collection=False)
        count = struct.unpack_from(">L", font, 8)[0]
        starts = struct.unpack_from(f">{count}L", font, 12)
        return Characters(faces=tuple(_face(font, start) for start in starts), collection=True)


def _face(font: mmap, start: int) -> tuple["CharacterMap", ...]:
    cmap = _table(font, b"cmap", start)
    count = struct.unpack_from(">H", cmap, 2)[0]
    maps = [struct.unpack_from(">HHL", cmap, 4 + 8 * index) for index in range(count)]
    # Several of them may be one and the same subtable.
    offsets = {o for p, e, o in maps if p == 0 or (p, e) in {(3, 1), (3, 10)}}
    return tuple(one for offset in sorted(offsets) if (one := _subtable(cmap, offset)))


def _table(font: mmap, tag: bytes, start: int) -> bytes:
    count = struct.unpack_from(">H", font, start + 4)[0]
    for index in range(count):
        name, _, offset, length = struct.unpack_from(">4sLLL", font, start + 12 + 16 * index)
        if name == tag:
            return font[offset : offset + length]
    return b"\0\0\0\0"


class CharacterMap(Protocol):
    """Which code points one subtable brings to a glyph."""

    def __contains__(self, code: int) -> bool: ...


def _subtable(cmap: bytes, offset: int) -> CharacterMap | None:
    form = struct.unpack_from(">H", cmap, offset)[0]
    if form == 12:  # noqa: PLR2004  the format's own number
        return Groups(cmap, offset)
    return Segments(cmap, offset) if form == 4 else None  # noqa: PLR2004


class Groups:
    """Format 12: runs of code points that follow each other, as their glyphs do."""

    def __init__(self, cmap: bytes, offset: int) -> None:
        count = struct.unpack_from(">L", cmap, offset + 12)[0]
        flat = struct.unpack_from(f">{3 * count}L", cmap, offset + 16)
        runs: tuple[tuple[int, ...], ...] = (flat[::3], flat[1::3], flat[2::3])
        self._firsts, self._lasts, self._glyphs = runs

    def __contains__(self, code: int) -> bool:
        place = bisect_right(self._firsts, code) - 1
        if place < 0 or code > self._lasts[place]:
            return False
        return self._glyphs[place] + code - self._firsts[place] != 0


class Segments:
    """Format 4: the same for two bytes, each run with a number to add or a list of glyphs."""

    def __init__(self, cmap: bytes, offset: int) -> None:
        double = struct.unpack_from(">H", cmap, offset + 6)[0]
        ends, starts = offset + 14, offset + 16 + double
        self._reaches_at = starts + 2 * double
        self._cmap = cmap
        places = (ends, starts, starts + double, self._reaches_at)
        runs: list[tuple[int, ...]]
        runs = [struct.unpack_from(f">{double // 2}H", cmap, at) for at in places]
        self._lasts, self._firsts, self._deltas, self._reaches = runs

    def __contains__(self, code: int) -> bool:
        place = bisect_left(self._lasts, code)
        if code >= 0xFFFF or place == len(self._lasts) or code < self._firsts[place]:  # noqa: PLR2004
            return False
        if not (reach := self._reaches[place]):
            return (code + self._deltas[place]) & 0xFFFF != 0
        at = self._reaches_at + 2 * place + reach + 2 * (code - self._firsts[place])
        return struct.unpack_from(">H", self._cmap, at) != (0,)
