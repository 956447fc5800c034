"""Lets a member of staff attest what he saw, signed with the key this server keeps for him."""

from datetime import datetime

from server.domain.agreement import Agreement
from server.domain.attested import attested_bytes
from server.domain.attested_words import Attester, Sight, attested
from server.domain.canonical import sha256_hex
from server.domain.errors import WrongStateError
from server.domain.session_log import Happening, happened
from server.domain.signing_route import Attestation
from server.domain.staff import Actor
from server.ports.documents import KeyRef
from server.usecases.count_signatures import encode
from server.usecases.named_in_sm3 import named_in_sm3
from server.usecases.world import World


async def attest(
    world: World, actor: Actor, agreement: Agreement, sight: Sight, at: datetime | None = None
) -> Attestation:
    """Return the signed attestation, of now unless `at` says otherwise; access is decided."""
    if agreement.locked is None:
        raise WrongStateError(state=agreement.state)
    key = KeyRef(committee_id=actor.committee_id, staff_id=actor.staff_id)
    own = await world.signer.public_key(key)
    who = Attester(id=actor.staff_id, name=actor.name, key_sha256=sha256_hex(own))
    said = attested(
        agreement,
        who,
        sight,
        language=world.pack.languages[0],
        at=at or world.clock.now(),
        nonce=world.ids.token(),
    )
    exact = attested_bytes(await named_in_sm3(world, said, agreement.locked, own))
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
