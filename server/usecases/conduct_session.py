"""What staff and parties do in a live sitting, each step in its room's turn."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from server.domain import access, conduct, minutes
from server.domain.access import Act
from server.domain.case import Case, Side
from server.domain.conduct import Decision, Facts, Step
from server.domain.errors import ForbiddenError, InvalidValueError, NotFoundError
from server.domain.going import expect_going
from server.domain.identity import identify_again
from server.domain.ids import PersonId, SeatId, SessionId
from server.domain.invitation import Invitation, hand_over
from server.domain.jurisdiction.texts import text_version
from server.domain.masking import mask_identity_number
from server.domain.representation import may_sign
from server.domain.sealing import expect_unsigned
from server.domain.session import Consent, IdentityCheck, MinutesItem, Session
from server.domain.session_log import happened
from server.domain.staff import Actor
from server.ports.store import UnitOfWork
from server.rooms import attendance
from server.rooms.room import Room
from server.usecases.plan_session import expect_mediated, plan_next, planned
from server.usecases.world import World


async def by_staff(
    world: World,
    actor: Actor,
    session: SessionId,
    decision: Decision,
    *,
    act: Act = Act.CONDUCT,
    hold_minutes: int | None = None,
) -> Session:
    """Let a member of staff take a decision, as far as `act` reaches in this sitting."""

    async def job(room: Room) -> Session:
        access.allow(actor, act, access.of_sitting(room.scene.case, room.session, actor))
        return await room.decide(actor.staff_id, decision, hold_minutes=hold_minutes)

    return await _freed(world, await world.rooms.within(session, job))


async def by_party(
    world: World, person: PersonId, session: SessionId, decision: Decision
) -> Session:
    """Let a person of a side take a decision about himself."""

    async def job(room: Room) -> Session:
        room.scene.case.person(person)
        return await room.decide(person, decision)

    return await _freed(world, await world.rooms.within(session, job))


async def _freed(world: World, session: Session) -> Session:
    # Space for a seal was reserved when the text was locked; no seal comes any more.
    if session.over and session.outcome == "not_agreed":
        await world.archive.release(session.case_id)
    return session


async def close(
    world: World, actor: Actor, session: SessionId, how: tuple[str, str, str]
) -> Session:
    """Close a sitting with its outcome, the reason where nothing was agreed, and a note.

    Raises WrongStateError for an end without agreement once everybody has signed.
    """

    async def job(room: Room) -> Session:
        access.allow(actor, Act.RUN_ROOM, access.of_sitting(room.scene.case, room.session, actor))
        if how[0] == "not_agreed":
            await _expect_unsigned(world, room)
        return await room.decide(actor.staff_id, conduct.close(*how))

    return await _freed(world, await world.rooms.within(session, job))


async def _expect_unsigned(world: World, room: Room) -> None:
    async with world.store.read() as uow:
        expect_unsigned(await uow.agreements.of_case(room.case_id))


async def confirm_minutes(
    world: World, person: PersonId, session: SessionId, said: minutes.Confirmation
) -> Session:
    """Take a party's answer to the minutes, from himself or an agent who may sign."""

    async def job(room: Room) -> Session:
        case = room.scene.case
        today = world.pack.local_day(world.clock.now())
        if not may_sign(case, case.person(person), world.pack, today):
            raise ForbiddenError(act="confirm_minutes")
        return await room.decide(person, minutes.confirm(person, said))

    return await world.rooms.within(session, job)


async def check_identity(
    world: World, actor: Actor, session: SessionId, check: IdentityCheck
) -> Session:
    """Record an identity check; the masked number comes from the case, not the screen."""

    async def job(room: Room) -> Session:
        access.allow(actor, Act.CONDUCT, access.of_case(room.scene.case, actor))
        person = room.scene.case.person(check.person_id)
        seen = replace(check, number_masked=mask_identity_number(person.id_no))
        return await room.decide(actor.staff_id, conduct.check_identity(seen))

    return await world.rooms.within(session, job)


def identity(
    world: World, actor: Actor, person: PersonId, document: str, **seen: bool
) -> IdentityCheck:
    """Return what a member of staff says he saw, at this moment."""
    return IdentityCheck(
        person_id=person,
        document=document,
        number_masked="",
        matches=seen["matches"],
        by=actor.staff_id,
        at=world.clock.now(),
        phone_confirmed_on_video=seen["phone_confirmed"],
    )


