"""The session log: rows that are only ever added, each chained to the one before.

Triggers refuse every change and every row that does not continue its chain. Entries
hold ids, codes and digests and are kept in the exact text that was hashed.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, or_, select, true

from server.domain.ids import CaseId
from server.domain.session_log import Entry, Happening, chain
from server.store import tables
from server.store.transaction import Transaction

_T = tables.session_log.c
_HEAD = (
    select(tables.session_log)
    .where(_T.case_id == bindparam("case"))
    .order_by(_T.seq.desc())
    .limit(1)
)
PAGE = 100
"""Entries read at a time: a sitting of hours leaves thousands, and the loop serves rooms, too."""


class SqlSessionLog:
    """The hash chains."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def append(
        self, case: CaseId, what: Sequence[Happening], at: datetime
    ) -> Sequence[Entry]:
        """Return the new entries. Holds the case's lock, so that no two follow the same one."""
        if not what:
            return []
        await self._tx.hold(case)
        last = await self.head(case)
        entries: list[Entry] = []
        for happening in what:
            last = chain(case, last, happening, at)
            entries.append(last)
        await self._tx.insert(tables.session_log, [entry._asdict() for entry in entries])
        return entries

    async def of_case(self, case: CaseId, kinds: Collection[str] = ()) -> Sequence[Entry]:
        return [entry async for page in self.pages(case, kinds) for entry in page]

    async def pages(
        self, case: CaseId, kinds: Collection[str] = ()
    ) -> AsyncIterator[Sequence[Entry]]:
        wanted = select(tables.session_log).where(_T.case_id == case, _of(kinds))
        part = wanted.order_by(_T.seq).limit(PAGE)
        while page := entries_of(await self._tx.rows(part)):
            yield page
            if len(page) < PAGE:
                break
            part = wanted.where(_T.seq > page[-1].seq).order_by(_T.seq).limit(PAGE)

    async def head(self, case: CaseId) -> Entry | None:
        row = await self._tx.first(_HEAD, case=case)
        return None if row is None else entries_of([row])[0]


def _of(kinds: Collection[str]) -> ColumnElement[bool]:
    """Return what is true of the text of entries of these kinds: nothing else is written so."""
    texts = (f'}},"kind":"{kind}","seq":' for kind in kinds)
    return or_(*(_T.body.contains(text, autoescape=True) for text in texts)) if kinds else true()


def entries_of(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[Entry]:
    """Return rows of `session_log` as entries, whose order of columns is theirs."""
    return [Entry._make(row) for row in rows]
