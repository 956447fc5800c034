"""Ends a person's link, or unlocks its digits after too many wrong ones."""

from collections.abc import Callable
from dataclasses import replace

from server.domain.ids import CaseId, InvitationId, SeatId
from server.domain.invitation import Invitation
from server.domain.session_log import happened
from server.domain.staff import Actor
from server.usecases.invite_people import expect_case, link_of
from server.usecases.world import World


async def revoke(
    world: World, actor: Actor, case_id: CaseId, invitation_id: InvitationId
) -> Invitation:
    """End a link now; whoever sits behind it is cut."""
    revoked = await _change(world, actor, case_id, invitation_id, _revoked)
    await world.rooms.cut(case_id, SeatId(revoked.person_id), "link_ended")
    await world.rooms.touch(case_id)
    return revoked


async def unlock(
    world: World, actor: Actor, case_id: CaseId, invitation_id: InvitationId
) -> Invitation:
    """Let the four digits be tried again."""
    unlocked = await _change(world, actor, case_id, invitation_id, _unlocked)
    await world.rooms.touch(case_id)
    return unlocked


Step = Callable[[Invitation, World], tuple[Invitation, str]]


def _revoked(invitation: Invitation, world: World) -> tuple[Invitation, str]:
    ended = replace(invitation, revoked_at=world.clock.now(), seats=(), device=None)
    return replace(ended, waiting_device=None), "invite.revoked"


def _unlocked(invitation: Invitation, world: World) -> tuple[Invitation, str]:
    del world
    return invitation.unlocked(), "invite.unlocked"


async def _change(
    world: World, actor: Actor, case_id: CaseId, invitation_id: InvitationId, step: Step
) -> Invitation:
    async def job() -> Invitation:
        async with world.store.write() as uow:
            case = await expect_case(uow, actor, case_id)
            after, kind = step(await link_of(uow, case, invitation_id), world)
            saved = await uow.invitations.save(after)
            what = happened(kind, actor.staff_id, invitation=saved.id, person=saved.person_id)
            await uow.log.append(case_id, (what,), world.clock.now())
            return saved

    return await world.rooms.run(case_id, job)
