"""The invented record where two people seal: who released, who confirmed, and the log of it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from server.documents.signatures import make_signature, server_key
from server.domain.agreement_document import AgreementDocument, canonical_bytes, digest
from server.domain.attested import CONFIRM_SEAL, RELEASE_SEAL, AttestedStatement, attested_bytes
from server.domain.canonical import sm3_hex
from server.domain.ids import StaffId
from server.domain.record import RecordAttestation, RecordParts
from server.domain.session_log import Entry, Happening, chain, happened
from server.ports.documents import KeyRef
from tests.archive.example import CASE, HEXI, Office, document, record_parts, session_log
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
    return replace(
        parts,
        attestations=(release, confirmation),
        log=_log(both, release, confirmation),
        inclusion=None,
    )


def sha256(given: RecordAttestation) -> str:
    return hashlib.sha256(given.statement).hexdigest()


def _log(
    both: Both, release: RecordAttestation, confirmation: RecordAttestation
) -> tuple[Entry, ...]:
    entries = list(session_log()[:3])
    lock = {"two_to_seal": True} if both.two_to_seal else {}
    digests = {"release_sha256": sha256(release), "confirmation_sha256": sha256(confirmation)}
    for what in (
        happened("agreement.locked", "su", **lock),
        happened("seal.released", both.first, statement_sha256=sha256(release)),
        happened("seal.applied", both.second, released_by=both.first, **digests),
    ):
        entries.append(_after(entries, what))
    return tuple(entries)


def _after(entries: list[Entry], what: Happening) -> Entry:
    moment = json.loads(entries[-1].body)["at"]
    return chain(CASE, entries[-1], what, datetime.fromisoformat(moment) + timedelta(minutes=1))


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
