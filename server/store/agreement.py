"""Agreements; the database holds one per case."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import bindparam, or_, select

from server.domain.agreement import Agreement, AgreementState
from server.domain.duties import of_agreement
from server.domain.ids import AgreementId, CaseId, CommitteeId
from server.store import tables
from server.store.codec import Codec
from server.store.dues import NOMINAL, Dues, Source
from server.store.shelf import AggregateShelf, Layout, Question
from server.store.transaction import Transaction

_T = tables.agreements.c
_C = tables.cases.c


def _plain(agreement: Agreement) -> Mapping[str, object]:
    return {
        "id": agreement.id,
        "case_id": agreement.case_id,
        "committee_id": agreement.committee_id,
        "state": agreement.state.value,
        "sealing": agreement.sealing is not None and agreement.seal is None,
    }


def _one_refusal(body: bytes) -> bytes:
    """Return a body in its present form: the first release kept the last refusal alone."""
    if b'"refused_by":' not in body:
        return body
    whole = json.loads(body)
    person, reason = whole.pop("refused_by"), whole.pop("refusal", "")
    whole["refusals"] = [{"person": person, "reason": reason}] if person else []
    return json.dumps(whole).encode()


CODEC = Codec(Agreement, _one_refusal)
_LAYOUT = Layout(CODEC, tables.agreements, owner=_T.case_id, case=_T.case_id)
_OF_CASE = Question(_LAYOUT, _T.case_id == bindparam("case"))


class SqlAgreements:
    """Agreements."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._dues = Dues(tx, Source.AGREEMENT)
        self._shelf = AggregateShelf(tx, _LAYOUT, _plain)

    async def get(self, agreement: AgreementId) -> Agreement:
        return await self._shelf.get(agreement)

    async def of_case(self, case: CaseId) -> Agreement | None:
        await self._tx.hold(case)
        return await self._shelf.find(_OF_CASE, case=case)

    async def of_cases(self, cases: Iterable[CaseId]) -> Mapping[CaseId, Agreement]:
        found = await self._shelf.many(Question(_LAYOUT, _T.case_id.in_(set(cases)), order=[_T.id]))
        return {agreement.case_id: agreement for agreement in found}

    async def sealing(self) -> Sequence[CaseId]:
        """Return the cases whose record was begun and is not finished, readable or not."""
        waiting = select(_T.case_id).where(_T.sealing.is_(True)).order_by(_T.id)
        return [CaseId(row.case_id) for row in await self._tx.rows(waiting)]

    async def signing(self, since: datetime) -> Sequence[CaseId]:
        whose = select(_T.case_id).join(tables.cases, _C.id == _T.case_id)
        open_ = or_(_C.closed_at.is_(None), _C.closed_at >= since)
        locked = whose.where(_T.state == AgreementState.LOCKED.value, open_).order_by(_T.id)
        return [CaseId(row.case_id) for row in await self._tx.rows(locked)]

    async def due(self, committee: CommitteeId, first: date, last: date) -> Sequence[CaseId]:
        return await self._dues.between(committee, first, last)

    async def add(self, agreement: Agreement) -> None:
        await self._shelf.add(agreement, version=agreement.version)
        await self.write_days(agreement)

    async def save(self, agreement: Agreement) -> Agreement:
        saved = await self._shelf.save(agreement)
        await self.write_days(saved)
        return saved

    async def write_days(self, agreement: Agreement) -> None:
        """Write on which days something is due by the agreement."""
        duties = of_agreement(agreement, NOMINAL)
        await self._dues.write(agreement.case_id, agreement.committee_id, duties)
