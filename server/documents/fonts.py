"""Which fonts draw documents, and which characters they can draw.

Reads the `cmap` tables (OpenType 1.9, formats 4 and 12) of static TTF, OTF and TTC files;
asking before drawing turns a missing character into a clear refusal.
"""

import struct
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import compress
from pathlib import Path

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
    drawable = covered(fonts)
    return frozenset(c for c in set(text) if not c.isspace() and not _shows(c, drawable))


def _shows(character: str, drawable: frozenset[int]) -> bool:
    return ord(character) in drawable and unicodedata.category(character) not in UNSEEN


@cache
def covered(fonts: FontFolders) -> frozenset[int]:
    """Return every code point some font of the folders maps to a glyph.

    Of a TTC only its Han: what else it has may be unseen though a letter, as Hangul's fillers.
    """
    names = {*NEEDED, *FALLBACK}
    files = [p for folder in fonts for p in sorted(folder.iterdir()) if p.name in names]
    found = ((p.suffix, code_points(p.read_bytes())) for p in files)
    return frozenset().union(*(set(filter(_han, c)) if s == ".ttc" else c for s, c in found))


def _han(code: int) -> bool:
    return unicodedata.name(chr(code), "").startswith("CJK UNIFIED IDEOGRAPH")


def code_points(font: bytes) -> set[int]:
    """Return the code points of a font's Unicode character maps; of a TTC, what each face has."""
    if not font.startswith(b"ttcf"):
        return _of_face(font, 0)
    count = struct.unpack_from(">L", font, 8)[0]
    starts = struct.unpack_from(f">{count}L", font, 12)
    return set.intersection(*(_of_face(font, start) for start in starts))


def _of_face(font: bytes, start: int) -> set[int]:
    cmap = _table(font, b"cmap", start)
    count = struct.unpack_from(">H", cmap, 2)[0]
    maps = [struct.unpack_from(">HHL", cmap, 4 + 8 * index) for index in range(count)]
    # Several of them may be one and the same subtable.
    offsets = {o for p, e, o in maps if p == 0 or (p, e) in {(3, 1), (3, 10)}}
    return set[int]().union(*(part for offset in offsets for part in _subtable(cmap, offset)))


def _table(font: bytes, tag: bytes, start: int) -> bytes:
    count = struct.unpack_from(">H", font, start + 4)[0]
    for index in range(count):
        name, _, offset, length = struct.unpack_from(">4sLLL", font, start + 12 + 16 * index)
        if name == tag:
            return font[offset : offset + length]
    return b"\0\0\0\0"


def _subtable(cmap: bytes, offset: int) -> Iterator[Iterable[int]]:
    form = struct.unpack_from(">H", cmap, offset)[0]
    if form == 12:  # noqa: PLR2004  the format's own number
        yield from _groups(cmap, offset)
    elif form == 4:  # noqa: PLR2004
        yield from _segments(cmap, offset)


def _groups(cmap: bytes, offset: int) -> Iterator[range]:
    count = struct.unpack_from(">L", cmap, offset + 12)[0]
    for index in range(count):
        first, last, glyph = struct.unpack_from(">LLL", cmap, offset + 16 + 12 * index)
        yield range(first + (glyph == 0), last + 1)


def _segments(cmap: bytes, offset: int) -> Iterator[Iterable[int]]:
    double = struct.unpack_from(">H", cmap, offset + 6)[0]
    ends, starts = offset + 14, offset + 16 + double
    deltas, ranges = starts + double, starts + 2 * double
    columns = (
        struct.unpack_from(f">{double // 2}H", cmap, at) for at in (starts, ends, deltas, ranges)
    )
    for index, (start, end, delta, reach) in enumerate(zip(*columns, strict=True)):
        codes = range(start, min(end, 0xFFFE) + 1)
        if reach:
            place = ranges + 2 * index + reach
            yield compress(codes, struct.unpack_from(f">{len(codes)}H", cmap, place))
        else:
            nothing = -delta & 0xFFFF  # this one code comes to glyph 0
            yield range(start, min(nothing, codes.stop))
            yield range(max(start, nothing + 1), codes.stop)
