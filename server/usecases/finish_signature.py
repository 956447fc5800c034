"""Completes a phone's signature in the PDF; until then nothing of it counts."""

import base64
from dataclasses import dataclass

from server.domain.agreement import Agreement, Lease
from server.domain.case import Case
from server.domain.errors import InvalidValueError, MissingStepsError
from server.domain.invitation import Invitation
from server.domain.signing_lease import TurnLostError, answered, ended
from server.ports.store import UnitOfWork
from server.usecases import pending_statements
from server.usecases.change_agreement import Changed, change
from server.usecases.count_signatures import done, follow_signatures
from server.usecases.lapsed_turns import lapse, made_for_turn
from server.usecases.made_files import ADDED, keep
from server.usecases.may_sign_now import owed_now
from server.usecases.pending_statements import Pending
from server.usecases.read_agreement import expect_holder
from server.usecases.read_case import gather
from server.usecases.sign_agreement import LONGEST_SIGNATURE
from server.usecases.sign_statement import decode
from server.usecases.signed_pdf import signed_pdf
from server.usecases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfSignatureForm:
    """What the phone's key made of the attributes: raw r||s, base64, for one turn."""

    statement_id: str
    epoch: int
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """The turn that waits for this answer, and what finishing it takes."""

    lease: Lease
    pdf: bytes
    state: bytes


async def finish(
    world: World, invitation: Invitation, device: str, form: PdfSignatureForm
) -> Agreement:
    """Keep the signature; the same one again changes nothing.

    Raises TurnLostError when the answer came too late, InvalidValueError when it does not
    fit, ForbiddenError for another browser, MissingStepsError once his power has run out,
    UnprovenError where nothing clears his certificate now. Nothing is signed then.
    """
    pending = await _own(world, invitation, device, form.statement_id)
    value = world.checker.to_der(decode(form.signature, "signature", LONGEST_SIGNATURE))
    try:
        async with world.turns.of(f"sign {invitation.case_id}"):
            return await _finish(world, invitation, pending, form.epoch, value)
    except TurnLostError:
        await lapse(world, invitation.case_id)
        raise


async def _finish(
    world: World, invitation: Invitation, pending: Pending, epoch: int, value: bytes
) -> Agreement:
    waiting = await _waiting(world, invitation, pending, epoch)
    if isinstance(waiting, Agreement):
        return waiting
    lease = waiting.lease
    key = base64.b64decode(lease.signature.public_key)
    if not world.checker.verify(key, base64.b64decode(lease.attributes), value):
        raise InvalidValueError(field="signature", reason="does_not_fit")
    now = world.clock.now()
    added = await world.chain.finish(waiting.pdf, waiting.state, value, now)

    async def step(uow: UnitOfWork, case: Case, agreement: Agreement) -> Changed:
        if pending.signed_in(agreement):
            return agreement, ()
        await _expect_able(world, uow, case, invitation)
        kept = await keep(world, uow, case.id, ADDED, added)
        after = ended(agreement, epoch, kept.id)
        await follow_signatures(uow, case, after)
        return after, (await done(uow, after, lease.signature),)

    return await change(world, invitation.case_id, step)


async def _expect_able(world: World, uow: UnitOfWork, case: Case, invitation: Invitation) -> None:
    """Raise MissingStepsError where an agent's power, or what else he showed, ended since."""
    facts = await gather(world, uow, case)
    if (code := owed_now(world, facts, case.person(invitation.person_id))) is not None:
        raise MissingStepsError(missing=[code])


async def _own(world: World, invitation: Invitation, device: str, statement_id: str) -> Pending:
    async with world.store.read() as uow:
        await expect_holder(uow, invitation, device)
        return await pending_statements.own(uow, statement_id, invitation.person_id, device)


async def _waiting(
    world: World, invitation: Invitation, pending: Pending, epoch: int
) -> _Waiting | Agreement:
    async with world.store.read() as uow:
        agreement = await uow.agreements.of_case(invitation.case_id)
        if agreement is None:
            raise TurnLostError
        if pending.signed_in(agreement):
            return agreement
        lease = answered(agreement, epoch, world.clock.now())
        if lease.signature.statement != pending.statement or lease.prepared is None:
            raise TurnLostError
        state = await made_for_turn(uow, lease.prepared)
        return _Waiting(lease=lease, pdf=await signed_pdf(uow, agreement), state=state)
