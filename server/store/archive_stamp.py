"""Where each record's archive time stamp stands.

One narrow row a record, so that a night's work is found without opening any.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, or_, select, update

from server.domain.errors import NotFoundError
from server.domain.ids import CommitteeId, RecordId
from server.domain.renewal import MONTH, ArchiveStamp, Due, RenewalRules, StampCounts
from server.store import tables
from server.store.transaction import Transaction

_S = tables.archive_stamps.c
_BELOW_LTA = _S.trouble == Due.UNPROVEN
_FAILED = (_S.trouble != "") & ~_BELOW_LTA


class SqlArchiveStamps:
    """Archive time stamps."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def add(self, stamp: ArchiveStamp) -> None:
        await self._tx.run(insert(tables.archive_stamps).values(**_row(stamp)))

    async def get(self, record: RecordId) -> ArchiveStamp:
        row = await self._tx.first(select(tables.archive_stamps).where(_S.record_id == record))
        if row is None:
            raise NotFoundError
        return _stamp(row)

    async def save(self, stamp: ArchiveStamp, renewals: int) -> bool:
        changed = await self._tx.changed(
            update(tables.archive_stamps)
            .where(_S.record_id == stamp.record_id, _S.renewals == renewals)
            .values(**_row(stamp))
        )
        return changed == 1

    async def due(
        self, rules: RenewalRules, now: datetime, after: RecordId | None, limit: int
    ) -> Sequence[ArchiveStamp]:
        later = [] if after is None else [_S.record_id > after]
        rows = await self._tx.rows(
            select(tables.archive_stamps)
            .where(_due(rules, now), *later)
            .order_by(_S.record_id)
            .limit(limit)
        )
        return [_stamp(row) for row in rows]

    async def count(
        self, rules: RenewalRules, now: datetime, committee: CommitteeId | None = None
    ) -> StampCounts:
        mine = [] if committee is None else [_S.committee_id == committee]
        every = select(func.count()).select_from(tables.archive_stamps)
        counted = (_due_by_date(rules, now), _FAILED, _BELOW_LTA)
        row = await self._tx.first(
            select(*(every.where(one, *mine).scalar_subquery() for one in counted))
        )
        return StampCounts(*row) if row else StampCounts()

    async def troubled(self, committee: CommitteeId, limit: int) -> Sequence[ArchiveStamp]:
        return await self._some(committee, _FAILED, limit)

    async def below_lta(self, committee: CommitteeId, limit: int) -> Sequence[ArchiveStamp]:
        return await self._some(committee, _BELOW_LTA, limit)

    async def _some(
        self, committee: CommitteeId, which: ColumnElement[bool], limit: int
    ) -> Sequence[ArchiveStamp]:
        rows = await self._tx.rows(
            select(tables.archive_stamps)
            .where(_S.committee_id == committee, which)
            .order_by(_S.record_id)
            .limit(limit)
        )
        return [_stamp(row) for row in rows]

    async def latest(self, committee: CommitteeId) -> datetime | None:
        row = await self._tx.first(
            select(func.max(_S.at)).where(_S.committee_id == committee, _S.renewals > 0)
        )
        found: datetime | None = row[0] if row else None
        return found


def _due(rules: RenewalRules, now: datetime) -> ColumnElement[bool]:
    """The same as `why_due`, for the database."""
    again = (_S.renewals == 0) | (_S.at <= now - MONTH)
    return or_(_S.until.is_(None), _BELOW_LTA & again, _due_by_date(rules, now))


def _due_by_date(rules: RenewalRules, now: datetime) -> ColumnElement[bool]:
    """The same as `due_by_date`, for the database."""
    return or_(
        _S.until.is_not(None) & (_S.digest != rules.digest),
        (_S.until <= now + rules.before) & (_S.half <= now),
        _S.at <= now - rules.every,
    )


def _row(stamp: ArchiveStamp) -> dict[str, object]:
    return {**asdict(stamp), "half": stamp.half}


def _stamp(row: Row[Any]) -> ArchiveStamp:
    found = row._asdict()
    found.pop("half")
    return ArchiveStamp(**found)
