"""Inspects a sealed PDF and tells each fact apart.

A signature alone does not show that an update drew over the text, so the sealed pages
are also compared with the locked ones, blank by blank.
"""

import re
from collections.abc import Iterable, Sequence

import pypdfium2  # type: ignore[import-untyped]
from asn1crypto import x509  # type: ignore[import-untyped]
from PIL import Image, ImageChops, ImageDraw

from server.documents.attachments import every_attachment
from server.documents.certificates import certificate_der
from server.documents.pages import images, page_text
from server.documents.signature_facts import Roots, signatures_of
from server.documents.stamp_facts import TAMPERED, stamp_roots
from server.documents.typesetting import slots
from server.documents.wording import DIGEST_LABEL
from server.domain.agreement_document import code_of
from server.domain.canonical import sha256_hex
from server.ports.documents import Slot, StampRoot, for_seals
from server.ports.inspection import PdfFacts

# Beside what reading raises, what drawing does.
UNDRAWN = (*TAMPERED, pypdfium2.PdfiumError, OSError)
WIDTH = 794  # pixels of a compared page: A4 at 96 dpi
A4_WIDTH = 595.2756  # points
MARGIN = 2  # pixels around a blank, for rounding
_WHOLE_CODE = re.compile(f"{re.escape(DIGEST_LABEL)}([0-9a-f]*)")


def inspect(pdf: bytes, locked_size: int | None, anchors: Sequence[bytes]) -> PdfFacts:
    """Return the facts of the sealed PDF; `anchors` are trusted certificates as PEM.

    A `StampRoot` among them is one for time stamps alone, a `SignerRoot` for signers alone,
    a `SealRoot` for all but time stamps.

    `locked_size` is the length of the locked prefix, None where nobody says it: it then ends
    with the first signature, and its pages are asked for their check code. No bytes of a PDF
    make it raise; InvalidValueError when an anchor is no certificate.
    """
    roots = Roots(
        sealing=_loaded(for_seals(anchors)),
        signing=_loaded(one for one in anchors if not isinstance(one, StampRoot)),
        stamping=stamp_roots(anchors),
    )
    try:
        return _facts(pdf, locked_size, roots)
    except UNDRAWN:
        return PdfFacts(readable=False)


def _loaded(anchors: Iterable[bytes]) -> list[x509.Certificate]:
    return [x509.Certificate.load(certificate_der(anchor)) for anchor in anchors]


def _facts(pdf: bytes, locked_size: int | None, roots: Roots) -> PdfFacts:
    found, carried = signatures_of(pdf, roots), _carried(pdf)
    if not found.each:
        blanks = only_blanks_filled(pdf, locked_size or 0)
        return PdfFacts(readable=True, attachment=carried, only_blanks_filled=blanks)
    size = found.each[0].end if locked_size is None else locked_size
    last = found.each[-1]
    return PdfFacts(
        readable=True,
        intact=last.intact,
        valid=last.valid,
        trusted=found.trusted and all(one.trusted for one in found.each) if roots.sealing else None,
        covers_all=found.covers_all,
        modification=found.modification,
        only_blanks_filled=only_blanks_filled(pdf, size),
        signer=f"{last.role} {last.pseudonym}".strip(),
        certificate_sha256=last.certificate_sha256,
        signed_at=last.signed_at,
        attachment=carried,
        code_printed=_code_printed(pdf[:size], carried) if locked_size is None else None,
        signatures=len(found.each),
        each=found.each,
        stamps=found.stamps,
        stamp_issuers=found.stamp_issuers,
    )


def only_blanks_filled(pdf: bytes, locked_size: int) -> bool | None:
    """Return whether the pages differ from the locked ones only inside their blanks.

    None when the prefix is no PDF of ours and cannot tell its blanks.
    """
    try:
        blanks = slots(pdf[:locked_size])
        before = list(images(pdf[:locked_size], WIDTH))
        after = list(images(pdf, WIDTH))
    except UNDRAWN:
        return None
    if len(before) != len(after):
        return False
    pairs = zip(before, after, strict=True)
    return all(_same(a, b, blanks, page) for page, (a, b) in enumerate(pairs, 1))


def _same(before: Image.Image, after: Image.Image, blanks: Iterable[Slot], page: int) -> bool:
    if before.size != after.size:
        return False
    difference = ImageChops.difference(before.convert("RGB"), after.convert("RGB"))
    pen = ImageDraw.Draw(difference)
    for blank in blanks:
        if blank.page == page:
            pen.rectangle(_box(blank, before.width), fill=0)
    return difference.getbbox() is None


def _box(blank: Slot, width: int) -> tuple[float, float, float, float]:
    scale = width / A4_WIDTH
    left, top = blank.x * scale - MARGIN, blank.y * scale - MARGIN
    right = (blank.x + blank.width) * scale + MARGIN
    return left, top, right, (blank.y + blank.height) * scale + MARGIN


def _code_printed(locked: bytes, agreement: bytes | None) -> bool:
    """Return whether every page prints the check code of the agreement that the PDF carries."""
    if agreement is None:
        return False
    digest = sha256_hex(agreement)
    try:
        return all(_prints(page, digest) for page in page_text(locked))
    except UNDRAWN:
        return False


def _prints(page: str, digest: str) -> bool:
    """Return whether a page prints the check code: whole too, but in an earlier form.

    Whoever draws pages anew finds two texts whose sixteen digits are the same, never all.
    """
    whole = _WHOLE_CODE.findall("".join(page.split()))
    return code_of(digest) in page and whole[-1:] in ([], [digest])


def _carried(pdf: bytes) -> bytes | None:
    """Return the agreement that the PDF carries; None if there is none, or not one alone."""
    every = every_attachment(pdf, "agreement.json")
    return every.pop() if len(every) == 1 else None
