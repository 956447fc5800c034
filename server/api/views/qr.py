"""Draws links as QR codes (ISO/IEC 18004), as SVG text to be put into a page."""

from collections.abc import Sequence

import segno


def qr_codes(links: Sequence[str]) -> tuple[str, ...]:
    """Return one drawing for each link, empty for an empty one. Runs in the work pool."""
    return tuple(_draw(link) if link else "" for link in links)


def _draw(link: str) -> str:
    code = segno.make(link, error="m", micro=False)
    drawn: str = code.svg_inline(omitsize=True, svgclass=None, lineclass=None)
    return drawn
