"""SQLAlchemy's plain SQLite engine for an event loop: a statement is one visit to a thread.

`create_async_engine` spends a greenlet on every statement, and what carries it to a thread and
back cost more than the statement. Here the whole of it, SQLAlchemy's part too, runs in the thread.
"""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import islice
from queue import SimpleQueue
from typing import Any, Final, Self, TypeVar

from sqlalchemy import URL, Connection, CursorResult, Dialect, Executable, create_engine
from sqlalchemy.exc import TimeoutError as NoneFreeError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from server.store.finishing import finished

T = TypeVar("T")
# Any: the columns of a statement are known where it is written, not here.
Result = CursorResult[Any]
Given = Mapping[str, object] | Sequence[Mapping[str, object]]
Outcome = tuple[T, None] | tuple[None, BaseException]


class WholeCursor(sqlite3.Cursor):
    """Has fetched everything when `execute` returns: whoever reads it asks no database."""

    _rows: Iterator[Any] = iter(())

    def execute(self, sql: str, parameters: Any = ()) -> Self:  # noqa: ANN401  # as sqlite3 has it
        self._rows = iter(())
        super().execute(sql, parameters)
        self._rows = iter(super().fetchall() if self.description else ())
        return self

    def executemany(self, sql: str, parameters: Iterable[Any]) -> Self:
        self._rows = iter(())
        super().executemany(sql, parameters)
        return self

    def __next__(self) -> Any:  # noqa: ANN401  # as sqlite3 has it
        return next(self._rows)

    def fetchone(self) -> Any:  # noqa: ANN401  # as sqlite3 has it
        return next(self._rows, None)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        return list(islice(self._rows, size))

    def fetchall(self) -> list[Any]:
        return list(self._rows)


class WholeConnection(sqlite3.Connection):
    """A connection whose cursors are such ones."""

    def cursor(self, factory: Any = WholeCursor) -> Any:  # noqa: ANN401  # as sqlite3 has it
        return super().cursor(factory)


class Worker:
    """A thread that does what it is given, one after the other; `end` ends it."""

    def __init__(self) -> None:
        self._given = SimpleQueue[Callable[[], None] | None]()
        # A daemon: what is left open at the end must not keep the process alive.
        self.thread = threading.Thread(target=self._work, name="sqlite", daemon=True)
        self.thread.start()

    def visit(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Do it in the thread and tell the loop that runs now, if it still does then.

        Cancelling the future calls nothing back: who must know the end awaits it by `finished`.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def do() -> None:
            made, fault = _outcome(work)
            with suppress(RuntimeError):  # the loop has ended: nobody waits
                loop.call_soon_threadsafe(_tell, done, made, fault)
            del made, fault  # which the fault's own frames would keep otherwise

        self._given.put(do)
        return done

    def end(self) -> None:
        """End after what it was given."""
        self._given.put(None)

    def _work(self) -> None:
        while (do := self._given.get()) is not None:
            do()
            del do  # its rows are not kept until the next


def _outcome(work: Callable[[], T]) -> Outcome[T]:
    try:
        return work(), None
    except BaseException as fault:  # noqa: BLE001  # whoever waits for it raises it
        return None, fault


# Any: what was made, or nothing where there is a fault.
def _tell(done: asyncio.Future[Any], made: object, fault: BaseException | None) -> None:
    if done.done():
        return
    if fault is None:
        done.set_result(made)
    else:
        done.set_exception(fault)


class SqliteEngine:
    """As much of AsyncEngine as this package uses, for a file; opens nothing by itself.

    Whoever finds all `connections` taken waits `longest_wait` seconds, then TimeoutError is
    raised, SQLAlchemy's. One loop uses it until it is disposed of.
    """

    def __init__(self, url: URL, connections: int, longest_wait: float) -> None:
        self.sync_engine = create_engine(
            url,
            connect_args={"factory": WholeConnection},
            hide_parameters=True,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=0,  # whoever has a thread has a connection: waiting would be for nobody
            pool_use_lifo=True,  # the one that was used last has its pages and statements in memory
        )
        self._longest_wait: Final = longest_wait
        self._workers: list[Worker] = []
        self._most: Final = connections
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
            await finished(connection.begin())
            yield connection
            await finished(connection.commit())

    async def dispose(self) -> None:
        """Close every connection that is not in use; threads end as soon as nobody uses them."""
        workers, self._workers = self._workers, []
        free, self._free = self._free, asyncio.LifoQueue[Worker]()
        if not workers:
            return
        last = Worker() if free.empty() else free.get_nowait()
        try:
            await finished(self._close_files(last))
        finally:
            last.end()
            while not free.empty():
                free.get_nowait().end()

    async def _close_files(self, worker: Worker) -> None:
        await worker.visit(self.sync_engine.dispose)

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
        """Let others use it, or end it where the engine was disposed of meanwhile."""
        if worker in self._workers:
            self._free.put_nowait(worker)
        else:
            worker.end()


class SqliteConnection:
    """As much of AsyncConnection as this package uses.

    Who is cancelled while he waits calls nothing back: the thread goes on (`finished` waits).
    """

    def __init__(self, engine: SqliteEngine) -> None:
        self._engine = engine
        self._worker: Worker | None = None
        self._opened: Connection | None = None
        self._last: asyncio.Future[Any] | None = None

    async def start(self) -> Self:
        """Wait for a thread; the first statement, or `begin`, opens the database there."""
        if self._worker is None:
            self._worker = await self._engine.take()
        return self

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Roll back what is not committed, and let others use the connection.

        Cancelled meanwhile, it has let go as well: whoever comes next waits in the same thread.
        """
        worker, self._worker = self._worker, None
        if worker is None:
            return
        try:
            if self._settled():
                self._leave()
            else:
                await worker.visit(self._leave)
        finally:
            self._engine.give_back(worker)

    async def begin(self) -> None:
        """Begin a transaction; it has the place it needs then."""
        await self._visit(lambda connection: connection.begin())

    async def commit(self) -> None:
        """Commit; it is on the disk then."""
        await self._visit(_committed)

    async def execute(self, statement: Executable, parameters: Given | None = None) -> Result:
        """Run a statement. Raises as SQLAlchemy does."""
        return await self._visit(lambda connection: connection.execute(statement, parameters))

    async def exec_driver_sql(self, statement: str) -> Result:
        """Run SQL as it stands."""
        return await self._visit(lambda connection: connection.exec_driver_sql(statement))

    async def run_sync(self, work: Callable[..., T], *given: object) -> T:
        """Do something with SQLAlchemy's own connection, in the thread."""
        return await self._visit(lambda connection: work(connection, *given))

    def _visit(self, work: Callable[[Connection], T]) -> asyncio.Future[T]:
        if self._worker is None:
            raise RuntimeError("a connection that is not open")
        done = self._worker.visit(lambda: work(self._connection()))
        self._last = done
        return done

    def _connection(self) -> Connection:
        """Return SQLAlchemy's, in the thread."""
        if self._opened is None:
            self._opened = self._engine.sync_engine.connect()
        return self._opened

    def _settled(self) -> bool:
        """Whether the thread is done and no transaction is open, so that the file has no part."""
        if self._last is not None and (not self._last.done() or self._last.cancelled()):
            return False
        return self._opened is None or self._opened.get_transaction() is None

    def _leave(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()


def _committed(connection: Connection) -> None:
    try:
        connection.commit()
    except BaseException:
        # SQLAlchemy would give it back as if it were rolled back (SQLITE_BUSY leaves it open).
        connection.invalidate()
        raise


AnyEngine = AsyncEngine | SqliteEngine
AnyConnection = AsyncConnection | SqliteConnection
