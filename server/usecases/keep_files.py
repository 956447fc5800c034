"""What an officer does with files whose period runs out: look, hold back, propose, confirm."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from server.domain import access, custody as rules
from server.domain.access import Act
from server.domain.case import Case
from server.domain.committee import Committee
from server.domain.custody import ERASABLE, Custody, CustodyState, Hold, Proposal
from server.domain.ids import CaseId, CommitteeId, RecordId, RecordingId, StaffId
from server.domain.register import RegisterEntry
from server.domain.retention import (
    Keeping,
    expect_rules,
    keeping_of,
    kept_until,
    kinds_of,
    last_day_of_due,
    suggested,
)
from server.domain.session_log import Happening, happened
from server.domain.staff import Actor
from server.ports.store import UnitOfWork
from server.usecases.world import World

PAGE_SIZE = 20
NAMED = 5
"""So many records are named whose time stamp could not be renewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InKeeping:
    """One sealed file: its entry, the rule it is kept by, when it is due, and its custody."""

    entry: RegisterEntry
    keeping: Keeping
    due_on: date | None
    due: bool
    custody: Custody


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """How many archive time stamps are due or could not be renewed, and some of these."""

    due: int
    failed: int
    numbers: Sequence[str]
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One page of files that are due, held or proposed; rules, names of staff, time stamps."""

    files: Sequence[InKeeping]
    total: int
    page: int
    rules: Sequence[Keeping]
    staff: Mapping[StaffId, str]
    stamps: Stamps


async def review(world: World, actor: Actor, page: int) -> Review:
    """Return what waits for somebody to decide, the longest due first."""
    access.allow(actor, Act.KEEP_FILES)
    async with world.store.read() as uow:
        committee = await uow.committees.get(actor.committee_id)
        every_rule = (*committee.keeping, *suggested(world.pack))
        waiting = await _waiting(world, uow, committee, every_rule)
        begin = (page - 1) * PAGE_SIZE
        files = [
            _kept(world, committee, entry, await uow.cases.get(entry.case_id))
            for entry in waiting[begin : begin + PAGE_SIZE]
        ]
        members = await uow.staff.of_committee(committee.id)
        stamps = await _stamps(world, uow, committee.id)
    return Review(
        files=files,
        total=len(waiting),
        page=page,
        rules=every_rule,
        staff={member.id: member.name for member in members},
        stamps=stamps,
    )


async def _stamps(world: World, uow: UnitOfWork, committee: CommitteeId) -> Stamps:
    due, failed = await uow.stamps.count(world.rules.renewal, world.clock.now(), committee)
    troubled = await uow.stamps.troubled(committee, NAMED)
    return Stamps(
        due=due,
        failed=failed,
        numbers=[(await uow.register.get(one.record_id)).number for one in troubled],
        last_at=await uow.stamps.latest(committee),
    )


async def _waiting(
    world: World, uow: UnitOfWork, committee: Committee, decided: Sequence[Keeping]
) -> list[RegisterEntry]:
    """Return what is held back or due; only what is old enough is looked at."""
    held = await uow.register.in_custody(committee.id, CustodyState.HELD)
    until = last_day_of_due(decided, _today(world))
    old = await uow.register.in_custody(committee.id, CustodyState.KEPT, until) if until else ()
    due = [(_due_on(world, committee, entry), entry) for entry in old]
    found = [(day, entry) for day, entry in due if rules.is_due(day, _today(world))]
    found += [(_due_on(world, committee, entry), entry) for entry in held]
    found.sort(key=lambda one: (one[0] or date.max, one[1].record_id))
    return [entry for _, entry in found]


def _rule(world: World, committee: Committee, entry: RegisterEntry) -> Keeping:
    return keeping_of(kinds_of(entry, world.pack), committee.keeping, world.pack)


def _due_on(world: World, committee: Committee, entry: RegisterEntry) -> date | None:
    closed_on = world.pack.local_day(entry.sealed_at)
    return kept_until(_rule(world, committee, entry), closed_on)


def _kept(world: World, committee: Committee, entry: RegisterEntry, case: Case) -> InKeeping:
    due_on = _due_on(world, committee, entry)
    return InKeeping(
        entry=entry,
        keeping=_rule(world, committee, entry),
        due_on=due_on,
        due=rules.is_due(due_on, _today(world)),
        custody=case.custody,
    )


def _today(world: World) -> date:
    return world.pack.local_day(world.clock.now())


async def set_rules(world: World, actor: Actor, decisions: Sequence[Keeping]) -> None:
    """Replace the committee's own rules; what they do not name is kept as suggested."""
    access.allow(actor, Act.SET_KEEPING)
    decided = tuple(replace(rule, decided_by=actor.staff_id) for rule in decisions)
    expect_rules(decided, world.pack)
    async with world.store.write() as uow:
        committee = await uow.committees.get(actor.committee_id)
        await uow.committees.save(replace(committee, keeping=decided))


