"""Draws the agreement object as the PDF that everybody signs.

Typst makes PDF/A-3a (ISO 19005-3) with PDF/UA-1 (ISO 14289-1) in one pass. The file
carries the canonical agreement and the places of its blanks, so that sealing needs
nothing but the file. Equal agreements give equal bytes.
"""

import hashlib
import json
from dataclasses import asdict

from server.documents.attachments import attachment, pages_and_attachment
from server.documents.fonts import FontFolders, missing_characters
from server.documents.scan_code import scan_code
from server.documents.templates import archival
from server.documents.wording import Printed, printed
from server.domain.agreement_document import (
    AgreementDocument,
    MissingCharactersError,
    canonical_bytes,
    code_of,
)
from server.ports.documents import LockedPdf, Slot

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
    together = sum(TALL.get(line.kind, 1) for line in words.lines) <= FITS_TOGETHER
    given = {
        "words": {**asdict(words), "together": together},
        "agreement": canonical_bytes(document).decode(),
        "scan": scan_code(site, code_of(words.digest)) if site else "",
    }
    made = archival("agreement", given, document.locked_at, fonts, document.drawn)
    # An update must start on a new line (ISO 19005-3, 6.1.9); Typst writes none.
    return made + b"\n"
