"""What the core asks of the archive: keep a sealed record for ever, give it back, check it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from server.domain.errors import DomainError
from server.domain.ids import CaseId, RecordId
from server.domain.record import Manifest, RecordParts
from server.domain.renewal import Stamp
from server.domain.verification import Presented, Report
from server.ports.inspection import PdfInspector

SignManifest = Callable[[bytes], Awaitable[bytes]]
"""Signs the manifest's bytes with the committee's key; returns DER."""

CheckSignature = Callable[[bytes, bytes, bytes], bool]
"""(DER SPKI, message, signature) → whether the signature holds."""

ReadStamp = Callable[[bytes, bytes, Sequence[bytes]], Stamp | None]
"""(DER token, message, trusted PEM certificates) → what the token says of it, if it is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A record as it lies in the archive."""

    record_id: RecordId
    manifest_sha256: str
    package_size: int
    version: str = ""
    """The version under which an object storage keeps it locked; empty on a local disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierTools:
    """What the verifier borrows: how to inspect a PDF, certificates and signatures."""

    inspect: PdfInspector
    check_signature: CheckSignature
    certificate_key: Callable[[bytes], bytes]
    """PEM certificate → DER SPKI; InvalidValueError when it is none."""
    issued_by: Callable[[bytes, bytes], bool]
    """(PEM certificate, PEM issuer) → whether that issuer signed it."""
    read_stamp: ReadStamp


class Holding(StrEnum):
    """What became of a hold in the storage; false where it keeps none."""

    NONE = ""
    FOUND = "found"
    """Some of the record was held already, by us earlier or by somebody else."""
    PLACED = "placed"
    """Nothing of it was held, and now all is: the hold is ours."""


class OwnedElsewhereError(DomainError):
    """The archive keeps the records of another database; `facts["where"]` is what says so."""

    code = "archive_owned"
    machine = True
    for_operator = True


class Archive(Protocol):
    """Sealed records, written once."""

    @property
    def holds(self) -> bool:
        """Whether the storage itself can refuse to remove what is held: a folder cannot."""
        ...

    async def claim(self) -> None:
        """Make it our database's, if it is nobody's yet; whoever writes does so first.

        Raises OwnedElsewhereError, and what a write raises while the storage is away or full.
        """
        ...

    async def reserve(self, case_id: CaseId, size: int) -> None:
        """Keep `size` bytes free for this case's record.

        Raises DiskFullError when the disk has no such room; reserving again is fine.
        """
        ...

    async def release(self, case_id: CaseId) -> None:
        """Give up the reservation, if there is one."""
        ...

    async def write(
        self, parts: RecordParts, sign: SignManifest, keep_until: date | None = None
    ) -> StoredRecord:
        """Write the record and return once it outlives a power cut.

        An archive with locks lets nobody remove or change it before `keep_until`; None is
        for good.

        The same parts again change nothing. Raises RecordExistsError when the id holds
        other bytes, DiskFullError when there is no room. Uses up the reservation.
        """
        ...

    async def find(self, record_id: RecordId) -> StoredRecord | None:
        """Return the record if it is completely written."""
        ...

    async def manifest(self, record_id: RecordId) -> Manifest:
        """Return its manifest. Raises NotFoundError."""
        ...

    async def read(self, record_id: RecordId, name: str) -> bytes:
        """Return one file, such as agreement.pdf. Raises NotFoundError."""
        ...

    async def pdf(self, record_id: RecordId) -> bytes:
        """Return the sealed PDF with its time stamp as last renewed. Raises NotFoundError."""
        ...

    async def files(self, record_id: RecordId) -> Mapping[str, bytes]:
        """Return every file of the record and of its renewals. Raises NotFoundError."""
        ...

    async def package(self, record_id: RecordId) -> bytes:
        """Return the record with its renewals as one ZIP; the same bytes until the next one.

        Raises NotFoundError.
        """
        ...

    async def renew(self, record_id: RecordId, number: int, files: Mapping[str, bytes]) -> None:
        """Write a renewal beside the record, once, as durably and for as long as the record.

        The record itself is not touched. The same files again change nothing. Raises
        NotFoundError, RecordExistsError when this number holds others, DiskFullError.
        """
        ...

    async def hold(self, record_id: RecordId, *, held: bool) -> Holding:
        """Let the storage itself refuse to remove a record and its renewals, or no longer.

        Return whose hold it is then. The same again changes nothing; what was done
        of it stays where it fails. Raises NotFoundError where a storage that can hold has no
        such record.
        """
        ...

    async def held(self, record_id: RecordId) -> bool:
        """Return whether the storage does so now, whoever told it. Raises as `hold` does."""
        ...

    async def judge(
        self, content: bytes | Path, anchors: Sequence[bytes], at: datetime | None = None
    ) -> Presented:
        """Return each fact about a package or sealed PDF that came from outside; keep nothing.

        A large one is a file, which is read where it is judged.

        Raises InvalidValueError for what is neither, or costs too much to judge.
        """
        ...

    async def verify(
        self, record_id: RecordId, anchors: Sequence[bytes], at: datetime | None = None
    ) -> Report:
        """Return each fact about it; `anchors` are trusted PEM certificates.

        `at` is now: until then its time stamp has to last. Without it nobody judges that.
        """
        ...

    async def judge_files(
        self, files: Mapping[str, bytes], anchors: Sequence[bytes], at: datetime | None = None
    ) -> Report:
        """Do so for files that are not kept yet."""
        ...
