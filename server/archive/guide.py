"""The files of a record that explain it to a reader who has nothing of ours."""

from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
README = "README.txt"
NAMES = ("FORMAT.md", "verify.sh")
PAGE = "verify.html"
EXPLAINING = (README, *NAMES, PAGE)
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
    plain = {name: (HERE / name).read_bytes() for name in NAMES}
    return {README: for_notepad((HERE / README).read_text("utf-8")), **plain, **pages}


def for_notepad(text: str) -> bytes:
    """Return UTF-8 as the Notepad of old Windows shows it: marked as such, lines ending in CRLF.

    Before 2018 it ran lines together that end in LF alone, and courts keep computers for long.
    https://devblogs.microsoft.com/commandline/extended-eol-in-notepad/
    """
    return text.replace("\n", "\r\n").encode("utf-8-sig")
