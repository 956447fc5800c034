"""Puts a database under a new key: case keys wrapped again, search terms hashed again.

Bodies and files are encrypted with the keys of their case and stay as they are. Everything
happens in one transaction, so a database is always under one key or the other.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import bindparam, delete, select, text, update

from server.ports.system import Ids
from server.store import tables
from server.store.case import SqlCases
from server.store.engines import Engines, open_engines
from server.store.errors import WrongKeyError, translated
from server.store.finishing import finished
from server.store.register import SqlRegister
from server.store.schema import check
from server.store.staff import SqlStaffRegister
from server.store.transaction import STORE_KEY, Transaction
from server.store.vault import Vault

log = logging.getLogger(__name__)

AT_ONCE = 500
_TRIGGERS = (
    "SELECT name, sql FROM sqlite_master WHERE type='trigger' AND tbl_name IN (:one, :other)"
)
SEALED = (tables.register.name, tables.register_terms.name)


async def rotate(address: str, old: bytes, new: bytes, ids: Ids) -> int:
    """Bring the database under the new key and return how many keys were wrapped again.

    0 where it is under the new one already. Nobody else may be using it. Raises
    WrongKeyError when neither key opens it, OutdatedSchemaError, UnknownSchemaError.
    """
    engines = open_engines(address)
    try:
        with translated():
            wrapped = await _rotate(engines, Vault(old, ids), Vault(new, ids))
            if not await engines.forget():
                log.warning(
                    "old keys still lie in the database's log of writes: something reads it"
                )
        return wrapped
    finally:
        await engines.close()


async def _rotate(engines: Engines, old: Vault, new: Vault) -> int:
    async with engines.writer.connect() as connection:
        begun = await finished(connection.begin().start())
        await check(connection)
        before = Transaction(connection, old, locks_cases=False)
        after = Transaction(connection, new, locks_cases=False)
        stored = await before.wrapped_key(STORE_KEY)
        if _opens(new, stored):
            return 0
        old.check(STORE_KEY, stored)
        wrapped = await _wrap(before, new)
        await SqlStaffRegister(after).rehash()
        await SqlCases(after).rehash()
        async with _changeable(after, engines):
            await SqlRegister(after).rehash()
        # Both live for days at most, under hashes whose texts nobody keeps.
        await after.run(delete(tables.replies))
        await after.run(delete(tables.one_time_codes))
        await finished(begun.commit())
    return wrapped


def _opens(vault: Vault, stored: bytes) -> bool:
    try:
        vault.check(STORE_KEY, stored)
    except WrongKeyError:
        return False
    return True


async def _wrap(tx: Transaction, new: Vault) -> int:
    keys, done = tables.keys.c, 0
    statement = (
        update(tables.keys)
        .where(keys.owner == bindparam("whose"))
        .values(wrapped=bindparam("again"))
    )
    last = ""
    while rows := await tx.rows(
        select(keys.owner, keys.wrapped)
        .where(keys.owner > last)
        .order_by(keys.owner)
        .limit(AT_ONCE)
    ):
        plain = [(row.owner, tx.vault.unwrap(row.owner, row.wrapped)) for row in rows]
        again = [{"whose": owner, "again": new.wrap(owner, key)} for owner, key in plain]
        await tx.many(statement, again)
        last, done = rows[-1].owner, done + len(rows)
    return done


@asynccontextmanager
async def _changeable(tx: Transaction, engines: Engines) -> AsyncIterator[None]:
    """Lift, inside this transaction alone, the triggers that keep sealed rows as they are."""
    if not engines.single_writer:
        for table in SEALED:
            await tx.run(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield
        for table in SEALED:
            await tx.run(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        return
    triggers = await tx.rows(text(_TRIGGERS).bindparams(one=SEALED[0], other=SEALED[1]))
    for trigger in triggers:
        await tx.run(text(f"DROP TRIGGER {trigger.name}"))
    yield
    for trigger in triggers:
        await tx.run(text(trigger.sql.replace(":", "\\:")))
