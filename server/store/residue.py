"""Takes what was erased out of PostgreSQL's files: its tables, its statistics, its log of writes.

A deleted row stays in its page, and VACUUM only gives the place away. So the tables are written
anew (VACUUM FULL), and then their statistics, which quote values. The write-ahead log has old rows
too: a checkpoint frees its segments, but keeps them under the names of coming ones, bytes and all,
until the log gets there. It is led there: each switch fills the rest of a segment with zeros.

Archives, replicas, backups and freed blocks of the disk are out of reach.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy import URL, Row, exists, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from server.domain.custody import CustodyState
from server.ports.store import Remains
from server.store import tables
from server.store.errors import state_of

LOCK_SECONDS = 2
"""Others who want a table queue behind a wait for its lock; a lazy vacuum gives way after one."""
REWRITE_SECONDS = 8
"""Others wait for so long at most for one table; they would give up after ten."""
OLDER_LOOKS = 40
SWITCHES_AT_ONCE = 64

_LOOK_SECONDS: Final = 0.05
_CONNECT_SECONDS: Final = 5
_STATISTICS: Final = "pg_statistic"
# What was erased in other bodies is under keys that stay. Contents are noise without their own.
REWRITTEN: Final = (
    *(
        table.name
        for table in (
            tables.keys,
            tables.files,
            tables.sessions,
            tables.outbox,
            tables.agreements,
            tables.cases,
        )
    ),
    _STATISTICS,
)
_HELD, _DEADLOCK, _CANCELLED, _FULL, _REFUSED = "55P03", "40P01", "57014", "53100", "42501"
_MEANING: Final[Mapping[str, Remains]] = {
    _HELD: Remains.READ,
    _DEADLOCK: Remains.READ,
    _CANCELLED: Remains.LARGE,
    _FULL: Remains.LARGE,
    _REFUSED: Remains.REFUSED,
}
_DESTROYED: Final = select(exists().where(tables.cases.c.custody == CustodyState.DESTROYED.value))
_NOW: Final = "SELECT CAST(CAST(pg_current_xact_id() AS xid) AS text)"
# A table that was written anew has another file, and is frozen up to the oldest transaction that
# somebody's snapshot may still see: what was erased before `since` was not copied.
_TABLES: Final = text(
    "SELECT relname AS name, pg_relation_filenode(oid) AS file, "
    "age(relfrozenxid) <= age(CAST(CAST(:since AS text) AS xid)) AS fresh "
    "FROM pg_class WHERE oid IN (SELECT to_regclass(n) FROM unnest(CAST(:names AS text[])) AS n)"
)
# As far as this role may see: of others' transactions the tables tell when they are rewritten.
_OLDER: Final = text(
    "SELECT count(*), CASE WHEN count(*) > 0 THEN pg_sleep(:wait) END FROM pg_stat_activity "
    "WHERE datname = current_database() AND backend_type = 'client backend' "
    "AND pid <> pg_backend_pid() "
    "AND greatest(age(backend_xid), age(backend_xmin)) > age(CAST(CAST(:since AS text) AS xid))"
)
# Without the timeline: the place in the log that a segment's name tells.
_PLACE: Final = "SELECT right(pg_walfile_name({}), 16)"
_INSERTED: Final = _PLACE.format("pg_current_wal_insert_lsn()")
_WRITTEN: Final = _PLACE.format("pg_current_wal_flush_lsn()")
_SEGMENTS: Final = (
    "SELECT coalesce(min(place), '') AS first, coalesce(max(place), '') AS last FROM "
    "(SELECT right(name, 16) AS place FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$') AS listed"
)
# The transaction ends behind the switch, so that the next one has something to switch from.
_SWITCH: Final = "SELECT pg_current_xact_id(), pg_switch_wal()"


class Residue:
    """What was erased and may still lie in the files, and how far it has been taken out."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._asked = False
        self._tables: _Tables | None = None
        self._log: _Log | None = None

    async def take_out(self) -> Remains | None:
        """Take out what was erased until now; return why some of it stays."""
        self._asked, self._tables, self._log = True, None, None
        return await self.go_on()

    async def go_on(self) -> Remains | None:
        """Go on where the last try ended.

        After a start nobody knows how far that was; where no file was ever destroyed, rooms that
        come back do not wait for tables that are written anew for nothing.
        """
        async with self._connected() as connection:
            self._asked = self._asked or (await connection.execute(_DESTROYED)).scalar_one()
            return await self._step(connection) if self._asked else None

    async def _step(self, connection: AsyncConnection) -> Remains | None:
        self._tables = self._tables or await _Tables.begin(connection)
        left = await self._tables.rewrite(connection)
        if left is None:
            self._log = self._log or _Log(await _scalar(connection, _INSERTED))
            left = await self._log.overwrite(connection)
        return left

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        engine = create_async_engine(
            self._url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args={
                "timeout": _CONNECT_SECONDS,
                "server_settings": {"application_name": "heyi"},
            },
        )
        async with engine.connect() as connection:
            limits = {"lock_timeout": LOCK_SECONDS, "statement_timeout": REWRITE_SECONDS}
            for name, seconds in limits.items():
                await connection.exec_driver_sql(f"SET {name} = '{seconds}s'")
            yield connection


