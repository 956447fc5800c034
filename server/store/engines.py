"""Opens connections: one writer and some readers for SQLite, a pool for PostgreSQL."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from server.domain.errors import InvalidValueError
from server.ports.store import Remains
from server.store.finishing import finished
from server.store.residue import Residue
from server.store.sqlite_engine import AnyEngine, SqliteEngine

BUSY_SECONDS = 5
READERS = 4
POSTGRES_CONNECTIONS = 10
_LONGEST_STATEMENT = 30
_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+asyncpg"}
# PostgreSQL answers a commit when it is on the disk, whatever it is told for other databases.
_COMMITS = "on"
_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700

# WAL with FULL syncs every commit (sqlite.org/pragma.html#pragma_synchronous). Without
# recursive triggers INSERT OR REPLACE would delete rows past the triggers that forbid it.
_PRAGMAS = (
    f"busy_timeout={BUSY_SECONDS * 1000}",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "trusted_schema=OFF",
    "cache_size=-16384",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """Where writes and reads go; PostgreSQL's share one pool.

    A read is one snapshot: SQLite's are that by themselves.
    """

    writer: AnyEngine
    reader: AnyEngine
    residue: Residue | None = None

    @property
    def single_writer(self) -> bool:
        """Whether only one transaction may write at a time."""
        return self.writer.dialect.name == "sqlite"

    async def forget(self) -> Remains | None:
        """Take what was erased until now out of the files; return why some of it stays.

        Interrupted, PostgreSQL goes on another time.
        """
        return await (self.residue.take_out() if self.residue else finished(self._truncate()))

    async def go_on_forgetting(self) -> Remains | None:
        """Do what is left of it."""
        return await (self.residue.go_on() if self.residue else finished(self._truncate()))

    async def _truncate(self) -> Remains | None:
        """Truncate SQLite's log of writes, in which old pages with erased keys still lie.

        A reader, such as a backup, may have been at it for `BUSY_SECONDS`
        (sqlite.org/pragma.html#pragma_wal_checkpoint).
        """
        async with self.writer.connect() as connection:
            return Remains.READ if await connection.run_sync(_still_read) else None

    async def close(self) -> None:
        """Close every connection."""
        await self.writer.dispose()
        await self.reader.dispose()


def _still_read(connection: Connection) -> bool:
    # Of the driver itself: in a transaction, as SQLAlchemy begins one, there is no checkpoint.
    driver = connection.connection.driver_connection
    if driver is None:
        return True
    busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return bool(busy)


def open_engines(address: str) -> Engines:
    """Return engines for `sqlite:///file` or `postgresql://…`; nothing connects yet.

    Raises InvalidValueError for any other kind of address.
    """
    url = parse(address)
    if url.get_backend_name() == "sqlite":
        return Engines(writer=sqlite_writer(url), reader=_sqlite_reader(url))
    pool = postgres_pool(url)
    reader = pool.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Engines(writer=pool, reader=reader, residue=Residue(url))


def parse(address: str) -> URL:
    """Return the address with the driver we use, SQLite's as a file on a disk."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise InvalidValueError(field="database_url", reason="unsupported") from None
    driver = _DRIVERS.get(url.get_backend_name())
    in_memory = url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}
    if driver is None or in_memory:
        raise InvalidValueError(field="database_url", reason="unsupported")
    return url.set(drivername=driver)


def sqlite_writer(url: URL) -> SqliteEngine:
    """Return an engine whose every transaction takes the writer's place at its begin."""
    engine = SqliteEngine(url, connections=1, longest_wait=BUSY_SECONDS)
    _set_up(engine, ("journal_mode=WAL", *_PRAGMAS), "BEGIN IMMEDIATE")
    return engine


def _sqlite_reader(url: URL) -> SqliteEngine:
    engine = SqliteEngine(url, connections=READERS, longest_wait=BUSY_SECONDS)
    _set_up(engine, (*_PRAGMAS, "query_only=ON"), "BEGIN")
    return engine


def postgres_pool(url: URL) -> AsyncEngine:
    """Return a pool that notices a restarted server before it hands out a connection."""
    return create_async_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_size=POSTGRES_CONNECTIONS,
        max_overflow=0,
        pool_timeout=2 * BUSY_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "timeout": BUSY_SECONDS,
            "command_timeout": _LONGEST_STATEMENT,
            "server_settings": {
                "application_name": "heyi",
                "lock_timeout": str(2 * BUSY_SECONDS * 1000),
                "synchronous_commit": _COMMITS,
            },
        },
    )


def _set_up(engine: SqliteEngine, pragmas: tuple[str, ...], begin: str) -> None:
    event.listen(engine.sync_engine, "connect", _prepare(pragmas))

    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "begin", start)


def _prepare(pragmas: tuple[str, ...]) -> Callable[[DBAPIConnection, object], None]:
    def prepare(connection: DBAPIConnection, _record: object) -> None:
        # Python's driver would otherwise begin transactions of its own, and not for DDL.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return prepare


def make_private(url: URL) -> None:
    """Create SQLite's file for its owner alone; the WAL beside it follows its mode."""
    path = Path(str(url.database))
    path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    path.touch(mode=_PRIVATE_FILE, exist_ok=True)
