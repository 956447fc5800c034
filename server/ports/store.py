"""What the core asks of the database: one unit of work, repositories inside it.

Every aggregate is saved whole. `save` compares `version` with the stored one, raises
ConflictError when another writer was faster, and stores version + 1. Personal content
is encrypted by the adapter (KEK -> case key -> field); searchable names and identity
numbers are kept as keyed hashes only.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from server.domain.agreement import Agreement
from server.domain.case import Case, CaseState
from server.domain.checkpoint import Checkpoint
from server.domain.committee import Committee
from server.domain.errors import DomainError
from server.domain.file_kinds import FileKind
from server.domain.ids import (
    AgreementId,
    CaseId,
    CommitteeId,
    FileId,
    InvitationId,
    MessageId,
    RecordId,
    SessionId,
    StaffId,
)
from server.domain.invitation import Invitation
from server.domain.register import RecordOpening, RegisterEntry, RegisterQuery
from server.domain.renewal import ArchiveStamp, RenewalRules
from server.domain.session import Session
from server.domain.session_log import Entry, Happening
from server.domain.staff import Staff, StaffSession
from server.domain.tree import Edge, Spot
from server.ports.keeping import KeepingQuery
from server.ports.notify import Message


class ConflictError(DomainError):
    """Another writer saved first; load again and decide anew."""

    code = "conflict"


class ShreddedError(DomainError):
    """The file was destroyed when its period was over."""

    code = "shredded"


class DiskFullError(DomainError):
    """The disk has no room; nothing was lost and nothing was half done."""

    code = "disk_full"
    machine = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuery:
    """Cases of one committee; `text` matches party names, number or identity number.

    `number` is a whole case number; `since` and `until` bound the registration, half open.
    """

    committee_id: CommitteeId
    text: str = ""
    number: str = ""
    since: datetime | None = None
    until: datetime | None = None
    state: CaseState | None = None
    own: StaffId | None = None  # who mediates or records them
    page: int = 1
    page_size: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """An uploaded or made file; its bytes are encrypted with a key of its own.

    Shredded, that key is gone and so is the name; what it was stays on record.
    """

    id: FileId
    case_id: CaseId
    kind: FileKind
    name: str
    media_type: str
    size: int
    sha256: str
    at: datetime
    salt: str = ""
    shredded_at: datetime | None = None

    @property
    def commitment(self) -> str:
        """Return SHA-256(salt || digest), which tells the digest to nobody without the salt."""
        return hashlib.sha256(bytes.fromhex(self.salt + self.sha256)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeCode:
    """A six-digit code for one person and one purpose; only a keyed hash is stored."""

    subject: str
    purpose: str
    code_hash: str
    sent_at: datetime
    expires_at: datetime
    tries: int = 0
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarYear:
    """One year of the holiday calendar as an admin entered or we shipped it."""

    year: int
    holidays: frozenset[date]
    working_days: frozenset[date]


class Committees(Protocol):
    """Committees."""

    async def get(self, committee: CommitteeId) -> Committee: ...
    async def all(self) -> Sequence[Committee]: ...
    async def add(self, committee: Committee) -> None: ...
    async def save(self, committee: Committee) -> Committee: ...


class StaffRegister(Protocol):
    """Staff and their signed-in consoles."""

    async def get(self, staff: StaffId) -> Staff: ...
    async def by_login(self, login: str) -> Staff | None: ...
    async def of_committee(self, committee: CommitteeId) -> Sequence[Staff]: ...
    async def add(self, staff: Staff) -> None: ...
    async def save(self, staff: Staff) -> Staff: ...
    async def sign_in(self, session: StaffSession) -> None: ...
    async def session(self, token_hash: str) -> StaffSession | None: ...
    async def save_session(self, session: StaffSession) -> None: ...
    async def see_session(self, token_hash: str, at: datetime) -> bool: ...
    async def revoke_sessions(self, staff: StaffId, at: datetime, *, but: str = "") -> None: ...


class Cases(Protocol):
    """Cases; numbers have no gaps. `destroyed` are those whose file was, of all committees."""

    async def get(self, case: CaseId) -> Case: ...
    async def add(self, case: Case) -> None: ...
    async def save(self, case: Case) -> Case: ...
    async def search(self, query: CaseQuery) -> tuple[Sequence[Case], int]: ...
    async def due(self, query: CaseQuery, since: date) -> tuple[Sequence[Case], int]:
        """Return the page of those with the first days, and how many there are.

        An open case counts however late it is, an agreement's days from `since` on.
        """
        ...

    async def destroyed(self) -> Sequence[CaseId]: ...
    async def in_keeping(self, query: KeepingQuery) -> tuple[Sequence[Case], int]:
        """Return a page of them, the longest due first; no other case is opened for it."""
        ...

    async def next_number(self, committee: CommitteeId, year: int) -> int: ...


class Invitations(Protocol):
    """Personal links. Seats are found by the hash of the browser's cookie."""

    async def get(self, invitation: InvitationId) -> Invitation: ...
    async def by_token(self, token_hash: str) -> Invitation | None: ...
    async def by_seat(self, seat_hash: str) -> Invitation | None: ...
    async def of_case(self, case: CaseId) -> Sequence[Invitation]: ...
    async def add(self, invitation: Invitation) -> None: ...
    async def save(self, invitation: Invitation) -> Invitation: ...


