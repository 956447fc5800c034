"""Searches the register of sealed agreements, as far as the member's roles reach."""

from collections.abc import Sequence
from dataclasses import replace

from server.domain import access
from server.domain.access import Act
from server.domain.errors import ForbiddenError
from server.domain.register import RegisterEntry, RegisterQuery, by_calendar
from server.domain.staff import Actor
from server.usecases.find_cases import own_only
from server.usecases.read_case import calendar_of
from server.usecases.world import World

Found = tuple[Sequence[RegisterEntry], int]


async def search(world: World, actor: Actor, query: RegisterQuery) -> Found:
    """Return one page of the register and how many entries fit in all, newest first.

    Officer, head and recorder see the whole committee's, a mediator his own cases'.
    """
    access.allow(actor, Act.SEARCH_RECORDS)
    if query.committee_id != actor.committee_id:
        raise ForbiddenError(act=Act.SEARCH_RECORDS)
    own, number = own_only(actor, Act.SEARCH_RECORDS), world.pack.as_printed(query.number)
    async with world.store.read() as uow:
        entries, total = await uow.register.search(replace(query, own=own, number=number))
        calendar = await calendar_of(uow, world.pack)
        return [by_calendar(entry, calendar) for entry in entries], total
