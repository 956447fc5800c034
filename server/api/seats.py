"""Handlers of a party's own seat outside the live room."""

from server.api.endpoint import Context
from server.api.schemas import case as case_wire, seat as wire
from server.api.schemas.base import Nothing
from server.api.throttle import DOORS
from server.api.uploads import read_upload
from server.api.views.case import file_view
from server.api.views.language import language
from server.api.views.seat import minutes_view, seat_view
from server.domain.ids import SessionId
from server.domain.invitation import Answer, Invitation, expect_no_other
from server.usecases import (
    answer_link,
    end_case,
    give_consent,
    see_seat,
    send_code,
    share_files,
    take_seat,
)
from server.usecases.share_files import Upload
from server.usecases.take_seat import DeviceCheck


def _device(context: Context) -> str:
    return context.seat_hash or ""


def _acting(context: Context) -> Invitation:
    """Return the seat for what a second browser behind the holder may not do."""
    expect_no_other(context.seat, _device(context))
    return context.seat


async def _view(context: Context) -> wire.SeatView:
    shown = await see_seat.see_seat(context.world, context.seat, _device(context))
    return seat_view(context.world, shown, language(context.request))


async def seat(context: Context, _: None) -> wire.SeatView:
    """Return the own seat."""
    return await _view(context)


async def answer(context: Context, ask: wire.AnswerAsk) -> wire.SeatView:
    """Take the answer to the invitation."""
    context.request.app[DOORS].answer(context.seat.person_id)
    await answer_link.answer(context.world, _acting(context), Answer(ask.answer), ask.text)
    return await _view(context)


async def consent(context: Context, ask: wire.ConsentAsk) -> wire.SeatView:
    """Take the answer to one consent text."""
    await give_consent.consent(
        context.world,
        _acting(context),
        ask.scope,
        ask.text_version,
        agreed=ask.agreed,
        seen=ask.answers,
    )
    return await _view(context)


async def device_check(context: Context, ask: wire.DeviceCheckAsk) -> Nothing:
    """Take what the phone found about itself."""
    context.request.app[DOORS].check_device(context.seat.person_id)
    found = DeviceCheck(
        camera=ask.camera,
        microphone=ask.microphone,
        network=ask.network,
        websocket=ask.websocket,
    )
    await take_seat.check_device(context.world, context.seat, found)
    return Nothing()


async def enter(context: Context, _: None) -> wire.Entered:
    """Let this browser hold the seat, or wait."""
    context.request.app[DOORS].answer(context.seat.person_id)
    invitation = await take_seat.enter(context.world, context.seat, _device(context))
    return _entered(invitation, _device(context))


async def move(context: Context, ask: wire.MoveAsk) -> wire.Entered:
    """Give the seat to this browser."""
    invitation = await take_seat.move(context.world, context.seat, _device(context), ask.code)
    return _entered(invitation, _device(context))


def _entered(invitation: Invitation, device: str) -> wire.Entered:
    return wire.Entered(device="holder" if invitation.device == device else "waiting")


async def code(context: Context, ask: wire.CodeAsk) -> wire.CodeSent:
    """Send a one-time code to the telephone on file."""
    sent = await send_code.send(context.world, context.seat, ask.purpose)
    return wire.CodeSent(
        sent=sent.sent, mobile_masked=sent.mobile_masked, retry_after_s=sent.retry_after_s
    )


async def stop(context: Context, ask: wire.StopAsk) -> wire.SeatView:
    """End the mediation as a party."""
    sitting = SessionId(ask.session_id) if ask.session_id is not None else None
    await end_case.stop(context.world, _acting(context), ask.reason, sitting)
    return await _view(context)


async def upload(context: Context, _: None) -> case_wire.FileView:
    """Keep the picture of a company's seal."""
    name, content = await read_upload(context)
    given = Upload(name=name, content=content)
    return file_view(await share_files.upload_seal_scan(context.world, _acting(context), given))


async def minutes(context: Context, _: None) -> wire.PartyMinutes:
    """Return the minutes."""
    session, given = await see_seat.see_minutes(context.world, _acting(context))
    return minutes_view(session, given)
