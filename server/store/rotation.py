"""Puts a database under a new key: case keys wrapped again, search terms hashed again.

Bodies are encrypted with the keys of their case, which also wrap the keys of its files: all that
stays as it is. Everything happens in one transaction, so a database is under one key or the other;
should some keys ever tell of the new one and some of the old, the others follow.
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
from server.store.old_keys import hang_all
from server.store.register import SqlRegister
from server.store.schema import check
from server.store.staff import SqlStaffRegister
from server.store.transaction import STORE_KEY, Transaction, begin
from server.store.vault import Vault, Wrapped

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
            if (left := await engines.forget()) is not None:
                log.warning("old keys still lie in the database's files: %s", left)
        return wrapped
    finally:
        await engines.close()


async def _rotate(engines: Engines, old: Vault, new: Vault) -> int:
    async with engines.writer.connect() as connection:
        await finished(begin(connection))
        await check(connection)
        before = Transaction(connection, old, locks_cases=False)
        after = Transaction(connection, new, locks_cases=False)
        await _settle(before, after)
        wrapped = await _wrap(before, new)
        if wrapped:
            await _rehash(after, engines)
        await finished(connection.commit())
    return wrapped


async def _settle(before: Transaction, after: Transaction) -> None:
    """Have every key tell its KEK: a database may have been migrated and never opened since."""
    stored = await before.wrapped_key(STORE_KEY)
    under_new = _opens(after.vault, stored)
    if not under_new:
        before.vault.check(stored)
    await hang_all(after if under_new else before)


def _opens(vault: Vault, stored: Wrapped) -> bool:
    try:
        vault.check(stored)
    except WrongKeyError:
        return False
    return True


async def _rehash(tx: Transaction, engines: Engines) -> None:
    await SqlStaffRegister(tx).rehash()
    await SqlCases(tx).rehash()
    async with _changeable(tx, engines):
        await SqlRegister(tx).rehash()
    # Both live for days at most, under hashes whose texts nobody keeps.
    await tx.run(delete(tables.replies))
    await tx.run(delete(tables.one_time_codes))


async def _wrap(tx: Transaction, new: Vault) -> int:
    keys, done = tables.keys.c, 0
    statement = (
        update(tables.keys)
        .where(keys.owner == bindparam("whose"))
        .values(wrapped=bindparam("again"), kek_id=new.kek_id)
    )
    others = keys.kek_id.is_distinct_from(new.kek_id)
    left = select(keys.owner, keys.wrapped).where(keys.under.is_(None), others).limit(AT_ONCE)
    while rows := await tx.rows(left):
        plain = [(row.owner, tx.vault.unwrap(Wrapped(row.owner, row.wrapped))) for row in rows]
        again = [{"whose": owner, "again": new.wrap(owner, key).key} for owner, key in plain]
        await tx.many(statement, again)
        done += len(rows)
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
