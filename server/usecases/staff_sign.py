"""Signs as mediator or recorder, with a key this server keeps for that member of staff.

The key is released by a fresh second factor alone (access decides), and the statement
says that the server controls it.
"""

from dataclasses import dataclass, replace

from server.domain import access
from server.domain.access import Act
from server.domain.agreement import Agreement, Locked, Signature, expect_text
from server.domain.canonical import sha256_hex
from server.domain.case import Case
from server.domain.consent_statement import ConsentStatement, statement_bytes
from server.domain.ids import CaseId
from server.domain.signing_order import expect_turn, signed
from server.domain.signing_words import KeyUsed, statement
from server.domain.staff import Actor
from server.ports.documents import KeyRef, SignOrder
from server.ports.store import ConflictError, UnitOfWork
from server.usecases.change_agreement import Changed, change
from server.usecases.count_signatures import done, encode, follow_signatures
from server.usecases.locked_text import locked_text
from server.usecases.made_files import ADDED, keep
from server.usecases.named_in_sm3 import named_in_sm3
from server.usecases.signed_pdf import sign_order, signed_pdf
from server.usecases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """The text to sign, and the PDF as those before have left it."""

    agreement: Agreement
    locked: Locked
    pdf: bytes


async def sign(world: World, actor: Actor, case_id: CaseId, pdf_sha256: str) -> Agreement:
    """Sign the locked text after the parties, the recorder after the mediator.

    Raises ForbiddenError for whoever has no line in it, StepUpNeededError without a fresh
    second factor, StaleRevisionError for another PDF, MissingStepsError before his turn,
    WrongStateError once he has signed, ConflictError when another signature was faster.
    """
    turn = await _expect_turn(world, actor, case_id, pdf_sha256)
    key = KeyRef(committee_id=actor.committee_id, staff_id=actor.staff_id)
    signature = await _signature(world, actor, key, turn)
    added = await world.chain.sign(_order(signature, turn), key)

    async def step(uow: UnitOfWork, case: Case, fresh: Agreement) -> Changed:
        access.allow(actor, Act.SIGN, access.of_case(case, actor))
        expect_text(fresh, pdf_sha256)
        after = signed(fresh, signature)
        if fresh.added != turn.agreement.added:
            raise ConflictError
        kept = await keep(world, uow, case_id, ADDED, added)
        await follow_signatures(uow, case, after)
        return replace(after, added=(*fresh.added, kept.id)), (await done(uow, after, signature),)

    return await change(world, case_id, step)


async def _expect_turn(world: World, actor: Actor, case_id: CaseId, pdf_sha256: str) -> _Turn:
    async with world.store.read() as uow:
        case = await uow.cases.get(case_id)
        access.allow(actor, Act.SIGN, access.of_case(case, actor))
        agreement, locked = await locked_text(uow, case_id)
        expect_turn(agreement, actor.staff_id)
        expect_text(agreement, pdf_sha256)
        return _Turn(agreement=agreement, locked=locked, pdf=await signed_pdf(uow, agreement))


async def _signature(world: World, actor: Actor, key: KeyRef, turn: _Turn) -> Signature:
    own = await world.signer.public_key(key)
    said = _statement(world, actor, turn.agreement, sha256_hex(own))
    exact = statement_bytes(await named_in_sm3(world, said, turn.locked, own))
    made = await world.signer.sign(key, exact)
    return Signature(
        signer=said.signer_id,
        role=said.role,
        on_behalf_of=None,
        statement=exact.decode(),
        signature=encode(made.signature),
        public_key=encode(made.public_key),
        key_control=said.key_control,
        at=said.at,
        suite=made.suite,
    )


def _order(signature: Signature, turn: _Turn) -> SignOrder:
    return sign_order(turn.agreement, signature, turn.pdf, signature.at, None)


def _statement(
    world: World, actor: Actor, agreement: Agreement, key_sha256: str
) -> ConsentStatement:
    return statement(
        agreement,
        actor.staff_id,
        KeyUsed(sha256=key_sha256, control="server"),
        language=world.pack.languages[0],
        at=world.clock.now(),
        nonce=world.ids.token(),
    )
