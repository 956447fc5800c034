"""What an officer does with files whose period runs out: look, hold back, propose, confirm."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from server.domain import access, custody as rules
from server.domain.access import Act
from server.domain.case import Case, CaseState
from server.domain.committee import Committee
from server.domain.custody import Custody, CustodyState, Hold, Proposal
from server.domain.destroyed import listed
from server.domain.errors import WrongStateError
from server.domain.ids import CaseId, CommitteeId, RecordingId, StaffId
from server.domain.register import RegisterEntry
from server.domain.renewal import ArchiveStamp, StampCounts
from server.domain.retention import (
    Keeping,
    due_kinds,
    expect_rules,
    keeping_of,
    kept_until,
    kinds_of,
    suggested,
)
from server.domain.sealing import waits
from server.domain.session_log import SYSTEM, Happening, happened
from server.domain.staff import Actor, Staff
from server.ports.keeping import ClosedBefore, KeepingQuery
from server.ports.store import UnitOfWork
from server.usecases.committee_log import keeping_changed, tell
from server.usecases.erase_words import ERASED, erase_words
from server.usecases.forget_erased import forget, remove
from server.usecases.hold_records import expect_not_held, follow, let_go, turn
from server.usecases.seal_standing import who_may
from server.usecases.see_today import begin_of
from server.usecases.world import World

PAGE_SIZE = 20
NAMED = 5
"""So many records are named whose time stamp could not be renewed."""
_CLOSED = frozenset({CaseState.SEALED, CaseState.ENDED})
_ENDS = frozenset({"case.ended", "session.close"})


@dataclass(frozen=True, slots=True, kw_only=True)
class InKeeping:
    """One closed case's file: since when, the rule it is kept by, when it is due.

    `entry` is None where the case ended without an agreement. `able` are who may propose now;
    `lapsed` says that a proposal counts no more.
    """

    case: Case
    entry: RegisterEntry | None
    closed_at: datetime
    keeping: Keeping
    due_on: date | None
    due: bool
    able: frozenset[StaffId]
    lapsed: bool

    @property
    def custody(self) -> Custody:
        """Return who holds it back, who proposed what."""
        return self.case.custody


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """How the archive time stamps stand: numbers of some that failed, of some below B-LTA."""

    counts: StampCounts
    numbers: Sequence[str]
    below_lta: Sequence[str]
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One page of files that are due, held or proposed; rules, names of staff, time stamps.

    `holds` says whether the storage of records can hold one too.
    """

    files: Sequence[InKeeping]
    total: int
    page: int
    rules: Sequence[Keeping]
    staff: Mapping[StaffId, str]
    stamps: Stamps
    holds: bool


async def review(world: World, actor: Actor, page: int) -> Review:
    """Return what waits for somebody to decide, the longest due first."""
    access.allow(actor, Act.KEEP_FILES)
    async with world.store.read() as uow:
        committee = await uow.committees.get(actor.committee_id)
        members = await uow.staff.of_committee(committee.id)
        cases, total = await uow.cases.in_keeping(_query(world, committee, page))
        files = [await _kept(world, uow, committee, members, case) for case in cases]
        stamps = await _stamps(world, uow, committee.id)
    return Review(
        files=files,
        total=total,
        page=page,
        rules=(*committee.keeping, *suggested(world.pack)),
        staff={member.id: member.name for member in members},
        stamps=stamps,
        holds=world.archive.holds,
    )


async def _stamps(world: World, uow: UnitOfWork, committee: CommitteeId) -> Stamps:
    return Stamps(
        counts=await uow.stamps.count(world.rules.renewal, world.clock.now(), committee),
        numbers=await _numbers(uow, await uow.stamps.troubled(committee, NAMED)),
        below_lta=await _numbers(uow, await uow.stamps.below_lta(committee, NAMED)),
        last_at=await uow.stamps.latest(committee),
    )


async def _numbers(uow: UnitOfWork, stamps: Sequence[ArchiveStamp]) -> list[str]:
    return [(await uow.register.get(one.record_id)).number for one in stamps]


def _query(world: World, committee: Committee, page: int) -> KeepingQuery:
    kinds = due_kinds(committee.keeping, world.pack, _today(world))
    return KeepingQuery(
        committee_id=committee.id,
        due=tuple(
            ClosedBefore(
                dispute_types=one.dispute_types,
                years=one.years,
                moment=begin_of(one.closed_before, world.pack),
            )
            for one in kinds
        ),
        page=page,
        page_size=PAGE_SIZE,
    )