async def oral_consent(
    world: World, actor: Actor, session: SessionId, person: PersonId, answer: tuple[str, bool]
) -> Session:
    """Record an answer given aloud on video; the witness is who records it."""
    scope, agreed = answer

    def decide(sitting: Session, facts: Facts) -> Step:
        text = facts.pack.asked(scope, ward=person in facts.wards)
        given = Consent(
            person_id=person,
            scope=scope,
            agreed=agreed,
            text_version=text_version(text),
            at=facts.now,
            method="oral",
            witness=actor.staff_id,
        )
        return conduct.consent(given)(sitting, facts)

    return await by_staff(world, actor, session, decide)


async def write_minutes(
    world: World, actor: Actor, session: SessionId, item: MinutesItem, *, change: bool
) -> Session:
    """Add or change one sentence; a caucus is never minuted word for word."""
    decision = minutes.change(item) if change else minutes.add(item)
    return await by_staff(world, actor, session, decision)


async def tell_side(world: World, actor: Actor, session: SessionId, side: Side, text: str) -> None:
    """Send a waiting side a neutral line; it is shown, not kept."""

    async def job(room: Room) -> None:
        access.allow(actor, Act.CONDUCT, access.of_case(room.scene.case, actor))
        expect_going(room.session)
        room.hold_texts[side] = text
        await room.note("told", actor.staff_id, side=side)
        await room.tell("told")

    await world.rooms.within(session, job)


async def answer_call(world: World, actor: Actor, session: SessionId, seat: SeatId) -> None:
    """Take a party's call off the list."""

    async def job(room: Room) -> None:
        access.allow(actor, Act.CONDUCT, access.of_case(room.scene.case, actor))
        await attendance.ask_for_mediator(room, seat, None)

    await world.rooms.within(session, job)


async def admit_device(world: World, actor: Actor, session: SessionId, seat: SeatId) -> None:
    """Let a second browser take the seat; the first one is cut, and identity is owed again.

    Both are stored or neither is: nobody sits there as identified by what another device showed.
    """

    async def job(room: Room) -> None:
        case = room.scene.case
        access.allow(actor, Act.ADMIT, access.of_case(case, actor))
        async with world.store.read() as uow:
            await _handed_over(uow, case, PersonId(seat))
        hand_over = partial(_hand_over, world, actor, case, PersonId(seat))
        await room.decide(actor.staff_id, identify_again(seat), beside=hand_over)
        try:
            await attendance.cut(room, seat, "moved")
        finally:
            await room.refresh("joined")

    await world.rooms.within(session, job)


async def _handed_over(uow: UnitOfWork, case: Case, person: PersonId) -> Invitation:
    """Return the link held by the browser that waits at it; NotFoundError where none does."""
    for one in reversed(await uow.invitations.of_case(case.id)):
        if one.person_id == person and one.waiting_device:
            return hand_over(one, one.waiting_device)
    raise NotFoundError


async def _hand_over(
    world: World, actor: Actor, case: Case, person: PersonId, uow: UnitOfWork, _after: Session
) -> None:
    await uow.invitations.save(await _handed_over(uow, case, person))
    what = happened("device.admitted", actor.staff_id, person=person)
    await uow.log.append(case.id, (what,), world.clock.now())


async def adjourn(world: World, actor: Actor, session: SessionId, next_at: datetime | None) -> None:
    """End for today and plan the next sitting, both or neither; None leaves its time open.

    Raises InvalidValueError for a time that has passed or that no sitting may be planned for.
    """
    at = None if next_at is None else _upcoming(world, next_at)
    await world.rooms.within(session, lambda room: _adjourn(world, actor, room, at))


def _upcoming(world: World, next_at: datetime) -> datetime:
    at = planned(world, next_at, "next_at")
    if at <= world.clock.now():
        raise InvalidValueError(field="next_at", reason="in_the_past")
    return at


async def _adjourn(world: World, actor: Actor, room: Room, at: datetime | None) -> None:
    case = room.scene.case
    access.allow(actor, Act.RUN_ROOM, access.of_sitting(case, room.session, actor))
    expect_mediated(case)

    async def plan(uow: UnitOfWork, ended: Session) -> None:
        if at is not None:
            await plan_next(world, uow, actor, ended, at)

    await room.decide(actor.staff_id, conduct.adjourn, beside=plan)


def may_watch(actor: Actor, case: Case) -> None:
    """Raise unless a member of staff may take a seat in the room.

    A head is there to take over, and visible to everybody when he does.
    """
    thing = access.of_case(case, actor)
    try:
        access.allow(actor, Act.CONDUCT, thing)
    except ForbiddenError:
        access.allow(actor, Act.TAKE_OVER, thing)
