"""The register of sealed agreements: what an officer searches years later."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from server.domain.calendar import HolidayCalendar
from server.domain.deadlines import standing_confirmation_deadline
from server.domain.errors import ForbiddenError
from server.domain.ids import CaseId, CommitteeId, RecordId, StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """One sealed agreement. `amount` is fen; `digest` the manifest's SHA-256.

    `pdf_sha256` is that of the sealed PDF; empty in entries older than the field. `confirmable`:
    a court may confirm it; the day by which to ask was not always known at the seal.
    `confirmation_depends`: on what it settles, which nobody had said.
    """

    record_id: RecordId
    case_id: CaseId
    committee_id: CommitteeId
    number: str
    year: int
    serial: int
    party_names: tuple[str, ...]
    dispute_type: str
    sub_type: str
    amount: int
    sealed_at: datetime
    effective_on: date
    confirmation_deadline: date | None
    mediator_name: str
    digest: str
    pdf_sha256: str = ""
    confirmable: bool = True
    confirmation_depends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterQuery:
    """What to look for; every given field must hold.

    `name` may be a part, of a party's name or of anybody's who took part for one. `own` is who
    mediates or records the case.
    """

    committee_id: CommitteeId
    name: str = ""
    number: str = ""
    effective_from: date | None = None
    effective_to: date | None = None
    amount_min: int | None = None
    amount_max: int | None = None
    own: StaffId | None = None
    page: int = 1
    page_size: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOpening:
    """That somebody opened a record, and the reason he gave."""

    id: str
    record_id: RecordId
    staff_id: StaffId
    reason: str
    at: datetime


OPEN_FOR = timedelta(hours=12)
"""How long an opening lasts: a working day, so that a reason is given for each one."""


def expect_open(
    opening: RecordOpening | None, record: RecordId, staff: StaffId, now: datetime
) -> RecordOpening:
    """Return the member's own living opening of this record; else ForbiddenError."""
    if opening is None or (opening.record_id, opening.staff_id) != (record, staff):
        raise ForbiddenError(act="open_record")
    if not opening.at <= now < opening.at + OPEN_FOR:
        raise ForbiddenError(act="open_record", reason="opening_over")
    return opening


def by_calendar(entry: RegisterEntry, calendar: HolidayCalendar) -> RegisterEntry:
    """Return the entry with the court's last day as it falls by today's calendar."""
    ends = standing_confirmation_deadline(
        entry.effective_on, calendar, confirmable=entry.confirmable
    )
    return replace(entry, confirmation_deadline=ends.due_on if ends else None)
