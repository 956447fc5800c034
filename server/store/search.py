"""Finds rows by keyed hashes: which numbered rows hold every part of a name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import CompoundSelect, Select, Table, delete, func, select, union

from server.store.terms import name_parts, plain_number, query_parts
from server.store.transaction import Transaction
from server.store.vault import Vault

_NAME, _NUMBER, _IDENTITY = "name", "number", "identity"

Term = tuple[int, int]
"""A term's hash, and which of the row's texts it comes from."""
Found = Select[tuple[int]] | CompoundSelect[tuple[int]]
"""A query for the `no` of rows."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one kind of row, all hashed for one committee."""

    tx: Transaction
    table: Table
    committee: str

    def of(self, *, names: Iterable[str], identities: Iterable[str] = ()) -> set[Term]:
        """Return the terms by which a row with these names and numbers is found."""
        found = {
            (self._hash(_NAME, part), at)
            for at, name in enumerate(names)
            for part in name_parts(name)
        }
        return found | {(self._identity(one), 0) for one in identities if one}

    def with_identity(self, number: str) -> Found:
        """Return a query for the rows with this whole identity number."""
        return select(self.table.c.no).where(self.table.c.term == self._identity(number))

    async def write(self, no: int, terms: Iterable[Term]) -> None:
        """Give a new row its terms."""
        rows = [{"term": term, "no": no, "part": part} for term, part in sorted(terms)]
        await self.tx.insert(self.table, rows)

    async def rewrite(self, no: int, terms: Iterable[Term]) -> None:
        """Make `terms` the terms of a row that may have others; touch only what differs."""
        wanted, stored = set(terms), await self._stored(no)
        mine = self.table.c.no == no
        for term, part in stored - wanted:
            where = (mine, self.table.c.term == term, self.table.c.part == part)
            await self.tx.run(delete(self.table).where(*where))
        await self.write(no, wanted - stored)

    async def _stored(self, no: int) -> set[Term]:
        rows = await self.tx.rows(
            select(self.table.c.term, self.table.c.part).where(self.table.c.no == no)
        )
        return {(row.term, row.part) for row in rows}

    async def holding(self, text: str) -> Select[tuple[int]] | None:
        """Return a query for rows one of whose names holds `text`; None when it asks nothing."""
        parts = [self._hash(_NAME, part) for part in query_parts(text)]
        if not parts:
            return None
        first, *others = await self._rarest_first(parts)
        base = self.table.alias()
        found = select(base.c.no).where(base.c.term == first)
        for term in others:
            also = self.table.alias()
            found = found.where(
                select(also.c.no)
                .where(also.c.term == term, also.c.no == base.c.no, also.c.part == base.c.part)
                .exists()
            )
        return found.distinct()

    async def _rarest_first(self, parts: Sequence[int]) -> Sequence[int]:
        # The database cannot know how often a hash occurs; counting walks an index.
        if len(parts) == 1:
            return parts
        rows = await self.tx.rows(
            select(self.table.c.term, func.count().label("times"))
            .where(self.table.c.term.in_(parts))
            .group_by(self.table.c.term)
        )
        often = {row.term: row.times for row in rows}
        return sorted(parts, key=lambda term: often.get(term, 0))

    def _identity(self, number: str) -> int:
        return self._hash(_IDENTITY, plain_number(number))

    def _hash(self, kind: str, text: str) -> int:
        return self.tx.vault.term(kind, self.committee, text)


def number_term(vault: Vault, committee: str, number: str) -> int:
    """Return the hash by which a whole case or agreement number is found."""
    return vault.term(_NUMBER, committee, plain_number(number))


def either(*found: Found | None) -> Found:
    """Return the rows that one of the queries finds."""
    return union(*(select(one.subquery().c.no) for one in found if one is not None))