async def _kept(
    world: World, uow: UnitOfWork, committee: Committee, members: Sequence[Staff], case: Case
) -> InKeeping:
    entry = await uow.register.of_case(case.id)
    closed_at = case.closed_at or await _closed_at(uow, case, entry)
    kinds = kinds_of(case.dispute_type, world.pack)
    rule = keeping_of(kinds, committee.keeping, world.pack)
    due_on = kept_until(rule, world.pack.local_day(closed_at))
    able = frozenset(one.id for one in who_may(members, Act.KEEP_FILES, case))
    return InKeeping(
        case=case,
        entry=entry,
        closed_at=closed_at,
        keeping=rule,
        due_on=due_on,
        due=rules.is_due(due_on, _today(world)),
        able=able,
        lapsed=rules.lapsed(case.custody, able, world.clock.now()),
    )


async def _closed_at(uow: UnitOfWork, case: Case, entry: RegisterEntry | None) -> datetime:
    """Return when an earlier release closed it."""
    if entry is not None:
        return entry.sealed_at
    ends = [json.loads(one.body)["at"] for one in await uow.log.of_case(case.id, _ENDS)]
    return datetime.fromisoformat(ends[-1]) if ends else case.created_at


def _today(world: World) -> date:
    return world.pack.local_day(world.clock.now())


async def set_rules(world: World, actor: Actor, decisions: Sequence[Keeping]) -> None:
    """Replace the committee's own rules; what they do not name is kept as suggested.

    The committee's log keeps which rule was another from then on.
    """
    access.allow(actor, Act.SET_KEEPING)
    decided = tuple(replace(rule, decided_by=actor.staff_id) for rule in decisions)
    expect_rules(decided, world.pack)
    async with world.store.write() as uow:
        committee = await uow.committees.get(actor.committee_id)
        await uow.committees.save(replace(committee, keeping=decided))
        what = tuple(keeping_changed(actor, committee.keeping, decided))
        await tell(world, uow, actor, what)


async def hold(world: World, actor: Actor, case_id: CaseId, document: str, reason: str) -> None:
    """Hold a file back: nothing of it is destroyed until that is lifted.

    A storage that can refuses to remove the record as well; while it is away, that is owed.
    """
    made = Hold(
        id=world.ids.new(),
        by=actor.staff_id,
        at=world.clock.now(),
        document=document.strip(),
        reason=reason.strip(),
    )

    async def step(_: UnitOfWork, found: InKeeping) -> Changed:
        # The document's number names a procedure, and so somebody: it stays out of the log.
        what = happened("keeping.held", actor.staff_id, **_named(found), hold=made.id)
        return rules.held_back(found.custody, made), (what,)

    async with turn(world, case_id):
        await _change(world, actor, case_id, Act.KEEP_FILES, step)
        await follow(world, case_id)


async def lift(world: World, actor: Actor, case_id: CaseId, hold_id: str) -> None:
    """Lift one hold; with the last one the storage lets go first, or it stays.

    A hold that others put on the storage stays there. Where nothing can be written after all,
    the storage holds again. Raises ArchiveUnavailableError while the storage is away.
    """

    async def step(_: UnitOfWork, found: InKeeping) -> Changed:
        now = world.clock.now()
        what = happened("keeping.lifted", actor.staff_id, **_named(found), hold=hold_id)
        return rules.lifted(found.custody, hold_id, actor.staff_id, now), (what,)

    async with turn(world, case_id):
        async with world.store.read() as uow:
            found = await _found(world, uow, actor, case_id, Act.KEEP_FILES)
        custody, _ = await step(uow, found)
        if found.entry is not None and not custody.held:
            await let_go(world, found.entry.record_id, found.custody)
        try:
            await _change(world, actor, case_id, Act.KEEP_FILES, step)
        except Exception:
            await follow(world, case_id)
            raise


async def propose(world: World, actor: Actor, case_id: CaseId, reason: str) -> None:
    """Propose to destroy what may be destroyed of a file that is due.

    Raises WrongStateError while another proposal counts.
    """
    made = Proposal(by=actor.staff_id, at=world.clock.now(), reason=reason.strip())

    async def step(_: UnitOfWork, found: InKeeping) -> Changed:
        what = happened("destruction.proposed", actor.staff_id, **_named(found))
        today = _today(world)
        return rules.proposed(found.custody, made, found.due_on, today, found.able), (what,)

    await _change(world, actor, case_id, Act.KEEP_FILES, step)


