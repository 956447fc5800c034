"""Plans a sitting, and moves one that has not begun."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from server.domain import access
from server.domain.access import Act
from server.domain.case import Case, CaseState
from server.domain.errors import NotFoundError, WrongStateError
from server.domain.ids import CaseId, SessionId
from server.domain.recording import kept_consents
from server.domain.registration.case_form import check_planned
from server.domain.session import Session, SessionState
from server.domain.session_log import Happening, happened
from server.domain.staff import Actor
from server.ports.store import UnitOfWork
from server.usecases.read_case import CaseFacts, current, gather
from server.usecases.world import World

_MEDIATED = frozenset({CaseState.ACCEPTED, CaseState.MEDIATING, CaseState.AGREED})


async def schedule(world: World, actor: Actor, case_id: CaseId, at: datetime) -> CaseFacts:
    """Plan the case's next sitting; raises WrongStateError while another one is not over.

    What people consented to in the sitting before stays answered, but for recording, which
    is asked anew for each; identity is checked anew.
    """
    return await world.rooms.run(case_id, lambda: _schedule(world, actor, case_id, at))


async def _schedule(world: World, actor: Actor, case_id: CaseId, at: datetime) -> CaseFacts:
    async with world.store.write() as uow:
        case = await _open_case(uow, actor, case_id)
        at = planned(world, at)
        sessions = await uow.sessions.of_case(case_id)
        if (going := current(sessions)) is not None:
            raise WrongStateError(state=going.state)
        session = new_session(world, case, at)
        await _add(world, uow, actor, case, _following(session, sessions[-1:]))
        return await gather(world, uow, case)


async def plan_next(
    world: World, uow: UnitOfWork, actor: Actor, before: Session, at: datetime
) -> None:
    """Plan the sitting that follows one that has just ended, within its transaction."""
    case = await uow.cases.get(before.case_id)
    session = _following(new_session(world, case, at), [before])
    await _add(world, uow, actor, case, session)


def _following(session: Session, before: Sequence[Session]) -> Session:
    kept = tuple(consent for one in before for consent in kept_consents(one))
    return replace(session, consents=kept)


async def _add(world: World, uow: UnitOfWork, actor: Actor, case: Case, session: Session) -> None:
    await uow.sessions.add(session)
    await lengthen(world, uow, case, session.planned_at)
    await uow.log.append(case.id, (scheduled(session, actor),), world.clock.now())


async def reschedule(
    world: World, actor: Actor, case_id: CaseId, session_id: SessionId, at: datetime
) -> CaseFacts:
    """Move a sitting that has not begun; raises WrongStateError for any other."""
    facts = await world.rooms.run(
        case_id, lambda: _reschedule(world, actor, case_id, session_id, at)
    )
    await world.rooms.touch(case_id)
    return facts


async def _reschedule(
    world: World, actor: Actor, case_id: CaseId, session_id: SessionId, at: datetime
) -> CaseFacts:
    async with world.store.write() as uow:
        case = await _open_case(uow, actor, case_id)
        at = planned(world, at)
        session = await uow.sessions.get(session_id)
        if session.case_id != case_id:
            raise NotFoundError
        if session.state is not SessionState.SCHEDULED:
            raise WrongStateError(state=session.state)
        moved = await uow.sessions.save(replace(session, planned_at=at))
        await lengthen(world, uow, case, at)
        await uow.log.append(case_id, (_rescheduled(moved, actor),), world.clock.now())
        return await gather(world, uow, case)


async def _open_case(uow: UnitOfWork, actor: Actor, case_id: CaseId) -> Case:
    case = await uow.cases.get(case_id)
    access.allow(actor, Act.CHANGE_CASE, access.of_case(case, actor))
    expect_mediated(case)
    return case


def expect_mediated(case: Case) -> None:
    """Raise WrongStateError for a case that gets no sitting any more."""
    if case.state not in _MEDIATED:
        raise WrongStateError(state=case.state)


def planned(world: World, at: datetime, field: str = "planned_at") -> datetime:
    """Return the time of a sitting in UTC; raises InvalidValueError as `check_planned` does."""
    return check_planned(at, world.pack, world.pack.local_day(world.clock.now()), field)


async def lengthen(world: World, uow: UnitOfWork, case: Case, at: datetime) -> None:
    """Let the links of the case live as long after the sitting as a fresh one would."""
    for invitation in await uow.invitations.of_case(case.id):
        until = expiry(world, at)
        if invitation.expires_at < until:
            await uow.invitations.save(replace(invitation, expires_at=until))


def expiry(world: World, at: datetime | None) -> datetime:
    """Return when a link issued now ends, with a sitting planned at `at`."""
    now = world.clock.now()
    return max(now, at or now) + timedelta(days=world.rules.invitation_days)


def new_session(world: World, case: Case, at: datetime) -> Session:
    """Return a sitting of the case, its mediator in the chair."""
    return Session(
        id=SessionId(world.ids.new()),
        case_id=case.id,
        committee_id=case.committee_id,
        planned_at=at,
        chair=case.mediator_id,
    )


def scheduled(session: Session, actor: Actor) -> Happening:
    """Return the log's entry of a new sitting."""
    return happened(
        "session.scheduled",
        actor.staff_id,
        session=session.id,
        planned_at=session.planned_at.isoformat(),
    )


def _rescheduled(session: Session, actor: Actor) -> Happening:
    return happened(
        "session.rescheduled",
        actor.staff_id,
        session=session.id,
        planned_at=session.planned_at.isoformat(),
    )
