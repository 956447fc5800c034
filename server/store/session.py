"""Sittings."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select

from server.domain.ids import CaseId, CommitteeId, SessionId
from server.domain.session import Session, SessionState
from server.store import tables
from server.store.codec import Codec
from server.store.shelf import AggregateShelf, Layout
from server.store.transaction import Transaction

_T = tables.sessions.c
_ORDER = (_T.planned_at, _T.id)
_BEGUN = tuple(
    state.value
    for state in SessionState
    if state not in {SessionState.SCHEDULED, SessionState.CLOSED, SessionState.ADJOURNED}
)


def _plain(session: Session) -> Mapping[str, object]:
    return {
        "id": session.id,
        "case_id": session.case_id,
        "committee_id": session.committee_id,
        "state": session.state.value,
        "planned_at": session.planned_at,
    }


_LAYOUT = Layout(Codec(Session), tables.sessions, owner=_T.case_id, plain=_plain, case=_T.case_id)


class SqlSessions:
    """Sittings, by the time they are planned for."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._shelf = AggregateShelf(tx, _LAYOUT)

    async def get(self, session: SessionId) -> Session:
        return await self._shelf.get(session)

    async def of_case(self, case: CaseId) -> Sequence[Session]:
        await self._tx.hold(case)
        return await self._shelf.many(_T.case_id == case, order=_ORDER)

    async def planned(
        self, committee: CommitteeId, begin: datetime, end: datetime
    ) -> Sequence[Session]:
        """Return those planned from `begin` up to, not including, `end`."""
        return await self._shelf.many(
            _T.committee_id == committee,
            _T.planned_at >= begin,
            _T.planned_at < end,
            order=_ORDER,
        )

    async def planned_ids(self, begin: datetime, end: datetime) -> Sequence[SessionId]:
        """Return which `planned` would for every committee, readable or not."""
        return await self._ids(_T.planned_at >= begin, _T.planned_at < end)

    async def unfinished(self) -> Sequence[SessionId]:
        """Return which were opened and not ended, of every committee, readable or not."""
        return await self._ids(_T.state.in_(_BEGUN))

    async def _ids(self, *where: ColumnElement[bool]) -> Sequence[SessionId]:
        rows = await self._tx.rows(select(_T.id).where(*where).order_by(*_ORDER))
        return [SessionId(row.id) for row in rows]

    async def add(self, session: Session) -> None:
        await self._shelf.add(session, version=session.version)

    async def save(self, session: Session) -> Session:
        return await self._shelf.save(session)
