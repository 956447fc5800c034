"""The invented record where two people seal: who released, who confirmed, and the log of it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from server.documents.signatures import make_signature, server_key
from server.domain.agreement_document import AgreementDocument, canonical_bytes, digest
from server.domain.attested import CONFIRM_SEAL, RELEASE_SEAL, AttestedStatement, attested_bytes
from server.domain.canonical import sm3_hex
from server.domain.ids import StaffId
from server.domain.record import RecordAttestation, RecordParts
from server.ports.documents import KeyRef
from tests.archive.example import CASE, HEXI, Office, document, record_parts, told
from tests.documents.example import SEALED_AT

NAMES = {"su": "苏慧珍", "he": "何敏"}


@dataclass(frozen=True, kw_only=True)
class Both:
    """Who does what when; the defaults are as it should be."""

    first: str = "su"
    second: str = "he"
    released_at: datetime = SEALED_AT - timedelta(hours=2)
    until: datetime = SEALED_AT + timedelta(days=3)
    two_to_seal: bool = True


Bend = Callable[[RecordAttestation], RecordAttestation]


def parts_by_two(office: Office, both: Both, bend: Bend | None = None) -> RecordParts:
    """Return the record of a text that two people sealed; `bend` makes both attestations anew."""
    text = document()
    parts = record_parts(office, text)
    until = f"{both.until:%Y-%m-%dT%H:%M:%S}.000Z"
    said = _Said(office=office, text=text, locked=parts.pdf[: parts.locked_size])
    release = said.by(both.first, RELEASE_SEAL, {"until": until}, both.released_at)
    release = bend(release) if bend else release
    digests = {"release_sha256": sha256(release), "release_sm3": sm3_hex(release.statement)}
    named = {"released_by": both.first, **digests}
    confirmation = said.by(both.second, CONFIRM_SEAL, named, SEALED_AT)
    confirmation = bend(confirmation) if bend else confirmation
    both_said = {"release_sha256": sha256(release), "confirmation_sha256": sha256(confirmation)}
    return told(
        replace(parts, attestations=(release, confirmation)),
        lock={"two_to_seal": True} if both.two_to_seal else {},
        seal={"released_by": both.first, **both_said},
    )


def sha256(given: RecordAttestation) -> str:
    return hashlib.sha256(given.statement).hexdigest()


@dataclass(frozen=True, kw_only=True)
class _Said:
    """What is attested about: the text, and with whose keys."""

    office: Office
    text: AgreementDocument
    locked: bytes

    def by(
        self, who: str, purpose: str, saw: Mapping[str, object], at: datetime
    ) -> RecordAttestation:
        key = KeyRef(committee_id=HEXI, staff_id=StaffId(who))
        own = server_key(self.office.keys, key)
        statement = AttestedStatement(
            purpose=purpose,
            attester_id=who,
            attester_name=NAMES[who],
            case_id=CASE,
            agreement_id=self.text.agreement_id,
            text_version=self.text.text_version,
            agreement_sha256=digest(self.text),
            agreement_sm3=sm3_hex(canonical_bytes(self.text)),
            pdf_sha256=hashlib.sha256(self.locked).hexdigest(),
            pdf_sm3=sm3_hex(self.locked),
            key_sha256=hashlib.sha256(own).hexdigest(),
            key_sm3=sm3_hex(own),
            declaration="如实记录。",
            signers=(),
            saw=saw,
            at=at,
            nonce="nonce",
        )
        exact = attested_bytes(statement)
        made = make_signature(self.office.keys, key, exact)
        return RecordAttestation(
            purpose=purpose,
            statement=exact,
            signature=made.signature,
            public_key=made.public_key,
        )
