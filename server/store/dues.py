"""On which days something is due for a case, plain, so that the nearest are found unopened.

The days are nominal: holidays, which are entered later, do not move them here.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import IntEnum

from sqlalchemy import bindparam, delete, select

from server.domain.calendar import HolidayCalendar
from server.domain.duties import Duty
from server.domain.ids import CaseId, CommitteeId
from server.store import tables
from server.store.transaction import Transaction

NOMINAL = HolidayCalendar()
"""Knows no year, and so moves no day."""
_T = tables.dues.c
_MINE = (_T.case_id == bindparam("case"), _T.source == bindparam("from"))
_STORED = select(_T.day).where(*_MINE)
_OLD = delete(tables.dues).where(*_MINE)
"""Made once: each change of a case asks."""


class Source(IntEnum):
    """What a day follows from."""

    CASE = 0
    AGREEMENT = 1


class Dues:
    """The days of all cases within one transaction."""

    def __init__(self, tx: Transaction, source: Source) -> None:
        self._tx = tx
        self._source = source

    async def between(self, committee: CommitteeId, first: date, last: date) -> Sequence[CaseId]:
        """Return the cases with such a day from `first` to `last`."""
        mine = (_T.committee_id == committee, _T.source == self._source)
        query = select(_T.case_id).where(*mine, _T.day.between(first, last)).distinct()
        rows = await self._tx.rows(query.order_by(_T.case_id))
        return [CaseId(row.case_id) for row in rows]

    async def write(self, case: CaseId, committee: CommitteeId, duties: Iterable[Duty]) -> None:
        """Make these the days of the case that follow from this source."""
        days = {duty.on for duty in duties}
        mine = {"case": case, "from": self._source}
        if days == {row.day for row in await self._tx.rows(_STORED, **mine)}:
            return
        await self._tx.run(_OLD, **mine)
        named = {"case_id": case, "committee_id": committee, "source": self._source}
        await self._tx.insert(tables.dues, [{**named, "day": day} for day in sorted(days)])
