"""Shows staff the messages they may copy or print; a link that ended is not among them."""

from dataclasses import dataclass
from datetime import datetime

from server.domain import access
from server.domain.access import Act
from server.domain.case import Case
from server.domain.errors import NotFoundError, WrongStateError
from server.domain.ids import CaseId, MessageId, PersonId
from server.domain.invitation import Invitation, LinkState
from server.domain.staff import Actor
from server.ports.notify import Message
from server.ports.store import UnitOfWork
from server.usecases.identify import hash_token
from server.usecases.read_case import CaseFacts, gather
from server.usecases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLine:
    """A message with the name of whom it is for; `live` while its link opens something."""

    message: Message
    person: str
    live: bool


async def see_outbox(world: World, actor: Actor, case_id: CaseId) -> tuple[OutboxLine, ...]:
    """Return the case's messages, newest first."""
    async with world.store.read() as uow:
        case = await uow.cases.get(case_id)
        access.allow(actor, Act.INVITE, access.of_case(case, actor))
        links = await _live_links(uow, case, world.clock.now())
        messages = await uow.outbox.of_case(case_id)
    names = {person.id: person.name for person in case.people}
    return tuple(
        OutboxLine(message=one, person=names.get(one.person_id, ""), live=_is_live(one, links))
        for one in reversed(messages)
    )


async def see_slip(
    world: World, actor: Actor, case_id: CaseId, message_id: MessageId
) -> tuple[CaseFacts, Message]:
    """Return what the printed slip needs; raises WrongStateError once its link has ended."""
    async with world.store.read() as uow:
        case = await uow.cases.get(case_id)
        access.allow(actor, Act.INVITE, access.of_case(case, actor))
        message = await uow.outbox.get(message_id)
        if message.case_id != case_id:
            raise NotFoundError
        if not _is_live(message, await _live_links(uow, case, world.clock.now())):
            raise WrongStateError(state="link_ended")
        return await gather(world, uow, case), message


async def _live_links(uow: UnitOfWork, case: Case, now: datetime) -> dict[PersonId, Invitation]:
    over = {LinkState.EXPIRED, LinkState.REVOKED}
    every = await uow.invitations.of_case(case.id)
    return {one.person_id: one for one in every if one.state(now) not in over}


def _is_live(message: Message, links: dict[PersonId, Invitation]) -> bool:
    invitation = links.get(message.person_id)
    token = message.link.rpartition("/j/")[2]
    return invitation is not None and hash_token(token) == invitation.token_hash
