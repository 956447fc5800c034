"""Reads scans and photos of signed paper: JPEG, PNG or PDF, shown as pictures."""

from io import BytesIO

import pypdfium2  # type: ignore[import-untyped]
from PIL import Image, ImageOps, UnidentifiedImageError

from server.documents.pages import WIDEST, webp
from server.domain.errors import InvalidValueError

MOST_PIXELS = 60_000_000  # a telephone's camera; decoded only as large as needed
MOST_PAGES = 100
TALLEST = 6  # times the width; no sheet is longer
SAMPLE = 200  # pixels of a trial drawing
PDF = b"%PDF-"
FORMATS = ("PNG", "JPEG")


def count_scan(content: bytes) -> int:
    """Return how many pages a scan has. Raises InvalidValueError for what is none."""
    if not content.startswith(PDF):
        _shown(content, SAMPLE)  # a file cut short is found here, not at the comparison
        return 1
    scan = _document(content)
    try:
        if not 1 <= len(scan) <= MOST_PAGES:
            raise InvalidValueError(field="file", reason="too_big")
        return len(scan)
    finally:
        scan.close()


def scan_page(content: bytes, part: int, width: int) -> bytes:
    """Return page `part` (from 1) of a scan as WebP, at most `width` pixels wide."""
    wide = min(width, WIDEST)
    return webp(_drawn(content, part, wide) if content.startswith(PDF) else _shown(content, wide))


def _document(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise InvalidValueError(field="file", reason="not_a_scan") from error


def _drawn(content: bytes, part: int, width: int) -> Image.Image:
    scan = _document(content)
    try:
        page = scan[part - 1]
        wide, high = page.get_size()
        if wide <= 0 or high > wide * TALLEST:
            raise InvalidValueError(field="file", reason="not_a_scan")
        image: Image.Image = page.render(scale=(width - 0.5) / wide).to_pil()
        return image
    finally:
        scan.close()


def _shown(content: bytes, width: int) -> Image.Image:
    opened = _opened(content)
    try:
        opened.draft("RGB", (width, width * TALLEST))  # JPEG decodes smaller at once
        image = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise InvalidValueError(field="file", reason="not_a_scan") from error
    image.thumbnail((width, width * TALLEST))
    return image


def _opened(content: bytes) -> Image.Image:
    try:
        opened = Image.open(BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError as error:  # by the size its header names
        raise InvalidValueError(field="file", reason="too_big") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise InvalidValueError(field="file", reason="not_a_scan") from error
    if opened.width * opened.height > MOST_PIXELS:
        raise InvalidValueError(field="file", reason="too_big")
    return opened
