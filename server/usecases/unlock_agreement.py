"""Opens a locked text again as a new version, which voids every signature of the old one."""

from server.domain import access, conduct
from server.domain.access import Act
from server.domain.agreement import Agreement, reopen
from server.domain.case import Case, CaseState
from server.domain.file_kinds import FileKind
from server.domain.ids import CaseId
from server.domain.session import SessionState
from server.domain.session_log import happened
from server.domain.staff import Actor
from server.ports.store import UnitOfWork
from server.usecases.change_agreement import Changed, change
from server.usecases.kept_reasons import keep_reason
from server.usecases.signing_sitting import follow_text
from server.usecases.world import World


async def unlock(world: World, actor: Actor, case_id: CaseId, reason: str) -> Agreement:
    """Open a locked text as a new version; every signature of the old one is void.

    The reason is kept with the case; the log holds SHA-256(salt || reason) alone.
    Raises WrongStateError while drafting, and once the seal has a number.
    """

    async def step(uow: UnitOfWork, case: Case, agreement: Agreement) -> Changed:
        access.allow(actor, Act.LOCK, access.of_case(case, actor))
        after = reopen(agreement)
        kept = await keep_reason(world, uow, case_id, FileKind.UNLOCK_REASON, reason)
        if case.state is CaseState.AGREED:
            await uow.cases.save(case.move(CaseState.MEDIATING))
        what = happened(
            "agreement.unlocked",
            actor.staff_id,
            version=after.text_version,
            signatures_void=len(agreement.signatures),
            reason_commitment=kept.commitment,
        )
        return after, (what,)

    async def turn() -> Agreement:
        opened = await change(world, case_id, step)
        async with world.store.read() as uow:
            sessions = await uow.sessions.of_case(case_id)
        going = sessions[-1] if sessions else None
        await follow_text(world, actor, going, SessionState.SIGNING, conduct.end_signing)
        return opened

    opened = await world.rooms.run(case_id, turn)
    await world.archive.release(case_id)
    return opened
