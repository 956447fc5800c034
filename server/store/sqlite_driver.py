"""aiosqlite with one visit to its thread for a statement, where its own cursor takes four.

Making a cursor, running it, fetching and closing each wake a thread and then the event loop: that
cost more than the statements themselves. `_execute`, `_thread`, `_tx`, `_running`, `_connection`
and the word that ends its thread are private names of aiosqlite;
tests/store/test_sqlite_driver.py fails where a release has them no longer.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import closing
from typing import Any, Final, Self

import aiosqlite
from aiosqlite.core import _STOP_RUNNING_SENTINEL
from sqlalchemy import URL

_CHUNK: Final = 64

Row = tuple[Any, ...]
Work = Callable[[sqlite3.Cursor], sqlite3.Cursor]


def connecting(url: URL) -> Callable[[], Awaitable[aiosqlite.Connection]]:
    """Return what SQLAlchemy calls for each new connection to this file (`async_creator`)."""
    (file, *_), words = url.get_dialect()().create_connect_args(url)

    async def connect() -> aiosqlite.Connection:
        return await OneVisitConnection(lambda: sqlite3.connect(file, **words), _CHUNK)

    return connect


class OneVisitConnection(aiosqlite.Connection):
    """Gives SQLAlchemy a cursor that has fetched everything when `execute` returns."""

    def __init__(self, connector: Callable[[], sqlite3.Connection], chunk: int) -> None:
        super().__init__(connector, chunk)
        # As SQLAlchemy does: what is left open at the end must not keep the process alive.
        self._thread.daemon = True

    def stop(self) -> None:
        """End the thread, and tell nobody: whoever closes a connection has seen it closed by then.

        aiosqlite has the thread tell the loop that runs now, or ran before. One that ends first
        makes that an error in the thread.
        """
        self._running = False
        self._tx.put_nowait((None, self._end))

    def _end(self) -> object:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        return _STOP_RUNNING_SENTINEL

    def cursor(self) -> Any:  # noqa: ANN401  # aiosqlite's is a context manager of another type
        return OneVisitCursor(self)

    async def visit(self, work: Work) -> "Answer":
        """Do the work with a new cursor in the connection's thread; raises sqlite3.Error."""
        run: Callable[..., Awaitable[Answer]] = self._execute
        return await run(_answer, self._conn, work)


class Answer:
    """What a statement left behind: its rows, and what PEP 249 says of a cursor."""

    __slots__ = ("description", "lastrowid", "rowcount", "rows")

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self.rows: list[Row] = cursor.fetchall() if cursor.description else []
        self.description = cursor.description
        self.rowcount = cursor.rowcount
        self.lastrowid = cursor.lastrowid


def _answer(connection: sqlite3.Connection, work: Work) -> Answer:
    with closing(connection.cursor()) as cursor:
        return Answer(work(cursor))


class OneVisitCursor:
    """As much of aiosqlite's cursor as SQLAlchemy uses of one that is not server-side."""

    arraysize = 1
    description: Any = None
    rowcount = -1
    lastrowid: int | None = None

    def __init__(self, connection: OneVisitConnection) -> None:
        self._connection = connection
        self._rows: list[Row] = []

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        return self._take(
            await self._connection.visit(lambda cursor: cursor.execute(sql, parameters))
        )

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        return self._take(
            await self._connection.visit(lambda cursor: cursor.executemany(sql, parameters))
        )

    def _take(self, answer: Answer) -> Self:
        self._rows = answer.rows
        self.description = answer.description
        self.rowcount, self.lastrowid = answer.rowcount, answer.lastrowid
        return self

    async def fetchall(self) -> list[Row]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open."""
