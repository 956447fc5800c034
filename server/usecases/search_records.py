"""Searches the register of sealed agreements, as far as the member's roles reach."""

from collections.abc import Sequence
from dataclasses import replace

from server.domain import access
from server.domain.access import Act, Reach
from server.domain.case import Case, CaseState
from server.domain.errors import ForbiddenError
from server.domain.register import RegisterEntry, RegisterQuery, by_calendar, fits
from server.domain.staff import Actor
from server.ports.store import CaseQuery, UnitOfWork
from server.usecases.read_case import calendar_of
from server.usecases.world import World

_BATCH = 200

Found = tuple[Sequence[RegisterEntry], int]


async def search(world: World, actor: Actor, query: RegisterQuery) -> Found:
    """Return one page of the register and how many entries fit in all, newest first.

    Officer, head and recorder see the whole committee's, a mediator his own cases'.
    """
    access.allow(actor, Act.SEARCH_RECORDS)
    if query.committee_id != actor.committee_id:
        raise ForbiddenError(act=Act.SEARCH_RECORDS)
    query = replace(query, number=world.pack.as_printed(query.number))
    async with world.store.read() as uow:
        whole = access.reach(actor, Act.SEARCH_RECORDS) is Reach.ORG
        found = uow.register.search(query) if whole else _own(uow, actor, query)
        entries, total = await found
        calendar = await calendar_of(uow, world.pack)
        return [by_calendar(entry, calendar) for entry in entries], total


async def _own(uow: UnitOfWork, actor: Actor, query: RegisterQuery) -> Found:
    found = [await uow.register.of_case(case.id) for case in await _own_cases(uow, actor)]
    fitting = [entry for entry in found if entry is not None and fits(entry, query)]
    fitting.sort(key=lambda entry: entry.sealed_at, reverse=True)
    start = (query.page - 1) * query.page_size
    return fitting[start : start + query.page_size], len(fitting)


async def _own_cases(uow: UnitOfWork, actor: Actor) -> list[Case]:
    cases: list[Case] = []
    page, total = 1, 1
    while len(cases) < total:
        batch, total = await uow.cases.search(
            CaseQuery(
                committee_id=actor.committee_id,
                state=CaseState.SEALED,
                own=actor.staff_id,
                page=page,
                page_size=_BATCH,
            )
        )
        if not batch:
            break
        cases.extend(batch)
        page += 1
    return cases
