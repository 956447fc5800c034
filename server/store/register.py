"""The register of sealed agreements and who opened them; neither is ever changed."""

from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import Select, bindparam, delete, func, select

from server.domain.case import CaseState
from server.domain.errors import NotFoundError
from server.domain.ids import CaseId, CommitteeId, RecordId, StaffId
from server.domain.register import RecordOpening, RegisterEntry, RegisterQuery
from server.domain.renewal import ArchiveStamp
from server.store import tables
from server.store.archive_stamp import SqlArchiveStamps
from server.store.case import belongs_to
from server.store.codec import Codec
from server.store.counter import Counted, next_serial
from server.store.search import Found, Terms, either, number_term
from server.store.shelf import Condition, Layout, Question, Shelf
from server.store.transaction import Transaction
from server.store.vault import Vault

_T = tables.register.c
_C = tables.cases.c
_O = tables.openings.c
_LONGEST_SERIAL = 6
_ENTRIES = Layout(Codec(RegisterEntry), tables.register, owner=_T.committee_id, case=_T.case_id)
_OF_CASE = Question(_ENTRIES, _T.case_id == bindparam("case"))
_OPENINGS = Layout(Codec(RecordOpening), tables.openings, owner=_O.committee_id)


def _entered(vault: Vault, entry: RegisterEntry) -> Mapping[str, object]:
    return {
        "id": entry.record_id,
        "case_id": entry.case_id,
        "committee_id": entry.committee_id,
        "year": entry.year,
        "serial": entry.serial,
        "number_term": number_term(vault, entry.committee_id, entry.number),
        "amount": entry.amount,
        "sealed_at": entry.sealed_at,
        "effective_on": entry.effective_on,
    }


def _opened(committee: str, opening: RecordOpening) -> Mapping[str, object]:
    return {
        "id": opening.id,
        "record_id": opening.record_id,
        "committee_id": committee,
        "staff_id": opening.staff_id,
        "at": opening.at,
    }


def _of_cases(found: Found | None) -> Found | None:
    if found is None:
        return None
    named = found.subquery()
    return select(_T.no).join(tables.cases, _C.id == _T.case_id).join(named, named.c.no == _C.no)


def _of_staff(staff: StaffId) -> Select[tuple[str]]:
    return select(_C.id).where(_C.state == CaseState.SEALED.value, belongs_to(staff))


class SqlRegister:
    """Sealed records, the latest first when searched."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._shelf = Shelf(tx, _ENTRIES, partial(_entered, tx.vault))

    async def allot(self, committee: CommitteeId, year: int) -> int:
        """Return the next serial of the year; its row stays locked until the commit."""
        return await next_serial(self._tx, Counted.AGREEMENT, committee, year)

    async def add(self, entry: RegisterEntry) -> None:
        row = await self._shelf.add(entry)
        terms = Terms(self._tx, tables.register_terms, entry.committee_id)
        await terms.write(row.no, terms.of(names=entry.party_names))
        await SqlArchiveStamps(self._tx).add(
            ArchiveStamp(
                record_id=entry.record_id,
                case_id=entry.case_id,
                committee_id=entry.committee_id,
                at=entry.sealed_at,
            )
        )

    async def get(self, record: RecordId) -> RegisterEntry:
        return await self._shelf.get(record)

    async def of_case(self, case: CaseId) -> RegisterEntry | None:
        await self._tx.hold(case)
        return await self._shelf.find(_OF_CASE, case=case)

    async def search(self, query: RegisterQuery) -> tuple[Sequence[RegisterEntry], int]:
        matching = await self._matching(query)
        counted = await self._tx.run(select(func.count()).select_from(matching.subquery()))
        page = matching.limit(query.page_size).offset((query.page - 1) * query.page_size)
        newest_first = matching.selected_columns[0].desc()
        found = [row.no for row in await self._tx.rows(page.order_by(newest_first))]
        entries = await self._shelf.many(Question(_ENTRIES, _T.no.in_(found), order=[_T.no.desc()]))
        return entries, counted.scalar_one()

    async def _matching(self, query: RegisterQuery) -> Select[tuple[int]]:
        where = self._conditions(query)
        if (found := await self._named(query)) is None:
            return select(_T.no).where(_T.committee_id == query.committee_id, *where)
        # Hashes are the committee's own: a name needs no look at the register itself.
        named = found.subquery()
        if not where:
            return select(named.c.no)
        return select(named.c.no).join(tables.register, _T.no == named.c.no).where(*where)

    async def _named(self, query: RegisterQuery) -> Found | None:
        """Return those one of whose parties, or whoever took part for one, is called so."""
        parties = Terms(self._tx, tables.register_terms, query.committee_id)
        if (named := await parties.holding(query.name)) is None:
            return None
        everybody = Terms(self._tx, tables.case_terms, query.committee_id)
        return either(named, _of_cases(await everybody.holding(query.name)))

    def _conditions(self, query: RegisterQuery) -> list[Condition]:
        bounds = (
            (query.effective_from, _T.effective_on.__ge__),
            (query.effective_to, _T.effective_on.__le__),
            (query.amount_min, _T.amount.__ge__),
            (query.amount_max, _T.amount.__le__),
        )
        where: list[Condition] = [holds(bound) for bound, holds in bounds if bound is not None]
        if query.own is not None:
            where.append(_T.case_id.in_(_of_staff(query.own)))
        if query.number.strip():
            where.append(self._numbered(query))
        return where

    def _numbered(self, query: RegisterQuery) -> Condition:
        term = number_term(self._tx.vault, query.committee_id, query.number)
        alike, serial = [_T.number_term == term], query.number.strip()
        if serial.isdecimal() and len(serial) <= _LONGEST_SERIAL:
            alike.append(_T.serial == int(serial))
        # As a union, not an OR, which SQLite would answer by walking the whole register.
        mine = _T.committee_id == query.committee_id
        return _T.no.in_(either(*(select(_T.no).where(mine, same) for same in alike)))

    async def rehash(self) -> None:
        """Hash everything again by which records are found, with this transaction's vault."""
        await self._tx.run(delete(tables.register_terms))
        async for entry in self._shelf.rehash(key=_T.id):
            row = (await self._tx.run(select(_T.no).where(_T.id == entry.record_id))).one()
            terms = Terms(self._tx, tables.register_terms, entry.committee_id)
            await terms.write(row.no, terms.of(names=entry.party_names))

    async def open(self, opening: RecordOpening) -> None:
        row = await self._tx.first(select(_T.committee_id).where(_T.id == opening.record_id))
        if row is None:
            raise NotFoundError
        await self._openings_of(row.committee_id).add(opening)

    async def opening(self, opening_id: str) -> RecordOpening | None:
        return await self._openings_of().find(_OPENINGS.one, this=opening_id)

    async def openings(self, record: RecordId) -> Sequence[RecordOpening]:
        wanted = Question(_OPENINGS, _O.record_id == record, order=[_O.at, _O.id])
        return await self._openings_of().many(wanted)

    def _openings_of(self, committee: str = "") -> Shelf[RecordOpening]:
        """Return the openings; who writes one says whose it is."""
        return Shelf(self._tx, _OPENINGS, partial(_opened, committee))
