"""Handlers of declarations before witnesses on the console."""

from server.api.agreements import agreement
from server.api.cases import case_id
from server.api.endpoint import Context
from server.api.schemas import agreement as wire
from server.domain.witnessing import Witness
from server.usecases import witness_signing
from server.usecases.witness_signing import DeclarationForm, WitnessForm


async def record(context: Context, ask: wire.DeclarationAsk) -> wire.AgreementView:
    """Record the declaration."""
    form = DeclarationForm(
        pdf_sha256=ask.pdf_sha256,
        signer=ask.signer,
        way=ask.way,
        witnesses=tuple(
            Witness(name=one.name, relation=one.relation, words=one.words) for one in ask.witnesses
        ),
        taping=ask.taping,
    )
    await witness_signing.record(context.world, context.staff, case_id(context), form)
    return await agreement(context, None)


async def confirm(context: Context, ask: wire.WitnessedAsk) -> wire.AgreementView:
    """Keep the staff witness's own statement."""
    form = WitnessForm(pdf_sha256=ask.pdf_sha256, signer=ask.signer, words=ask.words)
    await witness_signing.confirm(context.world, context.staff, case_id(context), form)
    return await agreement(context, None)
