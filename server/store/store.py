"""The store: opens transactions, and in each the repositories of every kind."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from server.domain.errors import DomainError, NotFoundError
from server.ports.archive_stamp import ArchiveStamps
from server.ports.files import Files
from server.ports.session_log import LogTree, SessionLog
from server.ports.store import (
    Agreements,
    Calendar,
    Cases,
    Codes,
    Committees,
    Invitations,
    Outbox,
    Register,
    Remains,
    Replies,
    Sessions,
    StaffRegister,
    UnitOfWork,
)
from server.ports.system import Ids
from server.store.agreement import SqlAgreements
from server.store.archive_stamp import SqlArchiveStamps
from server.store.calendar import SqlCalendar
from server.store.case import SqlCases
from server.store.codes import SqlCodes
from server.store.committee import SqlCommittees
from server.store.counter import Counted, next_serial
from server.store.engines import BUSY_SECONDS, Engines, open_engines
from server.store.errors import translated
from server.store.files import SqlFiles
from server.store.finishing import finished
from server.store.invitation import SqlInvitations
from server.store.log_tree import SqlLogTree
from server.store.marked import read_marked
from server.store.old_keys import hang
from server.store.outbox import SqlOutbox
from server.store.register import SqlRegister
from server.store.replies import SqlReplies
from server.store.schema import check
from server.store.session import SqlSessions
from server.store.session_log import SqlSessionLog
from server.store.sqlite_engine import AnyConnection, AnyEngine, SqliteConnection
from server.store.staff import SqlStaffRegister
from server.store.transaction import STORE_KEY, Transaction, begin
from server.store.vault import Vault


class SqlUnitOfWork:
    """One transaction with every repository in it."""

    def __init__(self, tx: Transaction) -> None:
        self.committees: Committees = SqlCommittees(tx)
        self.staff: StaffRegister = SqlStaffRegister(tx)
        self.cases: Cases = SqlCases(tx)
        self.invitations: Invitations = SqlInvitations(tx)
        self.sessions: Sessions = SqlSessions(tx)
        self.agreements: Agreements = SqlAgreements(tx)
        self.register: Register = SqlRegister(tx)
        self.stamps: ArchiveStamps = SqlArchiveStamps(tx)
        self.log: SessionLog = SqlSessionLog(tx)
        self.tree: LogTree = SqlLogTree(tx)
        self.outbox: Outbox = SqlOutbox(tx)
        self.codes: Codes = SqlCodes(tx)
        self.files: Files = SqlFiles(tx)
        self.calendar: Calendar = SqlCalendar(tx)
        self.replies: Replies = SqlReplies(tx)


class SqlStore:
    """The database, opened with `open_store`."""

    def __init__(self, engines: Engines, vault: Vault) -> None:
        self._engines = engines
        self._vault = vault
        self._turn = asyncio.Lock()
        self.owes_forgetting = True  # a stop may have come between erasing and that
        self._writing: set[asyncio.Task[object] | None] = set()

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a transaction that sees what was committed when its first statement began.

        The database refuses writes.
        """
        return self._read()

    def write(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a transaction that commits on leaving without an error.

        Raises RuntimeError inside another one of the same task, which would wait for itself.
        """
        return self._write()

    def keyed_hash(self, text: str) -> str:
        """Return HMAC-SHA-256 as hexadecimal digits, useless without the key."""
        return self._vault.keyed_hash(text)

    async def forget(self) -> Remains | None:
        """Leave nothing of what was erased until now in the files; return why some stays."""
        return await self._forget(self._engines.forget)

    async def go_on_forgetting(self) -> Remains | None:
        """Do what is left of it."""
        return await self._forget(self._engines.go_on_forgetting)

    async def _forget(
        self, step: Callable[[], Coroutine[Any, Any, Remains | None]]
    ) -> Remains | None:
        async with self._turn:
            self.owes_forgetting = True
            with translated():
                left = await step()
            self.owes_forgetting = left is not None
        return left

    async def healthy(self) -> bool:
        """Whether the database answers within five seconds."""
        try:
            async with asyncio.timeout(BUSY_SECONDS), self.read() as uow:
                await uow.calendar.years()
        except (DomainError, TimeoutError):
            return False
        return True

    async def close(self) -> None:
        """Close every connection; open transactions have to be over."""
        await self._engines.close()

    async def check(self) -> None:
        """Raise unless schema and key fit; make the store's own key at first use."""
        async with _connected(self._engines.reader) as connection:
            with translated():
                await check(connection)
        async with self._transaction(self._engines.writer) as tx:
            await tx.hold(STORE_KEY)
            try:
                self._vault.check(await tx.wrapped_key(STORE_KEY))
            except NotFoundError:
                await tx.give_key(STORE_KEY)
            await read_marked(tx)
        await self._hang_old_keys()

    async def _hang_old_keys(self) -> None:
        last, more = None, True
        while more:
            async with self._transaction(self._engines.writer) as tx:
                await tx.hold(STORE_KEY)
                last = await hang(tx, last)
            more = last is not None

    async def name(self) -> str:
        """Return what tells this database from any other; copies of it have the same."""
        async with _connected(self._engines.reader) as connection:
            tx = Transaction(connection, self._vault, locks_cases=False)
            return self._vault.name(await tx.wrapped_key(STORE_KEY))

    async def next_start(self) -> int:
        """Return which start of an app on this database this is, counted from 1 on every host."""
        async with self._transaction(self._engines.writer) as tx:
            return await next_serial(tx, Counted.START, STORE_KEY, 0)

    @asynccontextmanager
    async def _read(self) -> AsyncIterator[UnitOfWork]:
        async with _connected(self._engines.reader) as connection:
            yield SqlUnitOfWork(Transaction(connection, self._vault, locks_cases=False))

    @asynccontextmanager
    async def _write(self) -> AsyncIterator[UnitOfWork]:
        task = asyncio.current_task()
        if task in self._writing:
            raise RuntimeError("a write inside a write")
        self._writing.add(task)
        try:
            async with self._transaction(self._engines.writer) as tx:
                yield SqlUnitOfWork(tx)
        finally:
            self._writing.discard(task)

    @asynccontextmanager
    async def _transaction(self, engine: AnyEngine) -> AsyncIterator[Transaction]:
        locks = not self._engines.single_writer
        async with AsyncExitStack() as stack:
            if self._engines.single_writer:
                await stack.enter_async_context(self._turn)
            connection = await stack.enter_async_context(_connected(engine))
            with translated():
                await finished(begin(connection))
            tx = Transaction(connection, self._vault, locks_cases=locks)
            # Left by an error, the connection goes back to its pool, which rolls back.
            yield tx
            tx.must_be_whole()
            with translated():
                await finished(connection.commit())


@asynccontextmanager
async def _connected(engine: AnyEngine) -> AsyncIterator[AnyConnection]:
    connecting = engine.connect()
    try:
        with translated():
            await finished(connecting.start())
        yield connecting
    finally:
        await finished(_closed(connecting))


async def _closed(connection: AnyConnection) -> None:
    # One of PostgreSQL's that never connected cannot be closed.
    if isinstance(connection, SqliteConnection) or connection.sync_connection is not None:
        await connection.close()


async def open_store(address: str, kek: bytes, ids: Ids) -> SqlStore:
    """Open `sqlite:///file` or `postgresql://…`, migrated before, with its 32-byte KEK.

    Raises WrongKeyError, OutdatedSchemaError, UnknownSchemaError, UnavailableError.
    """
    store = SqlStore(open_engines(address), Vault(kek, ids))
    try:
        await store.check()
    except BaseException:
        await store.close()
        raise
    return store
