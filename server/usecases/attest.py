"""Lets a member of staff attest what he saw, signed with the key this server keeps for him."""

from dataclasses import replace

from server.domain.agreement import Agreement, Locked
from server.domain.attested import attested_bytes
from server.domain.attested_words import Attester, Sight, attested
from server.domain.canonical import sha256_hex, sm3_hex
from server.domain.errors import StaleRevisionError, WrongStateError
from server.domain.ids import CaseId
from server.domain.session_log import Happening, happened
from server.domain.signing_route import Attestation
from server.domain.staff import Actor
from server.ports.documents import KeyRef
from server.ports.store import UnitOfWork
from server.usecases.count_signatures import encode
from server.usecases.world import World


async def attest(world: World, actor: Actor, agreement: Agreement, sight: Sight) -> Attestation:
    """Return the signed attestation; access has been decided by then."""
    key = KeyRef(committee_id=actor.committee_id, staff_id=actor.staff_id)
    who = Attester(
        id=actor.staff_id,
        name=actor.name,
        key_sha256=sha256_hex(await world.signer.public_key(key)),
    )
    said = attested(
        agreement,
        who,
        sight,
        language=world.pack.languages[0],
        at=world.clock.now(),
        nonce=world.ids.token(),
    )
    exact = attested_bytes(replace(said, agreement_sm3=sm3_hex(await _text(world, agreement))))
    made = await world.signer.sign(key, exact)
    return Attestation(
        by=actor.staff_id,
        purpose=sight.purpose,
        signers=sight.signers,
        statement=exact.decode(),
        signature=encode(made.signature),
        public_key=encode(made.public_key),
        at=said.at,
        witnesses=sight.witnesses,
    )


async def _text(world: World, agreement: Agreement) -> bytes:
    if agreement.locked is None:
        raise WrongStateError(state=agreement.state)
    async with world.store.read() as uow:
        return await uow.files.content(agreement.locked.document)


async def locked_text(uow: UnitOfWork, case_id: CaseId) -> tuple[Agreement, Locked]:
    """Return the case's agreement and its locked text; WrongStateError where none is."""
    agreement = await uow.agreements.of_case(case_id)
    if agreement is None or agreement.locked is None:
        raise WrongStateError(state=agreement.state if agreement else "no_draft")
    return agreement, agreement.locked


def expect_text(agreement: Agreement, pdf_sha256: str) -> None:
    """Raise StaleRevisionError unless this very PDF is the locked one."""
    if agreement.locked is None or agreement.locked.pdf_sha256 != pdf_sha256:
        raise StaleRevisionError(revision=agreement.revision)


def told(kind: str, made: Attestation, agreement: Agreement) -> Happening:
    """Return the log entry of an attestation: digests and ids, no words of it."""
    return happened(
        kind,
        made.by,
        version=agreement.text_version,
        signers=",".join(made.signers),
        statement_sha256=sha256_hex(made.statement.encode()),
        pdf_sha256=agreement.locked.pdf_sha256 if agreement.locked else None,
    )
