"""What a backup asks of the database: one consistent snapshot, and to be filled from one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from server.domain.errors import DomainError
from server.domain.ids import RecordId


class BackupError(DomainError):
    """A backup was not made or not restored, and nothing was changed.

    `facts["reason"]` is one of `server.archive.backup_words.SAID`.
    """

    code = "backup"
    machine = True


class Snapshots(Protocol):
    """The database as a file."""

    @property
    def name(self) -> str:
        """The file's name inside a backup; it tells which kind of database wrote it."""
        ...

    async def take(self, file: Path) -> Sequence[RecordId]:
        """Write what is committed at one moment to a new file, while others write on.

        Returns the sealed records that it knows. Raises BackupError.
        """
        ...

    async def expect_empty(self) -> None:
        """Raise BackupError unless there is nothing that a restored database could replace."""
        ...

    async def put(self, file: Path) -> None:
        """Make the snapshot the database; the file may be used up. Raises BackupError."""
        ...
