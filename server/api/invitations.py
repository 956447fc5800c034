"""Handlers of personal links as staff send, print and end them."""

from aiohttp import web

from server.api import templates
from server.api.cases import case_id
from server.api.endpoint import Context
from server.api.headers import SOCKETS, content_policy
from server.api.schemas import invitation as wire
from server.api.views.case import invitation_view
from server.api.views.desk import outbox_view, whole_text
from server.api.views.qr import qr_codes
from server.domain.ids import InvitationId, MessageId, PersonId
from server.usecases import invite_people, revoke_link, see_outbox
from server.usecases.invite_people import Issued
from server.usecases.read_case import CaseFacts
from server.usecases.wording import language, when_for_people


def _invitation_id(context: Context) -> InvitationId:
    return InvitationId(context.path["invitation_id"])


async def invite(context: Context, ask: wire.InviteAsk) -> wire.InvitationIssued:
    """Issue a person's link."""
    issued = await invite_people.invite(
        context.world, context.staff, case_id(context), PersonId(ask.person_id), ask.channel
    )
    return await _issued(context, issued)


async def resend(context: Context, _: None) -> wire.InvitationIssued:
    """Issue a fresh link; the old one ends."""
    issued = await invite_people.resend(
        context.world, context.staff, case_id(context), _invitation_id(context)
    )
    return await _issued(context, issued)


async def _issued(context: Context, issued: Issued) -> wire.InvitationIssued:
    (drawn,) = await context.world.pool.run(qr_codes, [issued.message.link])
    return wire.InvitationIssued(
        invitation=invitation_view(issued.invitation, context.world.clock.now()),
        link=issued.message.link,
        qr_svg=drawn,
        text=whole_text(issued.message),
    )


async def revoke(context: Context, _: None) -> wire.InvitationView:
    """End a link."""
    invitation = await revoke_link.revoke(
        context.world, context.staff, case_id(context), _invitation_id(context)
    )
    return invitation_view(invitation, context.world.clock.now())


async def unlock(context: Context, _: None) -> wire.InvitationView:
    """Let the digits be tried again."""
    invitation = await revoke_link.unlock(
        context.world, context.staff, case_id(context), _invitation_id(context)
    )
    return invitation_view(invitation, context.world.clock.now())


async def outbox(context: Context, _: None) -> wire.OutboxView:
    """Return the messages staff may copy."""
    lines = await see_outbox.see_outbox(context.world, context.staff, case_id(context))
    return await outbox_view(context.world, lines)


async def slip(context: Context, _: None) -> web.Response:
    """Return a page to print and hand over or post."""
    facts, message = await see_outbox.see_slip(
        context.world, context.staff, case_id(context), MessageId(context.path["message_id"])
    )
    (drawn,) = await context.world.pool.run(qr_codes, [message.link])
    nonce = context.world.ids.token()
    person = facts.case.person(message.person_id)
    page = templates.slip(
        lang=language(context.world.pack),
        committee=facts.committee.name,
        phone=facts.committee.office_phone,
        mediator=facts.staff_name(facts.case.mediator_id),
        name=person.name,
        when=_when(context, facts),
        link=message.link,
        drawn=drawn,
        nonce=nonce,
    )
    policy = content_policy(context.request.app[SOCKETS], nonce)
    return templates.page(page, {"Content-Security-Policy": policy})


def _when(context: Context, facts: CaseFacts) -> str:
    session, pack = facts.current, context.world.pack
    return when_for_people(session.planned_at, pack, language(pack)) if session else ""