async def hold(world: World, actor: Actor, record_id: RecordId, document: str, reason: str) -> None:
    """Hold a file back: nothing of it is destroyed until that is lifted."""
    made = Hold(
        id=world.ids.new(),
        by=actor.staff_id,
        at=world.clock.now(),
        document=document.strip(),
        reason=reason.strip(),
    )

    async def step(_: UnitOfWork, found: InKeeping) -> Changed:
        # The document's number names a procedure, and so somebody: it stays out of the log.
        what = happened("keeping.held", actor.staff_id, record=record_id, hold=made.id)
        return rules.held_back(found.custody, made), (what,)

    await _change(world, actor, record_id, Act.KEEP_FILES, step)


async def lift(world: World, actor: Actor, record_id: RecordId, hold_id: str) -> None:
    """Lift one hold."""

    async def step(_: UnitOfWork, found: InKeeping) -> Changed:
        now = world.clock.now()
        what = happened("keeping.lifted", actor.staff_id, record=record_id, hold=hold_id)
        return rules.lifted(found.custody, hold_id, actor.staff_id, now), (what,)

    await _change(world, actor, record_id, Act.KEEP_FILES, step)


async def propose(world: World, actor: Actor, record_id: RecordId, reason: str) -> None:
    """Propose to destroy what may be destroyed of a file that is due."""
    made = Proposal(by=actor.staff_id, at=world.clock.now(), reason=reason.strip())

    async def step(_: UnitOfWork, found: InKeeping) -> Changed:
        what = happened("destruction.proposed", actor.staff_id, record=record_id)
        return rules.proposed(found.custody, made, found.due_on, _today(world)), (what,)

    await _change(world, actor, record_id, Act.KEEP_FILES, step)


async def decline(world: World, actor: Actor, record_id: RecordId) -> None:
    """Take a proposal back, or turn another's down."""

    async def step(_: UnitOfWork, found: InKeeping) -> Changed:
        what = happened("destruction.declined", actor.staff_id, record=record_id)
        return rules.declined(found.custody), (what,)

    await _change(world, actor, record_id, Act.KEEP_FILES, step)


async def confirm(world: World, actor: Actor, record_id: RecordId) -> int:
    """Destroy the keys of everything erasable, as the second of two; return how many.

    All or nothing, in one transaction with its entries in the log; then what recordings left
    on the disk is removed, which without its key is noise. Asks for a fresh second
    factor. Raises SecondPersonError for whoever proposed it, HeldError, NotDueError.
    """
    shredded: list[Happening] = []
    recordings: list[RecordingId] = []

    async def step(uow: UnitOfWork, found: InKeeping) -> Changed:
        after = rules.destroyed(
            found.custody, actor.staff_id, world.clock.now(), found.due_on, _today(world)
        )
        files = await _shred_files(world, uow, found.entry.case_id)
        recordings.extend(await _shred_recordings(uow, found.entry.case_id))
        films = [happened("recording.shredded", "system", recording=one) for one in recordings]
        shredded.extend((*files, *films))
        confirmed = happened("destruction.confirmed", actor.staff_id, record=record_id)
        return after, (confirmed, *shredded)

    await _change(world, actor, record_id, Act.DESTROY, step)
    await world.store.forget()
    for recording in recordings:
        await world.grids.cancel(recording)
        await world.recordings.remove(recording)
    return len(shredded)


async def _shred_files(world: World, uow: UnitOfWork, case_id: CaseId) -> list[Happening]:
    shredded = []
    for file in await uow.files.of_case(case_id):
        if file.kind in ERASABLE and file.shredded_at is None:
            await uow.files.shred(file.id, world.clock.now())
            what = happened("file.shredded", "system", file=file.id, document=file.kind)
            shredded.append(what)
    return shredded


async def _shred_recordings(uow: UnitOfWork, case_id: CaseId) -> list[RecordingId]:
    shredded = []
    for session in await uow.sessions.of_case(case_id):
        gone = tuple(replace(one, key="") for one in session.recordings)
        if gone != session.recordings:
            shredded += [one.id for one in session.recordings if one.key]
            await uow.sessions.save(replace(session, recordings=gone))
    return shredded


Changed = tuple[Custody, Sequence[Happening]]
Step = Callable[[UnitOfWork, InKeeping], Awaitable[Changed]]


async def _change(world: World, actor: Actor, record_id: RecordId, act: Act, step: Step) -> None:
    """Change a record's custody and log it, in one transaction."""
    async with world.store.write() as uow:
        entry = await uow.register.get(record_id)
        case = await uow.cases.get(entry.case_id)
        access.allow(actor, act, access.of_case(case, actor))
        committee = await uow.committees.get(case.committee_id)
        found = _kept(world, committee, entry, case)
        custody, what = await step(uow, found)
        await _save(uow, case, custody)
        await uow.log.append(case.id, what, world.clock.now())


async def _save(uow: UnitOfWork, case: Case, custody: Custody) -> None:
    names = {} if custody.state is CustodyState.DESTROYED else case.file_names
    await uow.cases.save(replace(case, custody=custody, file_names=names))
