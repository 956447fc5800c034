"""Draws the agreement object as the PDF that everybody signs.

Typst makes PDF/A-3a (ISO 19005-3) with PDF/UA-1 (ISO 14289-1) in one pass. The file
carries the canonical agreement and the places of its blanks, so that sealing needs
nothing but the file. Equal agreements give equal bytes.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import get_ident

import typst

from server.documents.attachments import attachment, pages_and_attachment
from server.documents.drawn_font import write_font
from server.documents.fonts import FontFolders, missing_characters
from server.documents.scan_code import scan_code
from server.documents.wording import Printed, printed
from server.domain.agreement_document import (
    AgreementDocument,
    DrawnCharacter,
    MissingCharactersError,
    canonical_bytes,
    code_of,
)
from server.domain.printed_words import CHINA
from server.ports.documents import LockedPdf, Slot

TEMPLATE = Path(__file__).with_name("agreement.typ")
FITS_TOGETHER = 8  # signature lines that share a page with the seal and a paragraph
SLOTS = "slots.json"
"""In the PDF itself: where its blanks are, and how large."""
TALL = {"ink": 1.5, "ink_seal": 2}  # places to write on paper, as so many lines


def typeset(document: AgreementDocument, fonts: FontFolders, site: str = "") -> LockedPdf:
    """Return the locked PDF. Raises MissingCharactersError before drawing anything.

    `site` is the public address whose verification page the code on the first page leads to;
    without one there is no code.
    """
    words = printed(document)
    drawn = {ord(one.character): None for one in document.drawn}
    refuse_missing(everything(words).translate(drawn), fonts)
    pdf = _compile(document, words, fonts, site)
    pages, blanks = pages_and_attachment(pdf, SLOTS)
    return LockedPdf(
        pdf=pdf,
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        digest=words.digest,
        pages=pages,
        slots=_slots(blanks),
    )


def refuse_missing(text: str, fonts: FontFolders) -> None:
    """Raise MissingCharactersError listing what no font can draw."""
    missing = missing_characters(text, fonts)
    if missing:
        raise MissingCharactersError(characters="".join(sorted(missing)))


def everything(words: Printed) -> str:
    """Return every word that will stand on the page."""
    lines = [line.label + line.name + line.note for line in words.lines]
    small = words.committee, words.check_code, words.digest_label, words.seam, words.scan_label
    return "\n".join((words.text(), *lines, *small))


def slots(pdf: bytes) -> tuple[Slot, ...]:
    """Return the blanks of a locked PDF, as it tells them itself."""
    return _slots(attachment(pdf, SLOTS))


def _slots(blanks: bytes) -> tuple[Slot, ...]:
    return tuple(Slot(**blank) for blank in json.loads(blanks))


def _compile(document: AgreementDocument, words: Printed, fonts: FontFolders, site: str) -> bytes:
    day = document.locked_at.astimezone(CHINA)
    together = sum(TALL.get(line.kind, 1) for line in words.lines) <= FITS_TOGETHER
    inputs = {
        "words": json.dumps({**asdict(words), "together": together}, ensure_ascii=False),
        "agreement": canonical_bytes(document).decode(),
        "scan": scan_code(site, code_of(words.digest)) if site else "",
        "year": str(day.year),
        "month": str(day.month),
        "day": str(day.day),
    }
    with compiler_for(TEMPLATE, document.drawn, fonts) as compiler:
        made = compiler.compile(
            format="pdf",
            pdf_standards=["a-3a", "ua-1"],
            timestamp=int(document.locked_at.timestamp()),
            sys_inputs=inputs,
        )
    # An update must start on a new line (ISO 19005-3, 6.1.9); Typst writes none.
    return whole(made) + b"\n"


def whole(made: bytes | list[bytes] | None) -> bytes:
    """Return Typst's result as one file; raises TypeError when it made several."""
    if not isinstance(made, bytes):
        raise TypeError(made)
    return made


@contextmanager
def compiler_for(
    template: Path, drawn: Sequence[DrawnCharacter], fonts: FontFolders
) -> Iterator[typst.Compiler]:
    """Give a compiler with the fonts, and one of the document's own for what they lack."""
    if not drawn:
        yield compiler_of(template, fonts)
        return
    with TemporaryDirectory() as folder:
        write_font(drawn, Path(folder))
        yield typst.Compiler(template, font_paths=_font_set((*fonts, Path(folder))))


def compiler_of(template: Path, fonts: FontFolders) -> typst.Compiler:
    """Return this thread's compiler of a template; none may serve two threads at once.

    To read and parse the agreement's anew takes a sixteenth of what drawing it does.
    """
    return _compiler_of(template, fonts, get_ident())


@lru_cache(maxsize=8)
def _compiler_of(template: Path, fonts: FontFolders, _thread: int) -> typst.Compiler:
    return typst.Compiler(template, font_paths=_kept_font_set(fonts))


def _font_set(fonts: FontFolders) -> typst.Fonts:
    """Return the fonts of these folders and no others that the machine may have."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=list(fonts)
    )


_kept_font_set = cache(_font_set)
