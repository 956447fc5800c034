"""The files of a record that explain it to a reader who has nothing of ours."""

from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
NAMES = ("FORMAT.md", "verify.sh")
PAGE = "verify.html"
EXPLAINING = (*NAMES, PAGE)
BUILT = HERE.parents[1] / "web" / "dist" / "verifier"
"""Where the web build puts the page, which needs nothing beside it."""


@cache
def guide(built: Path = BUILT) -> dict[str, bytes]:
    """Return the explaining files by their names in the record.

    A tree whose web pages were never built has no `verify.html`; its records say the same
    without it.
    """
    page = built / PAGE
    pages = {PAGE: page.read_bytes()} if page.is_file() else {}
    return {**{name: (HERE / name).read_bytes() for name in NAMES}, **pages}
