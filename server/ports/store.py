"""What the core asks of the database: one unit of work, repositories inside it.

Every aggregate is saved whole. `save` compares `version` with the stored one, raises
ConflictError when another writer was faster, and stores version + 1. Personal content
is encrypted by the adapter (KEK -> case key -> field); searchable names and identity
numbers are kept as keyed hashes only.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from server.domain.agreement import Agreement
from server.domain.case import Case, CaseState
from server.domain.committee import Committee
from server.domain.errors import DomainError
from server.domain.ids import (
    AgreementId,
    CaseId,
    CommitteeId,
    InvitationId,
    MessageId,
    RecordId,
    SessionId,
    StaffId,
)
from server.domain.invitation import Invitation
from server.domain.register import RecordOpening, RegisterEntry, RegisterQuery
from server.domain.session import Session
from server.domain.staff import Staff, StaffSession
from server.ports.archive_stamp import ArchiveStamps
from server.ports.files import Files
from server.ports.keeping import KeepingQuery
from server.ports.notify import Message
from server.ports.session_log import LogTree, SessionLog


class ConflictError(DomainError):
    """Another writer saved first; load again and decide anew."""

    code = "conflict"


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
    async def several(self, cases: Iterable[CaseId]) -> Mapping[CaseId, Case]: ...
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
    async def unplanned(
        self, committee: CommitteeId, own: StaffId | None, since: datetime
    ) -> Sequence[Session]:
        """Return, by time, the last sitting of each case mediated on that was adjourned.

        It has none that is planned or goes on. `own` is who mediates or records the case.
        """
        ...

    async def add(self, session: Session) -> None: ...
    async def save(self, session: Session) -> Session: ...


class Agreements(Protocol):
    """Agreements; one per case. `sealing` names those of a begun record, readable or not."""

    async def get(self, agreement: AgreementId) -> Agreement: ...
    async def of_case(self, case: CaseId) -> Agreement | None: ...
    async def of_cases(self, cases: Iterable[CaseId]) -> Mapping[CaseId, Agreement]: ...
    async def sealing(self) -> Sequence[CaseId]: ...
    async def signing(self, since: datetime) -> Sequence[CaseId]:
        """Return the cases whose text is locked, readable or not, unless closed before `since`."""
        ...

    async def due(self, committee: CommitteeId, first: date, last: date) -> Sequence[CaseId]:
        """Return the cases with a day of their sealed agreement from `first` to `last`."""
        ...

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


class Remains(StrEnum):
    """Why something erased still lies in the database's files, as the server's log says it."""

    READ = "something reads it, such as a backup"
    KEPT = "its log of writes is kept, by a setting, for an archive or for a replica"
    LARGE = "a table is too large to be written anew beside open rooms, or the disk too full"
    REFUSED = "its role may not take it out, or not see whether it is gone: see the deploy guide"


class Store(Protocol):
    """The database. `write` takes the one writer's place before the first read.

    All that one `read` sees was committed at one moment. `owes_forgetting` tells whether the
    database's files, its log of writes among them, may still hold what was erased.
    """

    owes_forgetting: bool

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]: ...
    def write(self) -> AbstractAsyncContextManager[UnitOfWork]: ...
    def keyed_hash(self, text: str) -> str:
        """Return a keyed hash, equal for equal text, useless without the key."""
        ...

    async def forget(self) -> Remains | None:
        """Take what was erased until now out of the files; return why some of it stays."""
        ...

    async def go_on_forgetting(self) -> Remains | None:
        """Do what an earlier `forget`, or a stop, left to be done."""
        ...

    async def healthy(self) -> bool: ...
    async def close(self) -> None: ...
