"""Renewed archive time stamps: what lies beside a sealed record, and when another is due.

A record is never touched. Each renewal is a folder of three files of its own: what the PDF
gained (validation data and a document time stamp, ETSI EN 319 142-1, 5.5), digests of every
file of the record and of every renewal before, and a time stamp over those digests. So the
newest one vouches for all that came before, as RFC 4998, 5.3 has it.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from server.domain.container import META
from server.domain.ids import CaseId, CommitteeId, RecordId
from server.domain.record import PDF

RENEWALS = "renewals/"
APPENDED, STAMP = "appended.pdf", "stamp.tst"
WHOLE = RENEWALS + PDF
"""The sealed PDF with everything appended; made for a package, kept nowhere."""
MONTH = timedelta(days=365) / 12
DIGESTS = ("sha256", "sha384", "sha512")
LARGEST = 999

_PLACE = re.compile(r"renewals/([0-9]{3})/([A-Za-z0-9.]+)")


class Due(StrEnum):
    """Why a record's archive time stamp is to be renewed."""

    YEARLY = "interval_over"
    ENDS = "certificate_ends"
    DIGEST = "digest_replaced"
    UNKNOWN = "never_looked_at"
    """Nobody has read yet until when its stamp lasts; that is looked up first."""
    NO_STAMP = "no_stamp"
    """It was sealed before there were any."""
    UNPROVEN = "seal_below_lta"
    """The PDF cannot prove its seal for years; renewed once its authority gives what lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalRules:
    """When to renew: so long after the last time, so long before its certificate ends."""

    every: timedelta = timedelta(days=365)
    before: timedelta = timedelta(days=365)
    digest: str = "sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveStamp:
    """Where a record stands: its newest archive time stamp and how often that was renewed.

    `until` is the end of the stamp's certificate, None where nobody has looked; `trouble` the
    code of why the last attempt to renew it failed, or `seal_below_lta`.
    """

    record_id: RecordId
    case_id: CaseId
    committee_id: CommitteeId
    at: datetime
    until: datetime | None = None
    digest: str = "sha256"
    renewals: int = 0
    trouble: str = ""

    @property
    def half(self) -> datetime | None:
        """Return the middle of the stamp's life.

        An authority whose certificate ends soon gives stamps that are due at once: half the
        life is waited, in case it has a new one by then.
        """
        return None if self.until is None else self.at + (self.until - self.at) / 2


class StampCounts(NamedTuple):
    """How many stamps are due by their dates, and how many could not be renewed when tried.

    `below_lta`: the record holds, and its seal waits for what its authority did not give.
    """

    due: int = 0
    failed: int = 0
    below_lta: int = 0


def why_due(stamp: ArchiveStamp, rules: RenewalRules, now: datetime) -> Due | None:
    """Return the reason to renew, None where there is none yet."""
    if stamp.until is None:
        return Due.UNKNOWN
    again = not stamp.renewals or stamp.at <= now - MONTH
    unproven = Due.UNPROVEN if stamp.trouble == Due.UNPROVEN and again else None
    return due_by_date(stamp, rules, now) or unproven


def due_by_date(stamp: ArchiveStamp, rules: RenewalRules, now: datetime) -> Due | None:
    """Return the reason that needs no look into the record first.

    A seal's own stamp is looked at in its first night; till then it is young, not due.
    """
    if stamp.until is not None and stamp.half is not None:
        if stamp.digest != rules.digest:
            return Due.DIGEST
        if stamp.until <= now + rules.before and stamp.half <= now:
            return Due.ENDS
    return Due.YEARLY if stamp.at <= now - rules.every else None


def folder_of(number: int) -> str:
    """Return the folder of a renewal, counted from 1."""
    return f"{RENEWALS}{number:03d}"


def sums_name(digest: str) -> str:
    """Return the name of the list of digests, as sha256sum(1) and its like read it."""
    return f"{digest.upper()}SUMS"


def is_renewal(name: str) -> bool:
    """Return whether a file lies beside the record, not in it."""
    return name.startswith(RENEWALS)


def numbers_in(files: Mapping[str, bytes]) -> list[int]:
    """Return the numbers of the renewals among the files, in order."""
    found = (_PLACE.fullmatch(name) for name in files)
    return sorted({int(place[1]) for place in found if place})


def whole_pdf(files: Mapping[str, bytes]) -> bytes:
    """Return the sealed PDF with what every renewal appended."""
    added = (files.get(f"{folder_of(one)}/{APPENDED}", b"") for one in numbers_in(files))
    return files.get(PDF, b"") + b"".join(added)


def sums_of(record_id: str, files: Mapping[str, bytes], number: int, digest: str) -> bytes:
    """Return the digests that renewal `number` stamps: of all that was there before it.

    Paths are those of an unpacked package, so that `sha256sum -c` reads the list.
    """
    lines = [
        f"{hashlib.new(digest, content).hexdigest()}  {_path(record_id, name)}\n"
        for name, content in files.items()
        if name != WHOLE and _comes_before(name, number)
    ]
    return "".join(sorted(lines, key=lambda line: line.partition("  ")[2])).encode()


def _comes_before(name: str, number: int) -> bool:
    place = _PLACE.fullmatch(name)
    if place is None or int(place[1]) < number:
        return True
    return int(place[1]) == number and place[2] == APPENDED


def _path(record_id: str, name: str) -> str:
    return name if name.startswith(META) or is_renewal(name) else f"{record_id}/{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a time stamp token says, judged.

    `holds`: its signature is valid and it is of these very bytes. `trusted`: its chain ends
    in a given anchor, None without any. `end` is where the PDF ended that it covers, 0 for
    another thing.
    """

    at: datetime
    until: datetime
    authority: str
    digest: str
    holds: bool
    trusted: bool | None = None
    end: int = 0


def follows(stamps: tuple[Stamp, ...]) -> bool:
    """Return whether each stamp holds and was made while the one before was still good."""
    overlap = all(one.at <= other.at <= one.until for one, other in pairwise(stamps))
    return bool(stamps) and all(one.holds for one in stamps) and overlap
