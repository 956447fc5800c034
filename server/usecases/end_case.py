"""Ends a case without agreement: by its mediator, or because a party stops."""

from dataclasses import replace

from server.domain import access, conduct
from server.domain.access import Act
from server.domain.case import Case, CaseState, PersonRole
from server.domain.case_course import result_of
from server.domain.errors import ForbiddenError, WrongStateError
from server.domain.file_kinds import FileKind
from server.domain.ids import CaseId, SessionId
from server.domain.invitation import Answer, Invitation
from server.domain.jurisdiction.entries import AgentAct
from server.domain.jurisdiction.pack import expect_code
from server.domain.representation import may
from server.domain.sealing import expect_unsigned
from server.domain.session import Session, SessionState
from server.domain.session_log import happened
from server.domain.staff import Actor
from server.ports.store import UnitOfWork
from server.usecases import answer_link, conduct_session
from server.usecases.read_case import CaseFacts, current, gather
from server.usecases.share_files import keep_note
from server.usecases.world import World


async def end(world: World, actor: Actor, case_id: CaseId, end_reason: str, note: str) -> CaseFacts:
    """End a case outside a sitting (人民调解法 art. 26: with its reason and a note).

    Raises WrongStateError while a sitting goes on or once everybody has signed.
    """
    expect_code(end_reason, world.pack.end_reasons, "end_reason")

    async def job() -> CaseFacts:
        async with world.store.write() as uow:
            case = await uow.cases.get(case_id)
            access.allow(actor, Act.END_CASE, access.of_case(case, actor))
            return await _end(world, uow, actor, case, (end_reason, note))

    facts = await world.rooms.run(case_id, job)
    await world.archive.release(case_id)
    await world.rooms.touch(case_id, "closed")
    return facts


async def _end(
    world: World, uow: UnitOfWork, actor: Actor, case: Case, why: tuple[str, str]
) -> CaseFacts:
    end_reason, note = why
    expect_unsigned(await uow.agreements.of_case(case.id))
    session = current(await uow.sessions.of_case(case.id))
    if session is not None:
        await _cancel(world, uow, session, why)
    elif note:
        await keep_note(world, uow, case.id, FileKind.END_NOTE, note)
    result = result_of(end_reason)
    ended = replace(
        case.move(CaseState.ENDED),
        result=result,
        end_reason=end_reason,
        closed_at=world.clock.now(),
    )
    saved = await uow.cases.save(ended)
    what = happened("case.ended", actor.staff_id, result=result, reason=end_reason)
    await uow.log.append(case.id, (what,), world.clock.now())
    return await gather(world, uow, saved)


async def _cancel(world: World, uow: UnitOfWork, session: Session, why: tuple[str, str]) -> None:
    if session.state is not SessionState.SCHEDULED:
        raise WrongStateError(state=session.state)
    closed = replace(
        session.move(SessionState.CLOSED),
        closed_at=world.clock.now(),
        outcome="not_agreed",
        end_reason=why[0],
        end_note=why[1],
    )
    await uow.sessions.save(closed)


async def stop(
    world: World, invitation: Invitation, reason: str, sitting: SessionId | None = None
) -> None:
    """A party ends the mediation; it may at any time (人民调解法 arts. 17, 23).

    An agent needs the scope for it; a companion may only leave. Without a sitting it is
    the answer to the invitation. Raises WrongStateError where it was said of another `sitting`
    than the one that is planned or goes on: a phone may deliver it late.
    """
    async with world.store.read() as uow:
        case = await uow.cases.get(invitation.case_id)
        session = current(await uow.sessions.of_case(case.id))
    if sitting not in {None, session.id if session else None}:
        raise WrongStateError(state="another_sitting")
    person = case.person(invitation.person_id)
    today = world.pack.local_day(world.clock.now())
    own = person.role is PersonRole.PARTY
    if not own and not may(case, person, AgentAct.APPLY_OR_END, world.pack, today):
        raise ForbiddenError(act="stop")
    if session is None:
        await answer_link.answer(world, invitation, Answer.REFUSED, reason)
        return
    await conduct_session.by_party(world, person.id, session.id, conduct.stop(reason))
