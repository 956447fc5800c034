"""One transaction as the repositories use it: statements, keys and the lock of a case."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    CursorResult,
    Executable,
    Row,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
)

from server.domain.errors import DomainError, NotFoundError
from server.store import tables
from server.store.errors import translated
from server.store.finishing import finished
from server.store.sqlite_engine import AnyConnection, Given
from server.store.vault import Vault, Wrapped

STORE_KEY = "store"
"""Owner of the key for what belongs to no case and no committee."""
_KEYS = tables.keys.c
_OUTER = tables.keys.alias()
_STORED = (
    select(_KEYS.wrapped, _KEYS.under, _OUTER.c.wrapped.label("outer"))
    .select_from(tables.keys.outerjoin(_OUTER, _OUTER.c.owner == _KEYS.under))
    .where(_KEYS.owner == bindparam("of"))
)
"""Made once; asked where no row has brought the key along."""
_GIVEN = insert(tables.keys)
_FORGOTTEN = delete(tables.keys).where(_KEYS.owner == bindparam("of"))


async def begin(connection: AnyConnection) -> None:
    """Begin a transaction on it, SQLite's writer with its place."""
    await connection.begin()


class Transaction:
    """Runs statements. After a failed one nothing can be committed any more."""

    def __init__(self, connection: AnyConnection, vault: Vault, *, locks_cases: bool) -> None:
        self._connection = connection
        self.vault = vault
        self.locks_cases = locks_cases
        self._held: set[str] = set()
        self._wrapped: dict[str, Wrapped] = {}
        self._failure: DomainError | None = None

    # Any: the columns of a statement are known where it is written, not here.
    async def run(self, statement: Executable, **values: object) -> CursorResult[Any]:
        """Return the statement's result; raises what `translated` makes of a failure.

        `values` are those of the statement's own parameters.
        """
        return await self._guarded(statement, values)

    async def _guarded(self, statement: Executable, given: Given) -> CursorResult[Any]:
        # SQLite may have rolled back: what came now would be committed by itself.
        self.must_be_whole()
        try:
            with translated():
                return await finished(self._connection.execute(statement, given))
        except DomainError as failure:
            self._failure = failure
            raise

    async def insert(self, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
        """Insert many rows of the same columns at once."""
        if rows:
            await self._guarded(insert(table), rows)

    async def many(self, statement: Executable, rows: Sequence[Mapping[str, object]]) -> None:
        """Run one statement for each of the rows."""
        if rows:
            await self._guarded(statement, rows)

    async def first(self, statement: Executable, **values: object) -> Row[Any] | None:
        """Return the first row, if any."""
        return (await self.run(statement, **values)).first()

    async def rows(self, statement: Executable, **values: object) -> Sequence[Row[Any]]:
        """Return every row."""
        return (await self.run(statement, **values)).all()

    async def changed(self, statement: Executable, **values: object) -> int:
        """Return how many rows the statement changed."""
        return (await self.run(statement, **values)).rowcount

    def must_be_whole(self) -> None:
        """Raise the failure that was swallowed on the way, so that nothing half is kept."""
        if self._failure is not None:
            raise self._failure

    async def hold(self, case: str) -> None:
        """Take the lock of one case until the end; without need where one writer writes."""
        if not self.locks_cases or case in self._held:
            return
        name = int.from_bytes(hashlib.sha256(case.encode()).digest()[:8], signed=True)
        await self.run(select(func.pg_advisory_xact_lock(name)))
        self._held.add(case)

    async def wrapped_key(self, owner: str) -> Wrapped:
        """Return the owner's key, or raise NotFoundError: no such case, committee or file."""
        if owner not in self._wrapped:
            self._wrapped[owner] = await self._stored_key(owner)
        return self._wrapped[owner]

    def know(self, key: Wrapped) -> None:
        """Keep a key that came with a row: whoever writes the row next need not ask for it."""
        self._wrapped.setdefault(key.owner, key)

    async def _stored_key(self, owner: str) -> Wrapped:
        row = await self.first(_STORED, of=owner)
        if row is None:
            raise NotFoundError
        # Whose outer key was destroyed is unreadable, as if that had been changed.
        under = None if row.under is None else Wrapped(row.under, row.outer or b"")
        return Wrapped(owner, row.wrapped, under)

    async def give_key(self, owner: str, under: str | None = None) -> Wrapped:
        """Make the key of a new case or committee, or of a file of theirs: `under` says whose."""
        outer = None if under is None else await self.wrapped_key(under)
        key = self._wrapped[owner] = self.vault.new_key(owner, outer)
        kek_id = self.vault.kek_id if under is None else None
        columns = {"owner": owner, "wrapped": key.key, "under": under, "kek_id": kek_id}
        await self.run(_GIVEN, **columns)
        return key

    async def forget_key(self, owner: str) -> None:
        """Destroy an owner's key, and with it everything that only this key opens."""
        await self.run(_FORGOTTEN, of=owner)
        self._wrapped.pop(owner, None)
