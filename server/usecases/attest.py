"""Lets a member of staff attest what he saw, signed with the key this server keeps for him."""

from dataclasses import replace
from datetime import datetime

from server.domain.agreement import Agreement
from server.domain.attested import attested_bytes
from server.domain.attested_words import Attester, Sight, attested
from server.domain.canonical import sha256_hex, sm3_hex
from server.domain.errors import WrongStateError
from server.domain.session_log import Happening, happened
from server.domain.signing_route import Attestation
from server.domain.staff import Actor
from server.ports.documents import KeyRef
from server.usecases.count_signatures import encode
from server.usecases.world import World


async def attest(
    world: World, actor: Actor, agreement: Agreement, sight: Sight, at: datetime | None = None
) -> Attestation:
    """Return the signed attestation, of now unless `at` says otherwise; access is decided."""
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
        at=at or world.clock.now(),
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
        suite=made.suite,
    )


async def _text(world: World, agreement: Agreement) -> bytes:
    if agreement.locked is None:
        raise WrongStateError(state=agreement.state)
    async with world.store.read() as uow:
        return await uow.files.content(agreement.locked.document)


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
