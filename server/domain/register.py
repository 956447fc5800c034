"""The register of sealed agreements: what an officer searches years later."""

from dataclasses import dataclass
from datetime import date, datetime

from server.domain.ids import CaseId, CommitteeId, RecordId, StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """One sealed agreement. `amount` is fen; `digest` the manifest's SHA-256."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterQuery:
    """What to look for; every given field must hold. `name` may be a part."""

    committee_id: CommitteeId
    name: str = ""
    number: str = ""
    effective_from: date | None = None
    effective_to: date | None = None
    amount_min: int | None = None
    amount_max: int | None = None
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