class Sessions(Protocol):
    """Sittings."""

    async def get(self, session: SessionId) -> Session: ...
    async def of_case(self, case: CaseId) -> Sequence[Session]: ...
    async def planned(
        self, committee: CommitteeId, begin: datetime, end: datetime
    ) -> Sequence[Session]: ...
    async def planned_ids(self, begin: datetime, end: datetime) -> Sequence[SessionId]: ...
    async def unfinished(self) -> Sequence[SessionId]: ...
    async def add(self, session: Session) -> None: ...
    async def save(self, session: Session) -> Session: ...


class Agreements(Protocol):
    """Agreements; one per case."""

    async def get(self, agreement: AgreementId) -> Agreement: ...
    async def of_case(self, case: CaseId) -> Agreement | None: ...
    async def sealing(self) -> Sequence[Agreement]: ...
    async def add(self, agreement: Agreement) -> None: ...
    async def save(self, agreement: Agreement) -> Agreement: ...


class Register(Protocol):
    """Sealed records. `allot` gives the next serial under the number's row lock."""

    async def allot(self, committee: CommitteeId, year: int) -> int: ...
    async def add(self, entry: RegisterEntry) -> None: ...
    async def get(self, record: RecordId) -> RegisterEntry: ...
    async def of_case(self, case: CaseId) -> RegisterEntry | None: ...
    async def search(self, query: RegisterQuery) -> tuple[Sequence[RegisterEntry], int]: ...
    async def open(self, opening: RecordOpening) -> None: ...
    async def opening(self, opening_id: str) -> RecordOpening | None: ...
    async def openings(self, record: RecordId) -> Sequence[RecordOpening]: ...


class ArchiveStamps(Protocol):
    """How long each sealed record's archive time stamp lasts; `Register.add` adds them."""

    async def add(self, stamp: ArchiveStamp) -> None: ...
    async def get(self, record: RecordId) -> ArchiveStamp: ...
    async def save(self, stamp: ArchiveStamp, renewals: int) -> bool:
        """Store it; False, and nothing is, unless it had been renewed so often before."""
        ...

    async def due(
        self, rules: RenewalRules, now: datetime, after: RecordId | None, limit: int
    ) -> Sequence[ArchiveStamp]:
        """Return some that are due (`why_due`), in the order of their ids, after that one."""
        ...

    async def count(
        self, rules: RenewalRules, now: datetime, committee: CommitteeId | None = None
    ) -> tuple[int, int]:
        """Return how many are due by their dates, and how many could not be renewed when tried."""
        ...

    async def troubled(self, committee: CommitteeId, limit: int) -> Sequence[ArchiveStamp]:
        """Return some of those that could not be renewed."""
        ...

    async def latest(self, committee: CommitteeId) -> datetime | None:
        """Return when a stamp was renewed last, None before the first."""
        ...


class SessionLog(Protocol):
    """The hash chains. Entries can only be appended; the database refuses the rest."""

    async def append(
        self, case: CaseId, what: Sequence[Happening], at: datetime
    ) -> Sequence[Entry]: ...
    async def of_case(self, case: CaseId) -> Sequence[Entry]: ...
    async def head(self, case: CaseId) -> Entry | None: ...


