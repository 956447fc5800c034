"""Brings a database to the schema this program knows, in one transaction, or refuses."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from server.store.engines import make_private, parse, postgres_pool, sqlite_writer
from server.store.errors import OutdatedSchemaError, UnknownSchemaError, translated
from server.store.finishing import finished
from server.store.sqlite_engine import AnyConnection, AnyEngine

_MIGRATIONS = Path(__file__).with_name("migrations")
_MIGRATING = 0x6865796900000001
"""Name of PostgreSQL's lock that lets one program migrate at a time."""


async def migrate(address: str) -> None:
    """Bring the database to the newest schema, creating SQLite's file.

    All or nothing, and nothing at all where it is up to date. Raises
    UnknownSchemaError when a newer program wrote it, UnavailableError, DiskFullError.
    """
    await _run(address, lambda config: command.upgrade(config, "head"))


async def revert(address: str, revision: str) -> None:
    """Take the database back to an older schema; `base` removes everything."""
    await _run(address, lambda config: command.downgrade(config, revision))


async def check(connection: AnyConnection) -> None:
    """Raise unless the database has exactly the schema of this program.

    Raises OutdatedSchemaError or UnknownSchemaError.
    """
    current = await finished(connection.run_sync(_current))
    _refuse_unknown(current)
    if current != _scripts().get_current_head():
        raise OutdatedSchemaError(revision=current)


async def _run(address: str, step: Callable[[Config], None]) -> None:
    url = parse(address)
    with translated():
        if url.get_backend_name() == "sqlite":
            make_private(url)
            async with _alone_in(Path(str(url.database)).parent):
                await _run_on(sqlite_writer(url), step)
        else:
            await _run_on(postgres_pool(url), step)


async def _run_on(engine: AnyEngine, step: Callable[[Config], None]) -> None:
    try:
        async with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                await connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
            await finished(connection.run_sync(_apply, step))
    finally:
        await engine.dispose()


@asynccontextmanager
async def _alone_in(folder: Path) -> AsyncIterator[None]:
    # Turning a new file to WAL does not wait for others who do the same: it just fails.
    # The folder is locked, because closing another handle of SQLite's own file would
    # drop its locks (sqlite.org/howtocorrupt.html, 2.2).
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        await asyncio.to_thread(fcntl.flock, opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _apply(connection: Connection, step: Callable[[Config], None]) -> None:
    _refuse_unknown(_current(connection))
    config = _config()
    config.attributes["connection"] = connection
    step(config)


def _refuse_unknown(current: str | None) -> None:
    known = {script.revision for script in _scripts().walk_revisions()}
    if current is not None and current not in known:
        raise UnknownSchemaError(revision=current)


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@cache  # it reads and compiles every migration there is
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    # No ini file: it would have to be found wherever the package is installed.
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
