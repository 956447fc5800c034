"""Changes the agreement in its case's turn, together with its log entries or not at all."""

from collections.abc import Awaitable, Callable

from server.domain.agreement import Agreement, Lease
from server.domain.case import Case, CaseState
from server.domain.errors import NotFoundError, WrongStateError
from server.domain.ids import AgreementId, CaseId, FileId
from server.domain.sealing import waits
from server.domain.session_log import Happening
from server.ports.store import UnitOfWork
from server.usecases.world import World

_CLOSED = frozenset({CaseState.ENDED, CaseState.SEALED})

Changed = tuple[Agreement, tuple[Happening, ...]]
Step = Callable[[UnitOfWork, Case, Agreement], Awaitable[Changed]]


async def change(
    world: World, case_id: CaseId, step: Step, *, after_end: bool = False
) -> Agreement:
    """Let a step change the agreement in the case's turn, with its log entries or not at all.

    The step may refuse by raising; nothing is written then. Raises WrongStateError once
    the case has ended, unless its seal was begun before, or the step is for `after_end` too.
    """

    async def job() -> Agreement:
        async with world.store.write() as uow:
            case = await uow.cases.get(case_id)
            agreement = await _opened(world, uow, case)
            if not after_end:
                expect_going(case, agreement)
            after, logged = await step(uow, case, agreement)
            await _end_turn(world, uow, agreement, after)
            saved = agreement if after == agreement else await uow.agreements.save(after)
            await uow.log.append(case_id, logged, world.clock.now())
            return saved

    saved = await world.rooms.run(case_id, job)
    await world.rooms.touch(case_id, "agreement")
    return saved


async def _end_turn(world: World, uow: UnitOfWork, before: Agreement, after: Agreement) -> None:
    """Shred what was prepared and written for a turn that nobody can finish any more."""
    for file in sorted(_of_turn(before.lease) - _of_turn(after.lease) - _signed(after)):
        await uow.files.shred(file, world.clock.now())


def _of_turn(lease: Lease | None) -> set[FileId]:
    """Return the files made for a turn; the scan of a seal was brought before it."""
    if lease is None:
        return set()
    files = {lease.prepared, lease.signature.handwriting, lease.signature.strokes}
    return {file for file in files if file is not None}


def _signed(agreement: Agreement) -> set[FileId | None]:
    given = agreement.signatures
    return {one.handwriting for one in given} | {one.strokes for one in given}


def expect_going(case: Case, agreement: Agreement) -> None:
    """Raise WrongStateError once the case has ended, unless its seal was begun before."""
    if case.state is CaseState.ENDED and not waits(agreement):
        raise WrongStateError(state=case.state)


async def _opened(world: World, uow: UnitOfWork, case: Case) -> Agreement:
    found = await uow.agreements.of_case(case.id)
    if found is not None:
        return found
    sessions = await uow.sessions.of_case(case.id)
    if case.state in _CLOSED:
        raise NotFoundError
    if not sessions:
        raise WrongStateError(state="no_sitting")
    begun = Agreement(
        id=AgreementId(world.ids.new()),
        case_id=case.id,
        committee_id=case.committee_id,
        session_id=sessions[-1].id,
    )
    await uow.agreements.add(begun)
    return begun


async def only_begin(_: UnitOfWork, __: Case, agreement: Agreement) -> Changed:
    """Begin an empty draft where there is none, and change nothing else."""
    return agreement, ()
