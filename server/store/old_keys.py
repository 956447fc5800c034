"""Hangs keys as earlier releases left them where they belong, once a KEK is there to do it.

The KEK wrapped the keys of files too, and no key told which KEK that was. A migration has none,
so this is done when a store is opened, a few keys in each transaction; until then, and wherever
that ends, every key is read as it is.
"""

import logging
from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, select, update

from server.domain.errors import NotFoundError, UnreadableError
from server.store import tables
from server.store.files import OWN
from server.store.transaction import Transaction
from server.store.vault import Wrapped

log = logging.getLogger(__name__)

AT_ONCE = 500
_K, _F = tables.keys.c, tables.files.c
_OLD = select(_K.owner, _K.wrapped).where(_K.under.is_(None), _K.kek_id.is_(None))
# Only what was read is replaced: a key destroyed or hung by somebody else meanwhile stays so.
_HANG = (
    update(tables.keys)
    .where(_K.owner == bindparam("whose"), _K.wrapped == bindparam("before"))
    .values(wrapped=bindparam("after"), under=bindparam("outer"), kek_id=bindparam("kek"))
)


async def hang(tx: Transaction, last: str | None) -> str | None:
    """Hang the next few old keys after `last`; return the last one looked at, None after all.

    One that does not open, or whose case's key does not, stays as it is.
    """
    following = _OLD if last is None else _OLD.where(_K.owner > last)
    rows = await tx.rows(following.order_by(_K.owner).limit(AT_ONCE))
    if not rows:
        return None
    cases = await _cases(tx, [row.owner for row in rows])
    hung = [await _hung(tx, Wrapped(row.owner, row.wrapped), cases.get(row.owner)) for row in rows]
    await tx.many(_HANG, [columns for columns in hung if columns])
    looked_at: str = rows[-1].owner
    return looked_at


async def hang_all(tx: Transaction) -> None:
    """Hang every old key in this one transaction."""
    last = await hang(tx, None)
    while last is not None:
        last = await hang(tx, last)


async def _cases(tx: Transaction, owners: Sequence[str]) -> Mapping[str, str]:
    """Return the case, or the committee, of each of the owners that is a file."""
    files = [owner.removeprefix(OWN) for owner in owners if owner.startswith(OWN)]
    rows = await tx.rows(select(_F.id, _F.case_id).where(_F.id.in_(files)))
    return {f"{OWN}{row.id}": row.case_id for row in rows}


async def _hung(tx: Transaction, old: Wrapped, case: str | None) -> Mapping[str, object] | None:
    again, kek = old, tx.vault.kek_id if case is None else None
    try:
        plain = tx.vault.unwrap(old)
        if case is not None:
            again = tx.vault.wrap(old.owner, plain, await tx.wrapped_key(case))
    except (UnreadableError, NotFoundError) as refused:
        log.warning("the key of %s stays as it is: %s", old.owner, refused.code)
        return None
    place = {"outer": case, "kek": kek}
    return {"whose": old.owner, "before": old.key, "after": again.key, **place}
