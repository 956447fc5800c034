"""Handlers of the agreement on a party's phone: answers, signature, refusal, copy."""

from aiohttp import web

from server.api.binary import PDF, WEBP, page_of, saved, shown, width_of
from server.api.endpoint import Context
from server.api.schemas import party_agreement as text_wire, seat as seat_wire, signing as wire
from server.api.throttle import DOORS
from server.api.views.language import language
from server.api.views.party_agreement import party_agreement
from server.api.views.receipt import receipt
from server.api.views.seat import seat_view
from server.domain.errors import WrongStateError
from server.domain.ids import ClauseId, FileId
from server.usecases import (
    answer_clauses,
    deliver_copy,
    finish_signature,
    read_agreement,
    show_pages,
    sign_agreement,
    sign_statement,
)
from server.usecases.answer_clauses import AnswerForm
from server.usecases.finish_signature import PdfSignatureForm
from server.usecases.see_seat import Seat, see_seat
from server.usecases.sign_agreement import SignatureForm
from server.usecases.sign_statement import StatementForm


def _device(context: Context) -> str:
    return context.seat_hash or ""


async def _seat(context: Context) -> Seat:
    return await see_seat(context.world, context.seat, _device(context))


async def agreement(context: Context, _: None) -> text_wire.PartyAgreement:
    """Return the agreement as the person sees it."""
    desk = await read_agreement.see_own(context.world, context.seat, _device(context))
    return party_agreement(context.world, desk)


async def answer(context: Context, ask: text_wire.ClauseAnswerAsk) -> text_wire.PartyAgreement:
    """Take an answer to one clause."""
    form = AnswerForm(
        clause_id=ClauseId(ask.clause_id),
        clause_version=ask.clause_version,
        heard=ask.heard,
        verdict=ask.verdict,
        wish=ask.wish,
    )
    context.request.app[DOORS].answer(context.seat.person_id)
    desk = await answer_clauses.answer_clause(context.world, context.seat, _device(context), form)
    return party_agreement(context.world, desk)


async def page(context: Context, _: None) -> web.Response:
    """Return one page of the exact PDF as a picture."""
    content = await show_pages.own_page(
        context.world, context.seat, _device(context), page_of(context), width_of(context)
    )
    return shown(content, WEBP)


async def statement(context: Context, ask: wire.StatementAsk) -> wire.Statement:
    """Hand out the statement to sign."""
    form = StatementForm(
        pdf_sha256=ask.pdf_sha256,
        public_key=ask.public_key,
        handwriting_sha256=ask.handwriting_sha256,
        strokes_sha256=ask.strokes_sha256,
        handwriting_sm3=ask.handwriting_sm3,
        strokes_sm3=ask.strokes_sm3,
        code=ask.code,
    )
    made = await sign_statement.issue(context.world, context.seat, _device(context), form)
    return wire.Statement(id=made.id, statement=made.statement)


async def sign(context: Context, ask: wire.SignAsk) -> wire.SigningTurn:
    """Take the signed statement; return what the same key is to sign in the PDF."""
    form = SignatureForm(
        statement_id=ask.statement_id,
        signature=ask.signature,
        handwriting_png=ask.handwriting_png,
        strokes=ask.strokes,
        seal_scan=FileId(ask.seal_scan) if ask.seal_scan else None,
    )
    turn = await sign_agreement.begin(context.world, context.seat, _device(context), form)
    return wire.SigningTurn(epoch=turn.epoch, attributes=turn.attributes, life_s=turn.life_s)


async def finish(context: Context, ask: wire.FinishAsk) -> seat_wire.Receipt:
    """Keep the signature and return where it stands."""
    form = PdfSignatureForm(statement_id=ask.statement_id, epoch=ask.epoch, signature=ask.signature)
    await finish_signature.finish(context.world, context.seat, _device(context), form)
    found = receipt(context.world, await _seat(context))
    if found is None:
        # Opened again in the very moment after: the phone looks at the new text.
        raise WrongStateError(state="drafting")
    return found


async def refuse(context: Context, ask: wire.RefuseSigning) -> seat_wire.SeatView:
    """Keep that the person does not sign."""
    context.request.app[DOORS].answer(context.seat.person_id)
    await sign_agreement.refuse(
        context.world, context.seat, _device(context), ask.reason, ask.text_version
    )
    return seat_view(context.world, await _seat(context), language(context.request))


async def copy(context: Context, ask: seat_wire.CopyAsk) -> seat_wire.CopyTicket:
    """Open the download for a short while."""
    ticket = await deliver_copy.ask(context.world, context.seat, _device(context), ask.code)
    return seat_wire.CopyTicket(path=f"/api/seat/copy/{ticket.token}", expires_at=ticket.until)


async def download(context: Context, _: None) -> web.Response:
    """Return the sealed PDF."""
    made = await deliver_copy.fetch(
        context.world, context.seat, _device(context), context.path["ticket"]
    )
    return saved(made.pdf, PDF, f"{made.number}.pdf")
