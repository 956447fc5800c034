"""SQLAlchemy's plain SQLite engine for an event loop: a statement is one visit to a thread.

`create_async_engine` spends a greenlet on every statement, and what carries it to a thread and
back cost more than the statement. Here the whole of it, SQLAlchemy's part too, runs in the thread.
"""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import islice
from queue import SimpleQueue
from typing import Any, Final, Self, TypeVar

from sqlalchemy import URL, Connection, CursorResult, Dialect, Executable, create_engine
from sqlalchemy.engine import RootTransaction
from sqlalchemy.exc import TimeoutError as NoneFreeError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from server.store.finishing import finished

T = TypeVar("T")
# Any: the columns of a statement are known where it is written, not here.
Result = asyncio.Future[CursorResult[Any]]
Given = Mapping[str, object] | Sequence[Mapping[str, object]]


class WholeCursor(sqlite3.Cursor):
    """Has fetched everything when `execute` returns: whoever reads it asks no database."""

    _rows: Iterator[Any] = iter(())

    def execute(self, sql: str, parameters: Any = ()) -> Self:  # noqa: ANN401  # as sqlite3 has it
        super().execute(sql, parameters)
        self._rows = iter(super().fetchall() if self.description else ())
        return self

    def fetchone(self) -> Any:  # noqa: ANN401  # as sqlite3 has it
        return next(self._rows, None)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        return list(islice(self._rows, size))

    def fetchall(self) -> list[Any]:
        return list(self._rows)


class WholeConnection(sqlite3.Connection):
    """Gives such cursors."""

    def cursor(self, factory: Any = WholeCursor) -> Any:  # noqa: ANN401  # as sqlite3 has it
        return super().cursor(factory)


class Worker:
    """A thread that does what it is given, one after the other; `end` ends it."""

    def __init__(self) -> None:
        self._given = SimpleQueue[Callable[[], None] | None]()
        # A daemon: what is left open at the end must not keep the process alive.
        self.thread = threading.Thread(target=self._work, name="sqlite", daemon=True)
        self.thread.start()

    def visit(self, work: Callable[..., T], *given: object) -> asyncio.Future[T]:
        """Do it in the thread and tell the loop that runs now, if it still does then."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def do() -> None:
            told: Callable[[], None]
            try:
                made = work(*given)
            except BaseException as fault:  # noqa: BLE001  # whoever waits for it raises it
                told = _raising(done, fault)
            else:
                told = _returning(done, made)
            with suppress(RuntimeError):  # the loop has ended: nobody waits
                loop.call_soon_threadsafe(told)

        self._given.put(do)
        return done

    def end(self) -> None:
        """End after what it was given."""
        self._given.put(None)

    def _work(self) -> None:
        while (do := self._given.get()) is not None:
            do()
            del do  # its rows are not kept until the next


def _returning(done: asyncio.Future[T], made: T) -> Callable[[], None]:
    return lambda: None if done.done() else done.set_result(made)


def _raising(done: asyncio.Future[T], fault: BaseException) -> Callable[[], None]:
    return lambda: None if done.done() else done.set_exception(fault)


class SqliteEngine:
    """As much of AsyncEngine as this package uses, for a file; opens nothing by itself.

    Whoever finds all `connections` taken waits `longest_wait` seconds, then TimeoutError is
    raised, SQLAlchemy's.
    """

    def __init__(self, url: URL, connections: int, longest_wait: float) -> None:
        self.sync_engine = create_engine(
            url,
            connect_args={"factory": WholeConnection},
            hide_parameters=True,
            pool_size=connections,
            max_overflow=0,
        )
        self._longest_wait: Final = longest_wait
        self._workers: list[Worker] = []
        self._most: Final = connections
        # The one that was used last comes first: most connections of a quiet server stay closed.
        self._free = asyncio.LifoQueue[Worker]()

    @property
    def dialect(self) -> Dialect:
        """SQLite's."""
        return self.sync_engine.dialect

    def connect(self) -> "SqliteConnection":
        """Return a connection to be started, by `async with` too."""
        return SqliteConnection(self)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator["SqliteConnection"]:
        """Open a connection and a transaction that commits on leaving without an error."""
        async with self.connect() as connection:
            await connection.begin()
            yield connection
            await connection.commit()

    async def dispose(self) -> None:
        """Close every connection that is not in use, and end the threads."""
        if self._workers:
            await finished(self._workers[0].visit(self.sync_engine.dispose))
        for worker in self._workers:
            worker.end()
        self._workers.clear()
        self._free = asyncio.LifoQueue[Worker]()

    async def take(self) -> Worker:
        """Return a thread that nobody else is using."""
        if self._free.empty() and len(self._workers) < self._most:
            self._workers.append(Worker())
            return self._workers[-1]
        try:
            async with asyncio.timeout(self._longest_wait):
                return await self._free.get()
        except TimeoutError:
            raise NoneFreeError("all connections are in use") from None

    def give_back(self, worker: Worker) -> None:
        """Let others use it."""
        if worker in self._workers:
            self._free.put_nowait(worker)


class SqliteConnection:
    """As much of AsyncConnection as this package uses."""

    def __init__(self, engine: SqliteEngine) -> None:
        self._engine = engine
        self._worker: Worker | None = None
        self._opened: Connection | None = None

    @property
    def sync_connection(self) -> object | None:
        """None before `start` and after `close`, as AsyncConnection's."""
        return self._worker

    async def start(self) -> Self:
        """Wait for a thread; the database is opened by what comes first."""
        self._worker = await self._engine.take()
        return self

    async def __aenter__(self) -> Self:
        try:
            return await finished(self.start())
        except BaseException:
            await finished(self.close())
            raise

    async def __aexit__(self, *_: object) -> None:
        await finished(self.close())

    async def close(self) -> None:
        """Roll back what is not committed, and let others use the connection."""
        worker, opened = self._worker, self._opened
        if worker is None:
            return
        self._worker = self._opened = None
        try:
            if opened is not None:
                # After a commit nothing is left to be done with the file.
                await _closing(worker, opened)
        finally:
            self._engine.give_back(worker)

    def begin(self) -> asyncio.Future[RootTransaction]:
        """Begin a transaction; the future is done once it has the place it needs."""
        return self._visit(lambda connection: connection.begin())

    def commit(self) -> asyncio.Future[None]:
        """Commit; done once it is on the disk."""
        return self._visit(lambda connection: connection.commit())

    def execute(self, statement: Executable, parameters: Given | None = None) -> Result:
        """Run a statement. Raises as SQLAlchemy does."""
        return self._visit(lambda connection: connection.execute(statement, parameters))

    def exec_driver_sql(self, statement: str) -> Result:
        """Run SQL as it stands."""
        return self._visit(lambda connection: connection.exec_driver_sql(statement))

    def run_sync(self, work: Callable[..., T], *given: object) -> asyncio.Future[T]:
        """Do something with SQLAlchemy's own connection, in the thread."""
        return self._visit(lambda connection: work(connection, *given))

    def _visit(self, work: Callable[[Connection], T]) -> asyncio.Future[T]:
        if self._worker is None:
            raise RuntimeError("a connection that is not open")
        return self._worker.visit(lambda: work(self._here()))

    def _here(self) -> Connection:
        if self._opened is None:
            self._opened = self._engine.sync_engine.connect()
        return self._opened


async def _closing(worker: Worker, opened: Connection) -> None:
    if opened.in_transaction():
        await worker.visit(opened.close)
    else:
        opened.close()


AnyEngine = AsyncEngine | SqliteEngine
AnyConnection = AsyncConnection | SqliteConnection
