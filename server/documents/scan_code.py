"""Draws the code on the first page that leads a phone to the verification page.

It holds that page's address and the agreement's check code, which stands at the foot of every page;
no name and no number. The check code comes behind a #, so that scanning sends it to nobody.
"""

from io import BytesIO

import segno


def scan_code(site: str, code: str) -> str:
    """Return the code (ISO/IEC 18004) as SVG; equal words give equal bytes.

    It bears a fold or a stain: 15 % of it may be lost (level M).
    """
    out = BytesIO()
    made = segno.make(verification_page(site, code), error="m", micro=False, boost_error=False)
    made.save(out, kind="svg", border=2, xmldecl=False, svgns=True, nl=False)
    return out.getvalue().decode()


def verification_page(site: str, code: str) -> str:
    """Return where the code leads: the page with the check code filled in."""
    return f"{site.rstrip('/')}/verify#{code}"