async def decline(world: World, actor: Actor, case_id: CaseId) -> None:
    """Take a proposal back, or turn another's down."""

    async def step(_: UnitOfWork, found: InKeeping) -> Changed:
        what = happened("destruction.declined", actor.staff_id, **_named(found))
        return rules.declined(found.custody), (what,)

    await _change(world, actor, case_id, Act.KEEP_FILES, step)


async def confirm(world: World, actor: Actor, case_id: CaseId) -> int:
    """Destroy all files of the case and its words, as the second of two; return how many.

    Of the case is left what a list of destroyed files tells.
    All or nothing, in one transaction with its entries in the log; then what recordings left
    on the disk is removed, which without its key is noise. Asks for a fresh second
    factor. Raises SecondPersonError for whoever proposed it, ProposalLapsedError, NotDueError,
    HeldError where somebody holds it back, here or in the storage of records, and
    WrongStateError while the record of a seal that was begun is still to be written.
    """
    shredded: list[Happening] = []
    recordings: list[RecordingId] = []

    async def step(uow: UnitOfWork, found: InKeeping) -> Changed:
        after = _destroyed(world, actor, found)
        await _expect_written(uow, case_id)
        files = await _shred_files(world, uow, case_id)
        recordings.extend(await _shred_recordings(uow, case_id))
        films = [happened("recording.shredded", SYSTEM, recording=one) for one in recordings]
        written = await erase_words(uow, case_id, world.clock.now())
        shredded.extend((*files, *films, *written))
        confirmed = happened("destruction.confirmed", actor.staff_id, **_named(found))
        return after, (confirmed, happened(ERASED, SYSTEM), *shredded)

    async with turn(world, case_id):
        async with world.store.read() as uow:
            found = await _found(world, uow, actor, case_id, Act.DESTROY)
        await expect_not_held(world, found.entry)
        await _change(world, actor, case_id, Act.DESTROY, step)
    world.shelf.clear()
    await forget(world)
    for recording in recordings:
        await remove(world, recording)
    return len(shredded)


def _destroyed(world: World, actor: Actor, found: InKeeping) -> Custody:
    now, today = world.clock.now(), _today(world)
    return rules.destroyed(found.custody, actor.staff_id, now, found.due_on, today, found.able)


async def _expect_written(uow: UnitOfWork, case_id: CaseId) -> None:
    agreement = await uow.agreements.of_case(case_id)
    if agreement is not None and waits(agreement):
        raise WrongStateError(state="sealing")  # its record is made of these files


async def _shred_files(world: World, uow: UnitOfWork, case_id: CaseId) -> list[Happening]:
    shredded = []
    for file in await uow.files.of_case(case_id):
        if file.shredded_at is None:
            await uow.files.shred(file.id, world.clock.now())
            what = happened("file.shredded", SYSTEM, file=file.id, document=file.kind)
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


def _named(found: InKeeping) -> dict[str, str]:
    return {"record": found.entry.record_id} if found.entry else {}


async def _change(world: World, actor: Actor, case_id: CaseId, act: Act, step: Step) -> None:
    """Change the custody of a closed case's file and log it, in one transaction."""
    async with world.store.write() as uow:
        found = await _found(world, uow, actor, case_id, act)
        custody, what = await step(uow, found)
        await _save(uow, found, custody)
        await uow.log.append(case_id, what, world.clock.now())


async def _found(
    world: World, uow: UnitOfWork, actor: Actor, case_id: CaseId, act: Act
) -> InKeeping:
    """Return the file of a closed case of which somebody may do that."""
    case = await uow.cases.get(case_id)
    access.allow(actor, act, access.of_case(case, actor))
    if case.state not in _CLOSED:
        raise WrongStateError(state=case.state)
    committee = await uow.committees.get(case.committee_id)
    members = await uow.staff.of_committee(committee.id)
    return await _kept(world, uow, committee, members, case)


async def _save(uow: UnitOfWork, found: InKeeping, custody: Custody) -> None:
    case = replace(found.case, custody=custody, closed_at=found.closed_at)
    gone = custody.state is CustodyState.DESTROYED
    await uow.cases.save(listed(case) if gone else case)
