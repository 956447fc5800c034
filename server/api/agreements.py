"""Handlers of the agreement on the console: draft, read-back, lock, signatures, seal."""

from aiohttp import web

from server.api.binary import PDF, PNG, WEBP, page_of, saved, shown, width_of
from server.api.cases import case_id
from server.api.endpoint import Context
from server.api.schemas import agreement as wire
from server.api.views.agreement import agreement_view
from server.domain.agreement import Item, Payment
from server.domain.ids import ClauseId, FileId, PartyId, PersonId
from server.domain.signing_route import RoutePlan
from server.usecases import (
    attach_seal_scan,
    draft_agreement,
    hand_copy as hand_copy_over,
    lock_agreement,
    read_agreement,
    release_seal,
    seal_agreement,
    show_pages,
    staff_sign,
    unlock_agreement,
)
from server.usecases.draft_agreement import ClauseForm, DraftForm


async def agreement(context: Context, _: None) -> wire.AgreementView:
    """Return the agreement."""
    world = context.world
    return agreement_view(world, await read_agreement.see(world, context.staff, case_id(context)))


async def edit(context: Context, ask: wire.DraftEdit) -> wire.AgreementView:
    """Save the draft over the revision the writer saw."""
    await draft_agreement.edit(context.world, context.staff, case_id(context), _form(ask))
    return await agreement(context, None)


async def hand_copy(context: Context, ask: wire.CopyHandedAsk) -> wire.AgreementView:
    """Note what was done with a copy on paper."""
    person = PersonId(ask.person_id)
    await hand_copy_over.hand(context.world, context.staff, case_id(context), person, ask.way)
    return await agreement(context, None)


def _form(ask: wire.DraftEdit) -> DraftForm:
    return DraftForm(
        revision=ask.revision,
        facts=ask.facts,
        clauses=tuple(
            ClauseForm(id=ClauseId(c.id) if c.id else None, text=c.text) for c in ask.clauses
        ),
        items=tuple(Item(name=i.name, amount=i.amount) for i in ask.items),
        payments=tuple(_payment(p) for p in ask.payments),
    )


def _payment(ask: wire.PaymentEdit) -> Payment:
    return Payment(
        payer=PartyId(ask.payer),
        payee=PartyId(ask.payee),
        amount=ask.amount,
        due_on=ask.due_on,
        method=ask.method,
        account_holder=ask.account_holder,
        bank=ask.bank,
        account=ask.account,
    )


async def say_for_court(context: Context, ask: wire.ForCourtAsk) -> wire.AgreementView:
    """Say whether what no court confirms stands in the text."""
    await draft_agreement.say_for_court(
        context.world, context.staff, case_id(context), question=ask.question, answer=ask.answer
    )
    return await agreement(context, None)


async def read(context: Context, ask: wire.ReadAsk) -> wire.AgreementView:
    """Say which clause is read out now."""
    clause = ClauseId(ask.clause_id) if ask.clause_id else None
    await draft_agreement.read_out(context.world, context.staff, case_id(context), clause)
    return await agreement(context, None)


async def lock(context: Context, ask: wire.LockAsk) -> wire.AgreementView:
    """Lock the text."""
    plan = RoutePlan(
        wet_ink=ask.wet_ink,
        witnessed=frozenset(PersonId(who) for who in ask.witnessed),
        reason=ask.reason.strip(),
    )
    await lock_agreement.lock(context.world, context.staff, case_id(context), ask.revision, plan)
    return await agreement(context, None)


async def reopen(context: Context, ask: wire.ReopenAsk) -> wire.AgreementView:
    """Open the text again; its signatures are void."""
    await unlock_agreement.unlock(context.world, context.staff, case_id(context), ask.reason)
    return await agreement(context, None)


async def page(context: Context, _: None) -> web.Response:
    """Return one page of the exact PDF as a picture."""
    content = await show_pages.staff_page(
        context.world, context.staff, case_id(context), page_of(context), width_of(context)
    )
    return shown(content, WEBP)


async def pdf(context: Context, _: None) -> web.Response:
    """Return the exact PDF."""
    content = await show_pages.staff_pdf(context.world, context.staff, case_id(context))
    return saved(content, PDF, f"{case_id(context)}.pdf")


async def handwriting(context: Context, _: None) -> web.Response:
    """Return a signer's handwriting."""
    content = await show_pages.staff_handwriting(
        context.world, context.staff, case_id(context), context.path["signer"]
    )
    return shown(content, PNG)


async def seal_scan(context: Context, ask: wire.SealScanAsk) -> wire.AgreementView:
    """Attach the scan of a company's seal."""
    await attach_seal_scan.attach(
        context.world, context.staff, case_id(context), ask.signer, FileId(ask.file)
    )
    return await agreement(context, None)


async def sign(context: Context, ask: wire.StaffSignAsk) -> wire.AgreementView:
    """Sign as mediator or recorder."""
    await staff_sign.sign(context.world, context.staff, case_id(context), ask.pdf_sha256)
    return await agreement(context, None)


async def release(context: Context, ask: wire.ReleaseAsk) -> wire.AgreementView:
    """Release the seal, as the first of two."""
    await release_seal.release(context.world, context.staff, case_id(context), ask.pdf_sha256)
    return await agreement(context, None)


async def withdraw(context: Context, _: None) -> wire.AgreementView:
    """Take a release back."""
    await release_seal.withdraw(context.world, context.staff, case_id(context))
    return await agreement(context, None)


async def seal(context: Context, ask: wire.SealAsk) -> wire.AgreementView:
    """Apply the committee's seal."""
    await seal_agreement.seal(context.world, context.staff, case_id(context), ask.pdf_sha256)
    return await agreement(context, None)
