"""Which fonts draw documents, and which characters they can draw.

Reads the character maps of static TTF, OTF and TTC files; asking before drawing turns a
missing character into a clear refusal.
"""

import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont

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
    return frozenset(c for c in text if not c.isspace() and not _shows(c, drawable))


def _shows(character: str, drawable: frozenset[int]) -> bool:
    return ord(character) in drawable and unicodedata.category(character) not in UNSEEN


@cache
def covered(fonts: FontFolders) -> frozenset[int]:
    """Return every code point some font of the folders maps to a glyph.

    Of a TTC only its Han: what else it has may be unseen though a letter, as Hangul's fillers.
    """
    names = {*NEEDED, *FALLBACK}
    files = [p for folder in fonts for p in sorted(folder.iterdir()) if p.name in names]
    found = ((p.suffix, code_points(p)) for p in files)
    return frozenset().union(*(filter(_han, c) if s == ".ttc" else c for s, c in found))


def _han(code: int) -> bool:
    return unicodedata.name(chr(code), "").startswith("CJK UNIFIED IDEOGRAPH")


def code_points(font: Path) -> frozenset[int]:
    """Return the code points of a font's Unicode character maps; of a TTC, what each face has."""
    opened = TTCollection if font.suffix == ".ttc" else TTFont
    with opened(font, lazy=True) as found:
        each = found.fonts if opened is TTCollection else [found]
        return frozenset.intersection(*(_of_face(face) for face in each))


def _of_face(face: TTFont) -> frozenset[int]:
    return frozenset(face.getBestCmap() or ()) if "cmap" in face else frozenset()
