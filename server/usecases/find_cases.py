"""Finds cases."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.domain import access
from server.domain.access import Act, Reach
from server.domain.case import Case, CaseState
from server.domain.ids import StaffId
from server.domain.session import Session
from server.domain.staff import Actor
from server.ports.store import CaseQuery
from server.usecases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case in a list, with the sitting one would ask about and its mediator's name."""

    case: Case
    session: Session | None
    mediator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of cases, newest first."""

    lines: tuple[CaseLine, ...]
    total: int
    page: int


def own_only(actor: Actor, act: Act) -> StaffId | None:
    """Return the actor where he sees no more than what he mediates or records, else None."""
    return actor.staff_id if access.reach(actor, act) is Reach.OWN else None


async def search(
    world: World, actor: Actor, text: str, state: CaseState | None, page: int
) -> Found:
    """Return cases whose parties' names, number or whole identity number match `text`."""
    access.allow(actor, Act.SEE_CASES)
    query = CaseQuery(
        committee_id=actor.committee_id,
        text=text,
        state=state,
        own=own_only(actor, Act.SEE_CASES),
        page=page,
    )
    async with world.store.read() as uow:
        cases, total = await uow.cases.search(query)
        names = {s.id: s.name for s in await uow.staff.of_committee(actor.committee_id)}
        sittings = {case.id: await uow.sessions.of_case(case.id) for case in cases}
    lines = tuple(line(case, sittings[case.id], names) for case in cases)
    return Found(lines=lines, total=total, page=page)


def line(case: Case, sessions: Sequence[Session], names: dict[StaffId, str]) -> CaseLine:
    """Return a case as a line: with its current sitting, else with its last."""
    going = [session for session in sessions if not session.over]
    shown = going or list(sessions)
    mediator = names.get(case.mediator_id, "") if case.mediator_id else ""
    return CaseLine(case=case, session=shown[-1] if shown else None, mediator=mediator)
