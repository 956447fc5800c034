"""The files of a record that explain it to a reader who has nothing of ours."""

from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
NAMES = ("FORMAT.md", "verify.sh")


@cache
def guide() -> dict[str, bytes]:
    """Return the explaining files by their names in the record."""
    return {name: (HERE / name).read_bytes() for name in NAMES}
