"""The invented agreement signed otherwise: the worker aloud, or both in ink on scanned paper."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from server.documents.signatures import make_signature, server_key
from server.documents.suites import PrivateKey
from server.domain.agreement_document import AgreementDocument, canonical_bytes, digest
from server.domain.attested import (
    COMPARE_PAPER,
    RECORD_DECLARATION,
    WITNESS_DECLARATION,
    AttestedStatement,
    attested_bytes,
    read_attested,
)
from server.domain.canonical import sm3_hex
from server.domain.ids import StaffId
from server.domain.record import RecordAttestation, RecordParts
from server.domain.signing_route import SigningRoute
from server.ports.documents import KeyRef
from tests.archive.example import CASE, HEXI, Office, document, included, record_parts, told
from tests.documents.example import SEALED_AT

CHEN, LIN = "person-chen", "person-lin"
UPLOADED = {"uploaded_by": "su", "uploaded_at": "2025-03-14T03:40:00.000+00:00"}
SCANS = {"paper/01.jpg": b"\xff\xd8\xff first", "paper/02.pdf": b"%PDF- second and third"}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What one member of staff attests in the example."""

    by: str
    purpose: str
    signers: tuple[str, ...]
    saw: Mapping[str, object]


def by_route(route: SigningRoute, *signers: str) -> AgreementDocument:
    """Return the agreement whose given signers sign by another route."""
    text = document()
    parties = tuple(
        replace(
            party,
            signers=tuple(
                replace(line, route=route) if line.signer_id in signers else line
                for line in party.signers
            ),
        )
        for party in text.parties
    )
    return replace(text, parties=parties)


def ink(*, fingerprint: bool = True) -> Said:
    """Return the comparison of the paper."""
    pages = [
        {"page": page, "file": name, "part": part, **in_both(SCANS[name]), **UPLOADED}
        for page, name, part in (
            (1, "paper/01.jpg", 1),
            (2, "paper/02.pdf", 1),
            (3, "paper/02.pdf", 2),
        )
    ]
    lines = [
        seen(CHEN, signature=False, fingerprint=fingerprint),
        seen(LIN, signature=True, fingerprint=False, signed_on="2025-03-14"),
    ]
    saw = {"pages": pages, "lines": lines}
    return Said(by="jiang", purpose=COMPARE_PAPER, signers=(CHEN, LIN), saw=saw)


def seen(signer: str, **what: object) -> dict[str, object]:
    """Return what stands on a line of the paper, with every field that the server writes."""
    return {"signer": signer, "company_seal": False, "signed_on": None, **what}


def in_both(content: bytes) -> dict[str, object]:
    """Return both digests of a scan."""
    return {"sha256": sha256(content), "sm3": sm3_hex(content)}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def spoken(witness: str = "江一帆") -> tuple[Said, Said]:
    """Return the declaration with one witness, and the other witness's own word."""
    nurse = {"name": "马护士", "relation": "护士", "words": '我在床边听到"同意"，{[没有异议]}。'}
    other = {"name": witness, "relation": "staff", "words": "我在视频里听到。"}
    saw = {"way": "video", "witnesses": [nurse]}
    return (
        Said(by="su", purpose=RECORD_DECLARATION, signers=(CHEN,), saw=saw),
        Said(
            by="jiang",
            purpose=WITNESS_DECLARATION,
            signers=(CHEN,),
            saw={"witnesses": [other]},
        ),
    )


def attested_parts(
    office: Office,
    text: AgreementDocument,
    *said: Said,
    keys: Mapping[str, ec.EllipticCurvePrivateKey] | None = None,
) -> RecordParts:
    """Return the record of a text that some sign otherwise, with what staff attest of it.

    `keys` are with what some sign the text.
    """
    parts = record_parts(office, text, keys=keys)
    locked = parts.pdf[: parts.locked_size]
    ink_too = any(one.purpose == COMPARE_PAPER for one in said)
    attested = replace(
        parts,
        attestations=tuple(_made(office, text, locked, one) for one in said),
        paper=SCANS if ink_too else {},
    )
    return included(told(attested), office)


def by_key(
    given: RecordAttestation, key: PrivateKey, signature: bytes | None = None, **bent: Any
) -> RecordAttestation:
    """Return an attestation by another key, with other fields; with a signature that is none."""
    own = {"key_sha256": sha256(key.public), "key_sm3": sm3_hex(key.public), **bent}
    exact = attested_bytes(replace(read_attested(given.statement), **own))
    return replace(
        given,
        statement=exact,
        signature=key.sign(exact) if signature is None else signature,
        public_key=key.public,
    )


def anew(office: Office, given: RecordAttestation, **bent: Any) -> RecordAttestation:
    """Return an attestation with other fields, signed by whom it was."""
    said = replace(read_attested(given.statement), **bent)
    key = KeyRef(committee_id=HEXI, staff_id=StaffId(said.attester_id))
    exact = attested_bytes(said)
    signature = make_signature(office.keys, key, exact).signature
    return replace(given, statement=exact, signature=signature)


def _made(office: Office, text: AgreementDocument, locked: bytes, said: Said) -> RecordAttestation:
    key = KeyRef(committee_id=HEXI, staff_id=StaffId(said.by))
    own = server_key(office.keys, key)
    statement = AttestedStatement(
        purpose=said.purpose,
        attester_id=said.by,
        attester_name={"su": "苏慧珍", "jiang": "江一帆"}[said.by],
        case_id=CASE,
        agreement_id=text.agreement_id,
        text_version=text.text_version,
        agreement_sha256=digest(text),
        agreement_sm3=sm3_hex(canonical_bytes(text)),
        pdf_sha256=sha256(locked),
        pdf_sm3=sm3_hex(locked),
        key_sha256=sha256(own),
        key_sm3=sm3_hex(own),
        declaration="如实记录。",
        signers=said.signers,
        saw=said.saw,
        at=SEALED_AT,
        nonce="nonce",
    )
    exact = attested_bytes(statement)
    made = make_signature(office.keys, key, exact)
    return RecordAttestation(
        purpose=said.purpose,
        statement=exact,
        signature=made.signature,
        public_key=made.public_key,
    )
