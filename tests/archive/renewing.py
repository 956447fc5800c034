"""Renews the stamp of the example, as the server would, on given days."""

from collections.abc import Sequence
from datetime import UTC, datetime

from server.documents.renewal import renewed, stamped
from server.domain.renewal import APPENDED, STAMP, folder_of, sums_name, sums_of, whole_pdf
from tests.archive.example import HEXI, RECORD, Files, Office
from tests.support.papers import desk_of


def day(year: int) -> datetime:
    return datetime(year, 3, 1, tzinfo=UTC)


def with_renewals(
    files: Files, office: Office, years: Sequence[int], digest: str = "sha256"
) -> Files:
    """Return the record's files and those of a renewal in each of the years."""
    found = Files(files)
    desk = desk_of(office.keys, office.fonts)
    for number, year in enumerate(years, start=1):
        folder = folder_of(number)
        whole = whole_pdf(found)
        found[f"{folder}/{APPENDED}"] = renewed(HEXI, whole, day(year), digest, desk)
        sums = sums_of(RECORD, found, number, digest)
        found[f"{folder}/{sums_name(digest)}"] = sums
        found[f"{folder}/{STAMP}"] = stamped(HEXI, sums, day(year), digest, desk)
    return found
