"""Sittings."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, tuple_

from server.domain.case import CaseState
from server.domain.ids import CaseId, CommitteeId, SessionId, StaffId
from server.domain.session import Session, SessionState
from server.store import tables
from server.store.case import belongs_to
from server.store.codec import Codec
from server.store.shelf import AggregateShelf, Layout, Question
from server.store.transaction import Transaction

_T = tables.sessions.c
_C = tables.cases.c
_O = tables.sessions.alias("others").c
_ORDER = (_T.planned_at, _T.id)
_BEGUN = tuple(
    state.value
    for state in SessionState
    if state not in {SessionState.SCHEDULED, SessionState.CLOSED, SessionState.ADJOURNED}
)
_OVER = (SessionState.CLOSED.value, SessionState.ADJOURNED.value)
_GOES_ON = _O.state.not_in(_OVER)
_LATER = and_(
    _O.state == SessionState.ADJOURNED.value, tuple_(_O.planned_at, _O.id) > tuple_(*_ORDER)
)


def _plain(session: Session) -> Mapping[str, object]:
    return {
        "id": session.id,
        "case_id": session.case_id,
        "committee_id": session.committee_id,
        "state": session.state.value,
        "planned_at": session.planned_at,
    }


_LAYOUT = Layout(Codec(Session), tables.sessions, owner=_T.case_id, case=_T.case_id)
_OF_CASE = Question(_LAYOUT, _T.case_id == bindparam("case"), order=_ORDER)


class SqlSessions:
    """Sittings, by the time they are planned for."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._shelf = AggregateShelf(tx, _LAYOUT, _plain)

    async def get(self, session: SessionId) -> Session:
        return await self._shelf.get(session)

    async def of_case(self, case: CaseId) -> Sequence[Session]:
        await self._tx.hold(case)
        return await self._shelf.many(_OF_CASE, case=case)

    async def planned(
        self, committee: CommitteeId, begin: datetime, end: datetime
    ) -> Sequence[Session]:
        """Return those planned from `begin` up to, not including, `end`."""
        days = (_T.planned_at >= begin, _T.planned_at < end)
        wanted = Question(_LAYOUT, _T.committee_id == committee, *days, order=_ORDER)
        return await self._shelf.many(wanted)

    async def planned_ids(self, begin: datetime, end: datetime) -> Sequence[SessionId]:
        """Return which `planned` would for every committee, readable or not."""
        return await self._ids(_T.planned_at >= begin, _T.planned_at < end)

    async def unfinished(self) -> Sequence[SessionId]:
        """Return which were opened and not ended, of every committee, readable or not."""
        return await self._ids(_T.state.in_(_BEGUN))

    async def unplanned(
        self, committee: CommitteeId, own: StaffId | None, since: datetime
    ) -> Sequence[Session]:
        mine = [] if own is None else [belongs_to(own)]
        wanted = Question(
            _LAYOUT,
            _T.committee_id == committee,
            _T.planned_at >= since,
            _T.state == SessionState.ADJOURNED.value,
            _T.case_id.in_(select(_C.id).where(_C.state == CaseState.MEDIATING.value, *mine)),
            ~select(_O.id).where(_O.case_id == _T.case_id, or_(_GOES_ON, _LATER)).exists(),
            order=_ORDER,
        )
        return await self._shelf.many(wanted)

    async def _ids(self, *where: ColumnElement[bool]) -> Sequence[SessionId]:
        rows = await self._tx.rows(select(_T.id).where(*where).order_by(*_ORDER))
        return [SessionId(row.id) for row in rows]

    async def add(self, session: Session) -> None:
        await self._shelf.add(session, version=session.version)

    async def save(self, session: Session) -> Session:
        return await self._shelf.save(session)
