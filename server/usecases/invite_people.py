"""Sends a person his link, and renews it so that the old one ends."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from server.domain import access
from server.domain.access import Act
from server.domain.case import Case, CaseState, Person
from server.domain.errors import InvalidValueError, NotFoundError, WrongStateError
from server.domain.ids import CaseId, InvitationId, MessageId, PersonId, SeatId
from server.domain.invitation import Answer, Invitation
from server.domain.session_log import Happening, happened
from server.domain.staff import Actor
from server.ports.notify import Message, MessageKind, MessageState
from server.ports.store import UnitOfWork
from server.usecases.identify import hash_token
from server.usecases.plan_session import expiry
from server.usecases.read_case import CaseFacts, expect_kept, gather
from server.usecases.wording import invitation_text
from server.usecases.world import World

CARRIED = frozenset({"sms", "email"})
"""Channels that a gateway carries; the others are copied or printed by staff."""

DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A fresh link. It is shown once here and kept, encrypted, in the outbox alone."""

    invitation: Invitation
    message: Message


def digits_of(person: Person) -> str:
    """Return the last four digits of the telephone on file, empty where too short."""
    number = "-".join(person.mobile.split("-")[:2])  # no one knows an extension as his own
    digits = "".join(sign for sign in number if sign.isdigit())
    return digits[-DIGITS:] if len(digits) >= DIGITS else ""


async def invite(
    world: World, actor: Actor, case_id: CaseId, person_id: PersonId, channel: str
) -> Issued:
    """Issue a person's link; an earlier one of his ends with it."""

    async def job() -> Issued:
        async with world.store.write() as uow:
            case = await expect_case(uow, actor, case_id)
            facts = await gather(world, uow, case)
            return await _issue(world, uow, actor, facts, case.person(person_id), channel)

    return await _send(world, await _alone(world, case_id, job))


async def resend(
    world: World, actor: Actor, case_id: CaseId, invitation_id: InvitationId
) -> Issued:
    """Issue a fresh link by the same way as before; the old one ends."""

    async def job() -> Issued:
        async with world.store.write() as uow:
            case = await expect_case(uow, actor, case_id)
            old = await link_of(uow, case, invitation_id)
            facts = await gather(world, uow, case)
            person = case.person(old.person_id)
            return await _issue(world, uow, actor, facts, person, old.channel)

    return await _send(world, await _alone(world, case_id, job))


async def _alone(world: World, case_id: CaseId, job: Callable[[], Awaitable[Issued]]) -> Issued:
    issued = await world.rooms.run(case_id, job)
    # Whoever held the old link may be the wrong person: he is cut, not only locked out.
    seat = SeatId(issued.invitation.person_id)
    await world.rooms.cut(case_id, seat, "link_ended")
    await world.rooms.touch(case_id)
    return issued


async def expect_case(uow: UnitOfWork, actor: Actor, case_id: CaseId) -> Case:
    """Return the case, if the actor may invite its people."""
    case = await uow.cases.get(case_id)
    access.allow(actor, Act.INVITE, access.of_case(case, actor))
    return case


async def link_of(uow: UnitOfWork, case: Case, invitation_id: InvitationId) -> Invitation:
    """Return an invitation of this case, or raise NotFoundError."""
    invitation = await uow.invitations.get(invitation_id)
    if invitation.case_id != case.id:
        raise NotFoundError
    return invitation


async def _issue(
    world: World,
    uow: UnitOfWork,
    actor: Actor,
    facts: CaseFacts,
    person: Person,
    channel: str,
) -> Issued:
    case = facts.case
    expect_kept(case)
    if case.state is CaseState.ENDED:
        raise WrongStateError(state=case.state)
    if not digits_of(person):
        raise InvalidValueError(field="mobile", reason="missing")
    token = world.ids.token()
    invitation = await _store(world, uow, facts, person, channel, hash_token(token))
    message = _message(world, facts, person, token)
    await uow.outbox.add(message)
    await uow.log.append(case.id, (_sent(invitation, actor),), world.clock.now())
    return Issued(invitation=invitation, message=message)


async def _store(
    world: World, uow: UnitOfWork, facts: CaseFacts, person: Person, channel: str, token_hash: str
) -> Invitation:
    planned = facts.current.planned_at if facts.current else None
    fresh = Invitation(
        id=InvitationId(world.ids.new()),
        committee_id=facts.case.committee_id,
        case_id=facts.case.id,
        person_id=person.id,
        token_hash=token_hash,
        channel=channel,
        sent_at=world.clock.now(),
        expires_at=expiry(world, planned),
    )
    old = facts.invitations.get(person.id)
    if old is None:
        await uow.invitations.add(fresh)
        return fresh
    return await uow.invitations.save(_renewed(old, fresh))


def _renewed(old: Invitation, fresh: Invitation) -> Invitation:
    """Return the person's invitation under its new token; what he accepted stays."""
    accepted = old.answer is Answer.ACCEPTED
    kept = replace(fresh, id=old.id, version=old.version, opened_at=old.opened_at)
    if not accepted:
        return kept
    return replace(kept, answer=old.answer, answered_at=old.answered_at)


def _message(world: World, facts: CaseFacts, person: Person, token: str) -> Message:
    return Message(
        id=MessageId(world.ids.new()),
        committee_id=facts.case.committee_id,
        case_id=facts.case.id,
        person_id=person.id,
        kind=MessageKind.INVITATION,
        mobile=person.mobile,
        text=invitation_text(facts, world.pack),
        link=f"{world.rules.public_url.rstrip('/')}/j/{token}",
        at=world.clock.now(),
    )


async def _send(world: World, issued: Issued) -> Issued:
    """Hand the message to the gateway, after the link is safely stored."""
    if issued.invitation.channel not in CARRIED:
        return issued
    state = await world.notifier.send(issued.message)
    if state is MessageState.WAITING:
        return issued
    message = replace(issued.message, state=state)
    async with world.store.write() as uow:
        await uow.outbox.save(message)
    return replace(issued, message=message)


def _sent(invitation: Invitation, actor: Actor) -> Happening:
    return happened(
        "invite.sent",
        actor.staff_id,
        invitation=invitation.id,
        person=invitation.person_id,
        channel=invitation.channel,
    )