class _Tables:
    """Which tables are still as they were when something had been erased."""

    def __init__(self, since: str, found: Mapping[str, Row[Any]]) -> None:
        self._since = since
        self._files = {name: row.file for name, row in found.items()}
        self._vain: dict[str, Remains] = {}

    @classmethod
    async def begin(cls, connection: AsyncConnection) -> "_Tables":
        since = await _scalar(connection, _NOW)
        return cls(since, await _found(connection, since))

    async def rewrite(self, connection: AsyncConnection) -> Remains | None:
        first = None
        for name in REWRITTEN:
            left = await self._rewrite(connection, name)
            if left is Remains.READ:
                return left  # it would be in the way of the next one as well
            first = first or left
        return first

    async def _alone(self, connection: AsyncConnection) -> bool:
        """Whether nobody sees any more what was erased; the short transactions of rooms end soon.

        What somebody may see would be copied, after others had to wait.
        """
        for _ in range(OLDER_LOOKS):
            found = await connection.execute(_OLDER, {"since": self._since, "wait": _LOOK_SECONDS})
            if not found.scalar_one():
                return True
        return False

    async def _rewrite(self, connection: AsyncConnection, name: str) -> Remains | None:
        if await self._left(connection, name) is None:
            return None
        if name in self._vain:
            return self._vain[name]  # nobody waits again for what ends the same way
        if not await self._alone(connection):
            return Remains.READ
        words = "FULL" if name == _STATISTICS else "FULL, ANALYZE"
        left = await _tried(connection, f"VACUUM ({words}) {name}")
        if left is Remains.LARGE:
            self._vain[name] = left
        return left or await self._left(connection, name)

    async def _left(self, connection: AsyncConnection, name: str) -> Remains | None:
        """Return why it is not taken for written anew; who may not vacuum is only warned."""
        row = (await _found(connection, self._since))[name]
        if row.file == self._files[name]:
            return Remains.REFUSED
        return None if row.fresh else Remains.READ


class _Log:
    """Segments of the write-ahead log up to `end` hold what was erased, under whatever name."""

    def __init__(self, end: str) -> None:
        self._end = end
        self._last = ""

    async def overwrite(self, connection: AsyncConnection) -> Remains | None:
        if not self._last and (left := await self._free(connection)) is not None:
            return left
        for _ in range(SWITCHES_AT_ONCE):
            if await _scalar(connection, _WRITTEN) > self._last:
                return None
            if (left := await _tried(connection, _SWITCH)) is not None:
                return left
        return Remains.KEPT

    async def _free(self, connection: AsyncConnection) -> Remains | None:
        """Have the segments removed or named anew; then none of a later name than `_last` is one.

        Nothing is asked for twice: the log grows with each switch, and may be kept.
        """
        refused = set()
        if await _scalar(connection, _INSERTED) <= self._end:
            refused.add(await _tried(connection, _SWITCH))
        refused.add(await _tried(connection, "CHECKPOINT"))
        try:
            listed = (await connection.execute(text(_SEGMENTS))).one()
        except DBAPIError as failure:
            return _meaning(failure)
        if listed.first > self._end:
            self._last = listed.last
            return None
        return Remains.REFUSED if Remains.REFUSED in refused else Remains.KEPT


async def _found(connection: AsyncConnection, since: str) -> Mapping[str, Row[Any]]:
    rows = await connection.execute(_TABLES, {"since": since, "names": list(REWRITTEN)})
    return {row.name: row for row in rows}


async def _scalar(connection: AsyncConnection, asked: str) -> str:
    answer: str = (await connection.execute(text(asked))).scalar_one()
    return answer


async def _tried(connection: AsyncConnection, statement: str) -> Remains | None:
    """Run it by itself, as these want it; return what it means where it does not work."""
    try:
        await connection.exec_driver_sql(statement)
    except DBAPIError as failure:
        return _meaning(failure)
    return None


def _meaning(failure: DBAPIError) -> Remains:
    meaning = _MEANING.get(state_of(failure.orig))
    if meaning is None:
        raise failure
    return meaning
