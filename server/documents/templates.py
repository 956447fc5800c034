"""Draws pages from the Typst templates of this folder and the words they are given.

A template is a function of the same name. What calls it is a text of two lines, as it would be
dear to give Typst the words in `sys.inputs`: it builds its library anew for them, and whatever it
has set for earlier pages counts as set under another one.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import get_ident

import typst

from server.documents.drawn_font import write_font
from server.documents.fonts import FontFolders
from server.domain.agreement_document import DrawnCharacter
from server.domain.printed_words import CHINA

FOLDER = Path(__file__).parent
_IN_A_STRING = str.maketrans({"\\": r"\\", '"': r"\""})


def archival(
    template: str,
    given: Mapping[str, object],
    made_at: datetime,
    fonts: FontFolders,
    drawn: Sequence[DrawnCharacter] = (),
) -> bytes:
    """Return PDF/A-3a (ISO 19005-3) with PDF/UA-1 (ISO 14289-1); equal words give equal bytes.

    The template is told the day on which it is made as well, as it is in China.
    """
    day = made_at.astimezone(CHINA)
    made = {"year": day.year, "month": day.month, "day": day.day}
    with _compiler_for(drawn, fonts) as compiler:
        return _whole(
            compiler.compile(
                _main(template, {**given, "made": made}),
                format="pdf",
                pdf_standards=["a-3a", "ua-1"],
                timestamp=int(made_at.timestamp()),
            )
        )


def passing(template: str, given: object, fonts: FontFolders) -> bytes:
    """Return a PDF whose pages become part of another one."""
    text = _main(template, given)
    compiler = _compiler_of(fonts, get_ident())
    return _whole(compiler.compile(text, format="pdf", pdf_standards=["1.7"], pdf_tags=False))


def picture_of(template: str, given: object, fonts: FontFolders, ppi: int) -> bytes:
    """Return a PNG with `ppi` pixels to the inch."""
    compiler = _compiler_of(fonts, get_ident())
    return _whole(compiler.compile(_main(template, given), format="png", ppi=ppi))


def _main(template: str, given: object) -> bytes:
    """Return the text that has a template drawn; no words can end the string they stand in."""
    words = json.dumps(given, ensure_ascii=False).translate(_IN_A_STRING)
    return f'#import "/{template}.typ": {template}\n#{template}(json(bytes("{words}")))\n'.encode()


def _whole(made: bytes | list[bytes] | None) -> bytes:
    """Return Typst's result as one file; raises TypeError when it made several."""
    if not isinstance(made, bytes):
        raise TypeError(made)
    return made


@contextmanager
def _compiler_for(drawn: Sequence[DrawnCharacter], fonts: FontFolders) -> Iterator[typst.Compiler]:
    """Give a compiler with the fonts, and one of the document's own for what they lack."""
    if not drawn:
        yield _compiler_of(fonts, get_ident())
        return
    with TemporaryDirectory() as folder:
        write_font(drawn, Path(folder))
        yield _compiler(_font_set((*fonts, Path(folder))))


@lru_cache(maxsize=8)
def _compiler_of(fonts: FontFolders, _thread: int) -> typst.Compiler:
    """Return this thread's compiler; none may serve two threads at once.

    To read and parse the agreement's template anew takes a sixteenth of what drawing it does.
    """
    return _compiler(_kept_font_set(fonts))


def _compiler(fonts: typst.Fonts) -> typst.Compiler:
    return typst.Compiler(b"", root=FOLDER, font_paths=fonts)


def _font_set(fonts: FontFolders) -> typst.Fonts:
    """Return the fonts of these folders and no others that the machine may have."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=list(fonts)
    )


_kept_font_set = cache(_font_set)
