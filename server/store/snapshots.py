"""Snapshots of either database: SQLite's online backup, PostgreSQL's own programs."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from sqlalchemy import URL

from server.domain.ids import RecordId
from server.ports.backup import BackupError, Snapshots
from server.store.engines import parse
from server.store.errors import translated

_RECORDS = "SELECT id FROM register ORDER BY no"
_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
_PRIVATE = 0o600


def snapshots(address: str, environment: Mapping[str, str]) -> Snapshots:
    """Return how this database is copied. `environment` is what its programs are given."""
    url = parse(address)
    if url.get_backend_name() == "sqlite":
        return SqliteSnapshots(Path(str(url.database)))
    return PostgresSnapshots(url, environment)


@dataclass(frozen=True, slots=True)
class SqliteSnapshots:
    """SQLite's file, copied in one read transaction, which a writer in WAL mode ignores."""

    file: Path
    name: str = "heyi.db"

    async def take(self, file: Path) -> Sequence[RecordId]:
        if not self.file.exists():
            raise BackupError(reason="no_database")
        return await asyncio.to_thread(self._take, file)

    def _take(self, file: Path) -> Sequence[RecordId]:
        file.touch(mode=_PRIVATE)
        source = sqlite3.connect(f"{self.file.resolve().as_uri()}?mode=ro", uri=True)
        with translated(), closing(source), closing(sqlite3.connect(file)) as target:
            # All pages at one go: in steps it would begin anew after each foreign write.
            source.backup(target, pages=-1)
            target.execute("PRAGMA journal_mode=DELETE")
            return [RecordId(row[0]) for row in target.execute(_RECORDS)]

    async def expect_empty(self) -> None:
        if self.file.exists():
            raise BackupError(reason="not_empty", where=str(self.file))

    async def put(self, file: Path) -> None:
        await asyncio.to_thread(self._put, file)

    def _put(self, file: Path) -> None:
        try:
            with closing(sqlite3.connect(file)) as database:
                whole = database.execute("PRAGMA quick_check").fetchone() == ("ok",)
        except sqlite3.DatabaseError as error:
            raise BackupError(reason="broken_database") from error
        if not whole:
            raise BackupError(reason="broken_database")
        file.rename(self.file)


@dataclass(frozen=True, slots=True)
class PostgresSnapshots:
    """PostgreSQL's database by pg_dump and pg_restore, which have to be installed here."""

    url: URL
    environment: Mapping[str, str] = field(repr=False)
    name: str = "heyi.pgdump"

    async def take(self, file: Path) -> Sequence[RecordId]:
        with translated():
            connection = await self._connect()
            try:
                # One exported snapshot, so that the list of records and the dump agree.
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    moment = await connection.fetchval("SELECT pg_export_snapshot()")
                    await self._run("pg_dump", f"--snapshot={moment}", f"--file={file}")
                    return [RecordId(row["id"]) for row in await connection.fetch(_RECORDS)]
            except asyncpg.UndefinedTableError as error:
                raise BackupError(reason="no_database") from error
            finally:
                await connection.close()

    async def expect_empty(self) -> None:
        with translated():
            connection = await self._connect()
            try:
                tables = await connection.fetchval(_TABLES)
            finally:
                await connection.close()
        if tables:
            raise BackupError(reason="not_empty", where="HEYI_DATABASE_URL")

    async def put(self, file: Path) -> None:
        await self._run("pg_restore", "--single-transaction", "--exit-on-error", str(file))

    async def _connect(self) -> "asyncpg.Connection":
        plain = self.url.set(drivername="postgresql")
        return await asyncpg.connect(plain.render_as_string(hide_password=False))

    async def _run(self, program: str, *words: str) -> None:
        found = shutil.which(program, path=self.environment.get("PATH", os.defpath))
        if found is None:
            raise BackupError(reason="no_program", program=program)
        process = await asyncio.create_subprocess_exec(
            found,
            *("--no-owner", "--no-privileges", f"--dbname={self._place}", *self._format(program)),
            *words,
            # A password on the command line could be read by everybody on this machine.
            env={**self.environment, "PGPASSWORD": str(self.url.password or "")},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await process.communicate()
        if process.returncode:
            lines = said.decode(errors="replace").strip().splitlines()
            raise BackupError(reason="program_failed", program=program, said=lines[:1])

    @property
    def _place(self) -> str:
        plain = self.url.set(drivername="postgresql", password=None)
        return plain.render_as_string(hide_password=False)

    @staticmethod
    def _format(program: str) -> Sequence[str]:
        return ("--format=custom",) if program == "pg_dump" else ()
