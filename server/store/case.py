"""Cases. Adding one makes the key for all that belongs to the case."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial

from sqlalchemy import Select, delete, func, or_, select, update

from server.domain.case import Case
from server.domain.custody import CustodyState
from server.domain.duties import of_case
from server.domain.ids import CaseId, CommitteeId, StaffId
from server.ports.keeping import KeepingQuery
from server.ports.store import CaseQuery
from server.store import tables
from server.store.codec import Codec
from server.store.counter import Counted, next_serial
from server.store.dues import NOMINAL, Dues, Source
from server.store.keeping import kind_term, waiting_in_keeping
from server.store.search import Found, Term, Terms, either, number_term
from server.store.shelf import AggregateShelf, Condition, Layout, Question
from server.store.transaction import Transaction
from server.store.vault import Vault

_T = tables.cases.c
_D = tables.dues.c


def _ticked(body: bytes) -> bytes:
    """Return a body in its present form: before, personal status was a tick, not a question.

    What was ticked was said; an empty box was never answered.
    """
    if b'"personal_status":' not in body:
        return body
    whole = json.loads(body)
    if whole.pop("personal_status"):
        whole["touches_status"] = True
    return json.dumps(whole).encode()


CODEC = Codec(Case, _ticked)
_MARK = "?"
"""What migrations write into `recorder_id` of a case whose body has to be read again."""


_LAYOUT = Layout(CODEC, tables.cases, owner=_T.id, case=_T.id)


def _plain(vault: Vault, case: Case) -> Mapping[str, object]:
    return {
        "id": case.id,
        "committee_id": case.committee_id,
        "number_term": number_term(vault, case.committee_id, case.case_no),
        "state": case.state.value,
        "mediator_id": case.mediator_id,
        "recorder_id": case.recorder_id,
        "created_at": case.created_at,
        "custody": case.custody.state.value,
        "kind_term": kind_term(vault, case.committee_id, case.dispute_type),
        **({"closed_at": case.closed_at} if case.closed_at else {}),
    }


def belongs_to(staff: StaffId) -> Condition:
    """Return that a member of staff mediates or records the case."""
    return or_(_T.mediator_id == staff, _T.recorder_id == staff)


class SqlCases:
    """Cases; newest first when searched."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._shelf = AggregateShelf(tx, _LAYOUT, partial(_plain, tx.vault))
        self._dues = Dues(tx, Source.CASE)

    async def get(self, case: CaseId) -> Case:
        return await self._shelf.get(case)

    async def several(self, cases: Iterable[CaseId]) -> Mapping[CaseId, Case]:
        found = await self._shelf.many(Question(_LAYOUT, _T.id.in_(set(cases)), order=[_T.no]))
        return {case.id: case for case in found}

    async def add(self, case: Case) -> None:
        await self._tx.give_key(case.id)
        row = await self._shelf.add(case, version=case.version)
        terms = self._terms(case.committee_id)
        await terms.write(row.no, _searched(terms, case))
        await self._write_days(case)

    async def save(self, case: Case) -> Case:
        saved = await self._shelf.save(case)
        await self._rewrite_terms(case)
        await self._write_days(saved)
        return saved

    async def search(self, query: CaseQuery) -> tuple[Sequence[Case], int]:
        matching = await self._matching(query)
        counted = await self._tx.run(select(func.count()).select_from(matching.subquery()))
        page = (
            matching.order_by(_T.no.desc())
            .limit(query.page_size)
            .offset((query.page - 1) * query.page_size)
        )
        found = [row.no for row in await self._tx.rows(page)]
        cases = await self._shelf.many(Question(_LAYOUT, _T.no.in_(found), order=[_T.no.desc()]))
        return cases, counted.scalar_one()

    async def destroyed(self) -> Sequence[CaseId]:
        mine = select(_T.id).where(_T.custody == CustodyState.DESTROYED.value)
        return [row.id for row in await self._tx.rows(mine.order_by(_T.no))]

    async def in_keeping(self, query: KeepingQuery) -> tuple[Sequence[Case], int]:
        waiting = waiting_in_keeping(self._tx.vault, query)
        counted = await self._tx.run(
            select(func.count()).select_from(tables.cases).where(waiting.where)
        )
        page = (
            select(_T.no)
            .where(waiting.where)
            .order_by(*waiting.order)
            .limit(query.page_size)
            .offset((query.page - 1) * query.page_size)
        )
        found = [row.no for row in await self._tx.rows(page)]
        cases = await self._shelf.many(Question(_LAYOUT, _T.no.in_(found), order=waiting.order))
        return cases, counted.scalar_one()

    async def due(self, query: CaseQuery, since: date) -> tuple[Sequence[Case], int]:
        counts = or_(_D.source == Source.CASE, _D.day >= since)
        every = (
            (await self._matching(query))
            .join(tables.dues, _D.case_id == _T.id)
            .where(_D.committee_id == query.committee_id, counts)
            .group_by(_T.no)
        )
        counted = await self._tx.run(select(func.count()).select_from(every.subquery()))
        page = every.order_by(func.min(_D.day), _T.no).limit(query.page_size)
        found = await self._tx.rows(page.offset((query.page - 1) * query.page_size))
        here = _T.no.in_([row.no for row in found])
        due = await self._shelf.many(Question(_LAYOUT, here, order=[_T.no]))
        return due, counted.scalar_one()

    async def next_number(self, committee: CommitteeId, year: int) -> int:
        return await next_serial(self._tx, Counted.CASE, committee, year)

    async def _matching(self, query: CaseQuery) -> Select[tuple[int]]:
        where: list[Condition] = [_T.committee_id == query.committee_id]
        if query.state is not None:
            where.append(_T.state == query.state.value)
        if query.own is not None:
            where.append(belongs_to(query.own))
        if query.number.strip():
            where.append(_T.number_term == self._number(query.committee_id, query.number))
        if query.since is not None:
            where.append(_T.created_at >= query.since)
        if query.until is not None:
            where.append(_T.created_at < query.until)
        if query.text.strip():
            where.append(_T.no.in_(await self._with_text(query)))
        return select(_T.no).where(*where)

    async def _with_text(self, query: CaseQuery) -> Found:
        terms = self._terms(query.committee_id)
        number = self._number(query.committee_id, query.text)
        return either(
            await terms.holding(query.text),
            terms.with_identity(query.text),
            select(_T.no).where(_T.committee_id == query.committee_id, _T.number_term == number),
        )

    def _number(self, committee: CommitteeId, number: str) -> int:
        return number_term(self._tx.vault, committee, number)

    async def marked(self) -> Sequence[CaseId]:
        """Return the cases of which a migration could not read who and when."""
        rows = await self._tx.rows(select(_T.id).where(_T.recorder_id == _MARK).order_by(_T.no))
        return [row.id for row in rows]

    async def unmark(self, case: Case) -> None:
        """Write who records the case, by whose names it is found, when something is due in it."""
        mine = update(tables.cases).where(_T.id == case.id)
        await self._tx.run(mine.values(recorder_id=case.recorder_id))
        await self._rewrite_terms(case)
        await self._write_days(case)

    async def _rewrite_terms(self, case: Case) -> None:
        row = (await self._tx.run(select(_T.no).where(_T.id == case.id))).one()
        terms = self._terms(case.committee_id)
        await terms.rewrite(row.no, _searched(terms, case))

    async def _write_days(self, case: Case) -> None:
        await self._dues.write(case.id, case.committee_id, of_case(case, NOMINAL))

    async def rehash(self) -> None:
        """Hash everything again by which cases are found, with this transaction's vault."""
        await self._tx.run(delete(tables.case_terms))
        async for case in self._shelf.rehash(key=_T.id):
            row = (await self._tx.run(select(_T.no).where(_T.id == case.id))).one()
            terms = self._terms(case.committee_id)
            await terms.write(row.no, _searched(terms, case))

    def _terms(self, committee: CommitteeId) -> Terms:
        return Terms(self._tx, tables.case_terms, committee)


def _searched(terms: Terms, case: Case) -> set[Term]:
    names = [p.name for p in case.parties] + [p.name for p in case.people]
    names += [p.legal_representative for p in case.parties]
    identities = [p.uscc for p in case.parties] + [p.id_no for p in case.people]
    return terms.of(names=names, identities=identities)
