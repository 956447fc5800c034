"""Shows the exact pages of a PDF as pictures for a phone."""

from collections.abc import Iterator
from io import BytesIO

import pypdfium2  # type: ignore[import-untyped]
from PIL import Image

WIDEST = 2400  # pixels; wider than any phone, small enough for memory
QUALITY = 80


def pictures(pdf: bytes, width: int) -> list[bytes]:
    """Return every page as WebP, `width` pixels wide (at most 2400), forms drawn."""
    return [webp(image) for image in images(pdf, min(width, WIDEST))]


def images(pdf: bytes, width: int) -> Iterator[Image.Image]:
    """Yield every page as an RGB image, signature appearances included."""
    opened = pypdfium2.PdfDocument(pdf)
    try:
        opened.init_forms()  # without it pdfium leaves signature fields blank
        for page in opened:
            # pdfium rounds up: half a pixel less gives the width asked for.
            scale = (width - 0.5) / page.get_width()
            yield page.render(scale=scale, may_draw_forms=True).to_pil()
    finally:
        opened.close()


def page_text(pdf: bytes) -> list[str]:
    """Return the text of every page in reading order."""
    opened = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_bounded() for page in opened]
    finally:
        opened.close()


def webp(image: Image.Image) -> bytes:
    """Return a picture as WebP."""
    out = BytesIO()
    image.convert("RGB").save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()
