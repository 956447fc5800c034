"""What a backup asks of the database: one consistent snapshot, and to be filled from one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from server.domain.errors import DomainError
from server.domain.ids import RecordId

NoBackup = Literal[
    "broken_database",
    "busy",
    "cut_or_damaged",
    "exists",
    "newer",
    "no_database",
    "no_file",
    "no_folder",
    "no_key",
    "no_program",
    "no_recipient",
    "no_record",
    "not_a_backup",
    "not_a_key",
    "not_empty",
    "not_written",
    "other_database",
    "program_failed",
    "unfinished",
    "wrong_key",
    "wrong_passphrase",
]
"""Why a backup was not made or not restored."""


class BackupError(DomainError):
    """A backup was not made or not restored, and nothing was changed.

    `server.archive.backup_words` says each reason.
    """

    code = "backup"
    machine = True

    def __init__(self, *, reason: NoBackup, **facts: object) -> None:
        """Keep why, and which file or program it is about."""
        super().__init__(reason=reason, **facts)
        self.reason = reason


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