class LogTree(Protocol):
    """The tree over all session logs. Places and checkpoints are only ever added."""

    async def waiting(self) -> Sequence[CaseId]:
        """Return the cases with committed entries that have no place yet, oldest first."""
        ...

    async def place(self, case: CaseId, limit: int) -> int:
        """Give up to `limit` entries of a case their places and return how many.

        Raises BrokenChainError where they do not follow those placed before.
        """
        ...

    async def edge(self) -> Edge: ...
    async def nodes(self, spots: Collection[Spot]) -> Mapping[Spot, bytes]: ...
    async def positions(self, case: CaseId, until: int) -> Sequence[int]:
        """Return the places of the case's first `until` entries, as many as have one."""
        ...

    async def entries(self, begin: int, limit: int) -> Sequence[Entry]:
        """Return entries in the order of the tree from a position on."""
        ...

    async def latest(self) -> Checkpoint | None: ...
    async def latest_at(self) -> datetime | None: ...
    async def covering(self, size: int) -> Checkpoint | None:
        """Return the first checkpoint of a tree at least so large."""
        ...

    async def keep(self, checkpoint: Checkpoint, at: datetime) -> bool:
        """Keep a checkpoint; False where a larger tree's, or this one's, is kept already."""
        ...

    async def keep_stamp(self, size: int, token: bytes, at: datetime) -> bytes:
        """Keep the time stamp of the checkpoint of this size; return the one that is kept."""
        ...

    async def stamp_of(self, size: int) -> bytes | None:
        """Return the time stamp of the checkpoint of this size, None where it has none yet."""
        ...


class Outbox(Protocol):
    """Messages for staff to copy or for a gateway to carry; codes never come here."""

    async def add(self, message: Message) -> None: ...
    async def get(self, message: MessageId) -> Message: ...
    async def of_case(self, case: CaseId) -> Sequence[Message]: ...
    async def untold(self, since: datetime) -> Sequence[CaseId]:
        """Return the cases whose parties were not told of the seal, by messages since then."""
        ...

    async def save(self, message: Message) -> None: ...


class Codes(Protocol):
    """One-time codes; `consume` is a conditional write that only one caller wins."""

    async def put(self, code: OneTimeCode) -> None: ...
    async def find(self, subject: str, purpose: str) -> OneTimeCode | None: ...
    async def sent_since(self, subject: str, since: datetime) -> int: ...
    async def wrong(self, subject: str, purpose: str) -> None: ...
    async def consume(self, subject: str, purpose: str, at: datetime) -> bool: ...


class Files(Protocol):
    """Encrypted blobs of a case."""

    async def add(self, file: StoredFile, content: bytes) -> None: ...
    async def get(self, file: FileId) -> StoredFile: ...
    async def content(self, file: FileId) -> bytes:
        """Return the bytes. Raises ShreddedError."""
        ...

    async def shred(self, file: FileId, at: datetime) -> None:
        """Destroy the file's key, name and bytes. There is no way back."""
        ...

    async def of_case(self, case: CaseId) -> Sequence[StoredFile]: ...


class Calendar(Protocol):
    """The holiday calendar as replaced or added by staff."""

    async def years(self) -> Sequence[CalendarYear]: ...
    async def put(self, year: CalendarYear) -> None: ...


class Replies(Protocol):
    """Answers remembered by idempotency key, so that a resend changes nothing."""

    async def find(self, key: str) -> str | None: ...
    async def put(self, key: str, reply: str, at: datetime) -> None: ...
    async def replace(self, key: str, reply: str, at: datetime) -> None: ...


class UnitOfWork(Protocol):
    """One transaction. It commits on leaving without an error, else rolls back."""

    committees: Committees
    staff: StaffRegister
    cases: Cases
    invitations: Invitations
    sessions: Sessions
    agreements: Agreements
    register: Register
    stamps: ArchiveStamps
    log: SessionLog
    tree: LogTree
    outbox: Outbox
    codes: Codes
    files: Files
    calendar: Calendar
    replies: Replies


class Store(Protocol):
    """The database. `write` takes the one writer's place before the first read.

    All that one `read` sees was committed at one moment. `owes_forgetting` tells whether the log
    of writes may still hold what was erased.
    """

    owes_forgetting: bool

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]: ...
    def write(self) -> AbstractAsyncContextManager[UnitOfWork]: ...
    def keyed_hash(self, text: str) -> str:
        """Return a keyed hash, equal for equal text, useless without the key."""
        ...

    async def forget(self) -> bool:
        """Empty the log of writes of what was erased; False where a reader, a backup, forbids."""
        ...

    async def healthy(self) -> bool: ...
    async def close(self) -> None: ...
