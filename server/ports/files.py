"""What the core asks of the store for uploaded and made files."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from server.domain.errors import DomainError
from server.domain.file_kinds import FileKind
from server.domain.ids import CaseId, FileId


class ShreddedError(DomainError):
    """The file was destroyed when its period was over."""

    code = "shredded"


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
