"""One-time codes. The latest of a subject and purpose counts; older ones are void."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from server.ports.store import OneTimeCode
from server.store import tables
from server.store.transaction import Transaction

_T = tables.one_time_codes.c
KEPT = timedelta(days=7)
"""How long a code's row stays, so that requests for more can be counted."""


class SqlCodes:
    """One-time codes; whom they are for is kept as a keyed hash."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def put(self, code: OneTimeCode) -> None:
        """Make this the code that counts."""
        await self._tx.run(delete(tables.one_time_codes).where(_T.sent_at < code.sent_at - KEPT))
        await self._tx.run(
            insert(tables.one_time_codes).values(
                subject_hash=self._hash(code.subject),
                purpose=code.purpose,
                code_hash=code.code_hash,
                sent_at=code.sent_at,
                expires_at=code.expires_at,
                tries=code.tries,
                used_at=code.used_at,
            )
        )

    async def find(self, subject: str, purpose: str) -> OneTimeCode | None:
        row = await self._tx.first(
            select(tables.one_time_codes).where(self._latest(subject, purpose))
        )
        if row is None:
            return None
        return OneTimeCode(
            subject=subject,
            purpose=purpose,
            code_hash=row.code_hash,
            sent_at=row.sent_at,
            expires_at=row.expires_at,
            tries=row.tries,
            used_at=row.used_at,
        )

    async def sent_since(self, subject: str, since: datetime) -> int:
        """Return how many codes of any purpose were sent at `since` or later."""
        counted = await self._tx.run(
            select(func.count())
            .select_from(tables.one_time_codes)
            .where(_T.subject_hash == self._hash(subject), _T.sent_at >= since)
        )
        number: int = counted.scalar_one()
        return number

    async def wrong(self, subject: str, purpose: str) -> None:
        """Count one wrong try."""
        await self._tx.run(
            update(tables.one_time_codes)
            .where(self._latest(subject, purpose))
            .values(tries=_T.tries + 1)
        )

    async def consume(self, subject: str, purpose: str, at: datetime) -> bool:
        """Mark the code used; False when it was used, has expired or never was."""
        changed = await self._tx.changed(
            update(tables.one_time_codes)
            .where(self._latest(subject, purpose), _T.used_at.is_(None), _T.expires_at > at)
            .values(used_at=at)
        )
        return changed == 1

    def _latest(self, subject: str, purpose: str) -> ColumnElement[bool]:
        newest = select(func.max(_T.no)).where(
            _T.subject_hash == self._hash(subject), _T.purpose == purpose
        )
        return _T.no == newest.scalar_subquery()

    def _hash(self, subject: str) -> str:
        return self._tx.vault.keyed_hash(f"subject\0{subject}")
