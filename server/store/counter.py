"""Numbers without gaps: one row per committee, kind and year, locked until the commit."""

from enum import StrEnum

from sqlalchemy.dialects import postgresql, sqlite

from server.domain.errors import NotFoundError
from server.store import tables
from server.store.transaction import Transaction


class Counted(StrEnum):
    """What is numbered."""

    CASE = "case"
    AGREEMENT = "agreement"
    START = "start"
    """Of an app on this database, whatever host it is on; of no committee and no year."""


async def next_serial(tx: Transaction, counted: Counted, committee: str, year: int) -> int:
    """Return the next number, from 1. It is given back when the transaction does not commit."""
    insert = postgresql.insert if tx.locks_cases else sqlite.insert
    first = insert(tables.counters).values(committee_id=committee, kind=counted, year=year, last=1)
    row = await tx.first(
        first.on_conflict_do_update(
            index_elements=["committee_id", "kind", "year"],
            set_={"last": tables.counters.c.last + 1},
        ).returning(tables.counters.c.last)
    )
    if row is None:
        raise NotFoundError
    last: int = row.last
    return last
