"""The holiday calendar: one row per year, holding nothing personal."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from server.ports.store import CalendarYear
from server.store import tables
from server.store.codec import Codec
from server.store.transaction import Transaction

_T = tables.calendar_years.c
_CODEC = Codec(CalendarYear)
_YEARS = select(_T.body).order_by(_T.year)


class SqlCalendar:
    """The holiday calendar."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def years(self) -> Sequence[CalendarYear]:
        rows = await self._tx.rows(_YEARS)
        return [_CODEC.decode(row.body.encode()) for row in rows]

    async def put(self, year: CalendarYear) -> None:
        """Replace the year."""
        await self._tx.run(delete(tables.calendar_years).where(_T.year == year.year))
        body = _CODEC.encode(year).decode()
        await self._tx.run(insert(tables.calendar_years).values(year=year.year, body=body))
