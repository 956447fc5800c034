"""Keys as they stand in a database, and as an earlier release left them there."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import Row, select, update

from server.domain.errors import UnreadableError
from server.store import tables
from server.store.engines import open_engines
from server.store.transaction import Transaction
from server.store.vault import Vault, Wrapped
from server.system import SystemIds

KEYS = tables.keys.c


# Any: the columns are taken by name.
async def keys_of(address: str) -> Mapping[str, Row[Any]]:
    """Return the rows of all keys by their owners."""
    async with _transaction(address, bytes(32)) as tx:
        return {row.owner: row for row in await tx.rows(select(tables.keys))}


async def opening(address: str, kek: bytes) -> set[str]:
    """Return the owners of all keys that this KEK opens."""
    opened = set()
    async with _transaction(address, kek) as tx:
        for row in await tx.rows(select(KEYS.owner)):
            with suppress(UnreadableError):
                tx.vault.unwrap(await tx.wrapped_key(row.owner))
                opened.add(row.owner)
    return opened


async def as_before(address: str, kek: bytes) -> None:
    """Wrap every key by the KEK, and have none tell of it, as before revision 0008."""
    async with _transaction(address, kek) as tx:
        for row in await tx.rows(select(KEYS.owner)):
            plain = tx.vault.unwrap(await tx.wrapped_key(row.owner))
            again = tx.vault.wrap(row.owner, plain)
            await _put(tx, again, under=None, kek_id=None)


async def rewrapped(address: str, owners: Collection[str], old: bytes, new: bytes) -> None:
    """Wrap some keys by the new KEK, as half a rotation would."""
    vault = Vault(new, SystemIds())
    async with _transaction(address, old) as tx:
        for owner in owners:
            plain = tx.vault.unwrap(await tx.wrapped_key(owner))
            await _put(tx, vault.wrap(owner, plain), kek_id=vault.kek_id)


async def spoil(address: str, owner: str) -> None:
    """Destroy a key where it stands."""
    async with _transaction(address, bytes(32)) as tx:
        await _put(tx, Wrapped(owner, bytes(60)))


async def _put(tx: Transaction, key: Wrapped, **columns: str | None) -> None:
    mine = update(tables.keys).where(KEYS.owner == key.owner)
    await tx.run(mine.values(wrapped=key.key, **columns))


@asynccontextmanager
async def _transaction(address: str, kek: bytes) -> AsyncIterator[Transaction]:
    engines = open_engines(address)
    try:
        async with engines.writer.begin() as connection:
            yield Transaction(connection, Vault(kek, SystemIds()), locks_cases=False)
    finally:
        await engines.close()
