"""Makes a backup of a running server, and fills an empty folder from one.

A backup holds the database as of one moment, the keys, the sealed records which that
database knows, and the media. A record written after that moment is left out: restored,
its number would be given away a second time.
"""

import asyncio
import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from server.archive.bundle import (
    PRIVATE_FOLDER,
    Named,
    new_key,
    opened_key,
    protected,
    read_bundle,
    write_bundle,
)
from server.archive.disk import Disk
from server.archive.grid_film import derived
from server.domain.errors import DomainError
from server.domain.ids import RecordId
from server.domain.record import MANIFEST
from server.ports.backup import BackupError, NoBackup, Snapshots
from server.ports.disk import refusing_when_full

HEAD = "backup.json"
RENEWALS = ".renewals"
"""How the folder beside a record ends that holds the renewals of its time stamp."""
FORMAT = 1
PRIVATE_FILE = 0o600
UNFINISHED = ".restoring"
"""Folder that is there while a restore is under way; a server does not start beside it."""
KEPT = ("keys", "records", "media")
OUTDATED = "run/stored-at"
"""What says that the folder's marks of partings belong to the database, which is another now."""
_IGNORED = {UNFINISHED, ".gitignore", "README.md", "lost+found", "run", "spool"}


@dataclass(frozen=True, slots=True)
class Backups:
    """Backups of one data folder and its database."""

    folder: Path
    snapshots: Snapshots
    records_here: bool = True
    """Whether sealed records lie in the folder, and not in a bucket."""
    disk: Disk = field(default_factory=Disk)

    async def make(self, file: Path, recipients: Sequence[str], passphrase: str) -> int:
        """Write a new backup and return how many records it holds, once it is durable.

        Without recipients a key is made, and written beside it as `<file>.key`, under the
        passphrase if there is one. Raises BackupError, DiskFullError; no half file stays.
        """
        with _telling():
            return await self._make(file, recipients, passphrase)

    async def _make(self, file: Path, recipients: Sequence[str], passphrase: str) -> int:
        key_file = key_file_of(file)
        _refuse_existing(file, *(() if recipients else (key_file,)))
        _expect_writable(file.parent)
        if not self.folder.is_dir():
            raise BackupError(reason="no_database")
        with self._alone(), _partial(file) as part:
            records = await self._write(part, recipients or [_own(key_file, passphrase)])
            part.rename(file)
            self.disk.sync_folder(file.parent)
        return records

    async def _write(self, part: Path, recipients: Sequence[str]) -> int:
        work = self._work
        work.mkdir(mode=PRIVATE_FOLDER)
        database = work / self.snapshots.name
        records = await self.snapshots.take(database)
        self._expect_there(records)
        head = {"format": FORMAT, "records": len(records)}
        (work / HEAD).write_text(json.dumps(head))
        first = [(HEAD, work / HEAD), (self.snapshots.name, database)]
        await asyncio.to_thread(self._bundle, part, first, records, recipients)
        return len(records)

    def _expect_there(self, records: Sequence[RecordId]) -> None:
        """Raise BackupError unless every record that the database knows is in the folder."""
        if not self.records_here:
            return
        there = {p.parent.name for p in (self.folder / "records").glob(f"*/*/{MANIFEST}")}
        if missing := [record for record in records if record not in there]:
            where = self.folder / "records" / "*" / missing[0]
            raise BackupError(reason="no_record", count=len(missing), where=str(where))

    def _bundle(
        self,
        part: Path,
        first: Sequence[Named],
        records: Sequence[RecordId],
        recipients: Sequence[str],
    ) -> None:
        with part.open("xb") as out:
            os.fchmod(out.fileno(), PRIVATE_FILE)
            write_bundle(out, [*first, *self._files(records)], recipients)
            out.flush()
            os.fsync(out.fileno())

    def _files(self, records: Sequence[RecordId]) -> Iterator[Named]:
        # After the database: keys, records and media that it names are never taken away.
        for folder in (self.folder / "keys", self.folder / "media"):
            yield from self._below(folder)
        known = set(records)
        for folder in sorted((self.folder / "records").glob("*/*")):
            if folder.name.removesuffix(RENEWALS) in known:
                yield from self._below(folder)

    def _below(self, folder: Path) -> Iterator[Named]:
        found = (
            p for p in folder.rglob("*") if p.is_file() and not p.is_symlink() and not derived(p)
        )
        # A recording goes on meanwhile: its list first, so that it names nothing the log lacks.
        for path in sorted(found, key=lambda p: (p.parent, p.suffix != ".manifest", p.name)):
            yield str(path.relative_to(self.folder)), path

    async def restore(self, file: Path, key_file: Path | None, passphrase: str) -> None:
        """Fill the folder, and return once everything is durable.

        Killed on the way, it can be run again. Raises BackupError, DiskFullError, OSError;
        the folder is then as empty as before.
        """
        key = opened_key(_read(key_file or key_file_of(file), reason="no_key"), passphrase)
        await self._expect_empty()
        fresh = self.folder / UNFINISHED
        self.disk.make_folder(fresh)
        try:
            with _opened(file) as source:
                await asyncio.to_thread(read_bundle, source, fresh, key)
            self._look(fresh)
            await self.snapshots.put(fresh / self.snapshots.name)
        except (DomainError, OSError):
            self.disk.remove(fresh)
            raise
        self._settle(fresh)

    async def _expect_empty(self) -> None:
        if (self.folder / UNFINISHED).exists():
            # A restore began here, and no server since: whatever is here is its own.
            for one in (*KEPT, self.snapshots.name, UNFINISHED):
                _clear(self.folder / one, self.disk)
        found = [p for p in self.folder.glob("*") if p.name not in _IGNORED and _holds(p)]
        if found:
            raise BackupError(reason="not_empty", where=str(sorted(found)[0]))
        await self.snapshots.expect_empty()

    def _look(self, fresh: Path) -> None:
        try:
            known = json.loads((fresh / HEAD).read_bytes())["format"] <= FORMAT
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BackupError(reason="not_a_backup") from error
        if not known:
            raise BackupError(reason="newer")
        if not (fresh / self.snapshots.name).is_file():
            others = [p.name for p in fresh.iterdir() if p.name not in {HEAD, *KEPT}]
            raise BackupError(reason="other_database", name=", ".join(others))

    def _settle(self, fresh: Path) -> None:
        for record in fresh.glob("records/*/*"):
            # Renewals are yet to come: each is closed, the folder they stand in is not.
            own = () if record.name.endswith(RENEWALS) else (record,)
            for below in (*(p for p in record.rglob("*") if p.is_dir()), *own):
                self.disk.close_folder(below)
        for name in KEPT:
            _clear(self.folder / name, self.disk)
            if (fresh / name).exists():
                (fresh / name).rename(self.folder / name)
        _clear(self.folder / OUTDATED, self.disk)
        self.disk.sync_folder(self.folder)
        self.disk.remove(fresh)
        self.disk.sync_folder(self.folder)

    @property
    def _work(self) -> Path:
        return self.folder / "spool" / "backup"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other backups away, and take away what a killed one left."""
        self.disk.make_folder(self._work.parent)
        with (self._work.parent / "backup.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BackupError(reason="busy") from error
            _clear(self._work, self.disk)
            try:
                yield
            finally:
                _clear(self._work, self.disk)


@contextmanager
def _partial(file: Path) -> Iterator[Path]:
    """Yield the name under which a backup is written; without one, no key stays either."""
    part, key_file = file.with_name(f".{file.name}.part"), key_file_of(file)
    had_key = key_file.exists()
    part.unlink(missing_ok=True)
    try:
        yield part
    except BaseException:
        part.unlink(missing_ok=True)
        if not had_key:
            key_file.unlink(missing_ok=True)
        raise


def _own(key_file: Path, passphrase: str) -> str:
    """Make a key, keep it beside the backup, and return whom to encrypt for."""
    key, recipient = new_key()
    with key_file.open("xb") as out:
        os.fchmod(out.fileno(), PRIVATE_FILE)
        out.write(protected(key, passphrase))
        out.flush()
        os.fsync(out.fileno())
    return recipient


def key_file_of(file: Path) -> Path:
    """Return where a backup's own key lies."""
    return file.with_name(f"{file.name}.key")


def _refuse_existing(*files: Path) -> None:
    for file in files:
        if file.exists():
            raise BackupError(reason="exists", where=str(file))


def _expect_writable(folder: Path) -> None:
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        raise BackupError(reason="no_folder", where=str(folder.resolve()))


@contextmanager
def _telling() -> Iterator[None]:
    """Turn what a disk refuses into words for the operator."""
    try:
        with refusing_when_full():
            yield
    except OSError as error:
        said = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        raise BackupError(reason="not_written", said=said) from error


def _read(file: Path, *, reason: NoBackup) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BackupError(reason=reason, where=str(file)) from error


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    try:
        source = file.open("rb")
    except OSError as error:
        raise BackupError(reason="no_file", where=str(file)) from error
    with source:
        yield source


def _holds(path: Path) -> bool:
    return not path.is_dir() or any(path.iterdir())


def _clear(path: Path, disk: Disk) -> None:
    if path.is_dir():
        disk.remove(path)
    else:
        path.unlink(missing_ok=True)
