"""Shows session logs: which cases have one, and what stands in it, without their content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.domain import access
from server.domain.access import Act
from server.domain.case import Case
from server.domain.checkpoint import Checkpoint
from server.domain.ids import CaseId
from server.domain.session_log import Entry
from server.domain.staff import Actor
from server.ports.store import CaseQuery, UnitOfWork
from server.usecases.find_cases import own_only
from server.usecases.log_tree import verified
from server.usecases.see_today import begin_of
from server.usecases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Which logs: of the case with this whole number, registered from `first` to `last`."""

    number: str
    first: date | None
    last: date | None
    page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A case's log in a list: its last entry, None where nothing was logged yet."""

    case: Case
    last: Entry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLogs:
    """One page of logs, the newest case first, and the newest checkpoint over all of them."""

    lines: tuple[LogLine, ...]
    total: int
    page: int
    checkpoint: Checkpoint | None
    signed_at: datetime | None
    stamped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLog:
    """The entries as hashed, the head of their chain, and who is who in them.

    `covered` of the entries stand in the newest signed checkpoint.
    """

    case: Case
    entries: Sequence[Entry]
    head: str
    names: Mapping[str, str]
    covered: int


async def find(world: World, actor: Actor, asked: LogQuery) -> FoundLogs:
    """Return logs by number and day. Nobody finds one by a person: names are no part of it."""
    access.allow(actor, Act.SEE_LOG)
    query = CaseQuery(
        committee_id=actor.committee_id,
        number=asked.number,
        since=begin_of(asked.first, world.pack) if asked.first else None,
        until=begin_of(asked.last + timedelta(days=1), world.pack) if asked.last else None,
        own=own_only(actor, Act.SEE_LOG),
        page=asked.page,
    )
    async with world.store.read() as uow:
        cases, total = await uow.cases.search(query)
        lines = [LogLine(case=case, last=await uow.log.head(case.id)) for case in cases]
        latest, at = await uow.tree.latest(), await uow.tree.latest_at()
        stamp = None if latest is None else await uow.tree.stamp_of(latest.head.size)
    return FoundLogs(
        lines=tuple(lines),
        total=total,
        page=asked.page,
        checkpoint=latest,
        signed_at=at,
        stamped=stamp is not None,
    )


async def see(world: World, actor: Actor, case_id: CaseId) -> CaseLog:
    """Return the case's log; raises BrokenChainError where it was touched.

    Whoever may see the log but not the case learns no name of its people.
    """
    async with world.store.read() as uow:
        case = await uow.cases.get(case_id)
        thing = access.of_case(case, actor)
        access.allow(actor, Act.SEE_LOG, thing)
        entries, head = await verified(uow, case_id)
        staff = await uow.staff.of_committee(case.committee_id)
        covered = await _covered(uow, case_id, len(entries))
    names: dict[str, str] = {one.id: one.name for one in staff}
    if access.covers(actor, Act.SEE_CASE, thing):
        names |= {one.id: one.name for one in case.people}
    return CaseLog(case=case, entries=entries, head=head, names=names, covered=covered)


async def _covered(uow: UnitOfWork, case_id: CaseId, entries: int) -> int:
    latest = await uow.tree.latest()
    size = 0 if latest is None else latest.head.size
    return sum(position < size for position in await uow.tree.positions(case_id, entries))
