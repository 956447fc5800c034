"""A whole sealed record of the invented agreement, with keys made for it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from server.documents.certificates import certificate_key, issued_by
from server.documents.fonts import FontFolders
from server.documents.inspection import inspect
from server.documents.key_files import FileKeys, spki
from server.documents.keys import key_name
from server.documents.renewal import root_of, stamped
from server.documents.sealing import apply_seal
from server.documents.signature_facts import signer_certificates
from server.documents.signatures import make_signature, server_key, verify_signature
from server.documents.signing import Desk, certify
from server.documents.stamp_facts import read_stamp
from server.documents.suites import P256Key
from server.domain.agreement_document import AgreementDocument, canonical_bytes, digest
from server.domain.canonical import sha256_hex, sm3_hex
from server.domain.checkpoint import checkpoint_text, note_of
from server.domain.consent_statement import ConsentStatement, statement_bytes
from server.domain.ids import CaseId, CommitteeId, RecordId
from server.domain.inclusion import LogInclusion, proofs_json, proofs_of
from server.domain.record import RecordParts, RecordSignature, public_key_pem, told_by_seal
from server.domain.sealing import APPLIED, EFFECTIVE
from server.domain.session_log import Entry, Happening, chain, happened
from server.domain.signing_route import SigningRoute
from server.domain.tree import Edge, Spot, grown
from server.ports.archive import SignManifest, VerifierTools
from server.ports.documents import LOG_KEY, KeyRef, LockedPdf
from tests.documents.example import LOCKED_AT, SEALED_AT, example
from tests.documents.sealing import (
    NUMBER,
    locked_by,
    seal_order,
    signed_at,
    signed_by_all,
    stroke,
)
from tests.support.papers import desk_of
from tests.support.signers import signer_ids

CASE = CaseId("case-41")
RECORD = RecordId("record-17")
HEXI = CommitteeId("hexi")
TOOLS = VerifierTools(
    inspect=inspect,
    check_signature=verify_signature,
    certificate_key=certificate_key,
    issued_by=issued_by,
    read_stamp=read_stamp,
)


class Files(dict[str, bytes]):
    """A record's files by name; told briefly when a test fails."""

    def __repr__(self) -> str:
        return f"<{len(self)} files>"


@dataclass(frozen=True)
class Office:
    """The committee's keys and fonts."""

    keys: FileKeys
    fonts: FontFolders

    @property
    def sign(self) -> SignManifest:
        """Return what signs a manifest with the seal's key."""

        async def signed(message: bytes) -> bytes:
            return make_signature(self.keys, KeyRef(committee_id=HEXI), message).signature

        return signed

    async def sign_otherwise(self, message: bytes) -> bytes:
        """Sign with the seal's key as a token does: never the same twice."""
        name = key_name(KeyRef(committee_id=HEXI))
        key = self.keys.opened((self.keys.folder / f"{name}.key").read_bytes(), name)
        assert isinstance(key, P256Key)
        return key.key.sign(message, ec.ECDSA(hashes.SHA256()))


def session_log() -> tuple[Entry, ...]:
    """Return the log as it is when the text is locked."""
    return continued(
        (), *(happened(k, "su") for k in ("session.open", "consent.given", "agreement.read"))
    )


def continued(log: tuple[Entry, ...], *what: Happening) -> tuple[Entry, ...]:
    """Return the log with more entries, one a minute."""
    for one in what:
        last = log[-1] if log else None
        log = (*log, chain(CASE, last, one, LOCKED_AT + timedelta(minutes=len(log))))
    return log


def told(
    parts: RecordParts,
    *more: Happening,
    lock: Mapping[str, bool] = {},
    seal: Mapping[str, str] = {},
) -> RecordParts:
    """Return the parts with a log that tells of them, `more` before the seal, and no checkpoint.

    `lock` and `seal` are further facts of their entries.
    """
    digest = sha256_hex(parts.agreement)
    known = told_by_seal(
        number=parts.number,
        committee_name=parts.committee_name,
        sealed_at=parts.sealed_at,
        consents=parts.consents,
        identity=parts.identity,
    )
    pdf, day = sha256_hex(parts.pdf[: parts.locked_size]), parts.effective_on.isoformat()
    log = continued(
        session_log(),
        happened("agreement.locked", "su", digest=digest, pdf_sha256=pdf, **lock),
        *(signed("sign.done", one.statement) for one in parts.signatures),
        *(signed("sign.witnessed", one.statement) for one in parts.attestations),
        *more,
        happened(APPLIED, "su", record=parts.record_id, digest=digest, **known, **seal),
        happened(EFFECTIVE, "system", record=parts.record_id, effective_on=day),
    )
    return replace(parts, log=log, inclusion=None)


def included(parts: RecordParts, office: Office) -> RecordParts:
    """Return the parts with the proofs of their log."""
    return replace(parts, inclusion=inclusion(office, parts.log))


def signed(kind: str, statement: bytes) -> Happening:
    return happened(kind, "su", statement_sha256=sha256_hex(statement))


def document() -> AgreementDocument:
    """Return the agreement with the log's head as of the lock."""
    return replace(example(), log_head=session_log()[-1].hash)


def inclusion(office: Office, log: tuple[Entry, ...]) -> LogInclusion:
    """Return a checkpoint of a log in which other cases wrote between, and the proofs."""
    edge, nodes, positions = Edge(), dict[Spot, bytes](), list[int]()
    for entry in log:
        for content in (bytes.fromhex(entry.hash), entry.body.encode()):
            position = edge.size
            edge, made = grown(edge, content)
            nodes.update({(n, position >> n): one for n, one in enumerate(made)})
        positions.append(edge.size - 2)
    key = server_key(office.keys, LOG_KEY)
    note = note_of(key, edge.head)
    signed = make_signature(office.keys, LOG_KEY, note).signature
    checkpoint = checkpoint_text(note, key, signed).encode()
    desk = desk_of(office.keys, office.fonts)
    stamp = stamped(None, checkpoint, LOCKED_AT, "sha256", desk)
    return LogInclusion(
        checkpoint=checkpoint,
        proofs=proofs_json(edge.size, [proofs_of(1, positions, edge.size, nodes)]),
        public_key=public_key_pem(key),
        stamp=stamp,
        stamp_root=root_of(stamp, checkpoint, ()),
    )


def record_parts(
    office: Office,
    text: AgreementDocument | None = None,
    desk: Desk | None = None,
    drawn: LockedPdf | None = None,
    keys: Mapping[str, ec.EllipticCurvePrivateKey] | None = None,
) -> RecordParts:
    """Return everything of the record; different calls make different signing keys.

    Whoever signs `text` otherwise than by phone has no signature here. `desk` signs the PDF,
    the office's own unless given. `drawn` is locked in place of what `text` is typeset as.
    `keys` are of those who do not sign with a new one.
    """
    text = text or document()
    desk = desk or desk_of(office.keys, office.fonts)
    locked = certify(HEXI, drawn, LOCKED_AT, desk) if drawn else locked_by(desk, text)
    made = {who: ec.generate_private_key(ec.SECP256R1()) for who in by_phone(text)}
    own = {**made, **(keys or {})}
    given = tuple(
        signed_on_phone(text, locked, who, n, own[who]) for n, who in enumerate(by_phone(text))
    )
    stated = {one.signer_id: hashlib.sha256(one.statement).hexdigest() for one in given}
    signed = signed_by_all(desk, text, locked, own, stated)
    sealed = apply_seal(seal_order(text, signed), desk)
    given = certified(given, sealed.pdf)
    parts = RecordParts(
        record_id=RECORD,
        committee_id=HEXI,
        committee_name=text.committee.name,
        case_id=CASE,
        number=NUMBER,
        sealed_at=SEALED_AT,
        effective_on=date(2025, 3, 14),
        pdf=sealed.pdf,
        locked_size=len(locked.pdf),
        agreement=canonical_bytes(text),
        signatures=given,
        consents=[{"person": "person-chen", "scope": "e_signature", "decision": "given"}],
        identity=[{"person": "person-chen", "number": "512099********3018", "result": "match"}],
        log=session_log(),
        seal_certificate=sealed.seal_certificate,
        issuer_certificate=sealed.issuer_certificate,
    )
    return included(told(parts), office)


def certified(given: Iterable[RecordSignature], pdf: bytes) -> tuple[RecordSignature, ...]:
    """Return the signatures with the certificates that the PDF holds."""
    inside = signer_certificates(pdf)
    return tuple(replace(one, certificate=inside[one.signer_id]) for one in given)


def by_phone(text: AgreementDocument) -> tuple[str, ...]:
    """Return who signs with a key."""
    lines = [line for party in text.parties for line in party.signers]
    others = {line.signer_id for line in lines if line.route is not SigningRoute.ELECTRONIC}
    return tuple(who for who in signer_ids(text) if who not in others)


def signed_on_phone(
    text: AgreementDocument,
    locked: LockedPdf,
    who: str,
    seed: int,
    key: ec.EllipticCurvePrivateKey,
) -> RecordSignature:
    """Return what a phone's own key makes of the consent statement."""
    handwriting, strokes = stroke(seed), b"[[[1,2],[30.5,4.25]]]"
    statement = statement_bytes(
        ConsentStatement(
            signer_id=who,
            role="party",
            on_behalf_of=None,
            case_id=CASE,
            agreement_id=text.agreement_id,
            text_version=text.text_version,
            agreement_sha256=digest(text),
            pdf_sha256=locked.pdf_sha256,
            key_sha256=hashlib.sha256(spki(key)).hexdigest(),
            key_control="browser",
            declaration="我已阅读全文，自愿签署。",
            at=signed_at(seed),
            nonce=f"nonce-{seed}",
            code_verified_at=LOCKED_AT + timedelta(minutes=2 + seed),
            handwriting_sha256=hashlib.sha256(handwriting).hexdigest(),
            strokes_sha256=hashlib.sha256(strokes).hexdigest(),
            agreement_sm3=sm3_hex(canonical_bytes(text)),
            pdf_sm3=sm3_hex(locked.pdf),
            key_sm3=sm3_hex(spki(key)),
            handwriting_sm3=sm3_hex(handwriting),
            strokes_sm3=sm3_hex(strokes),
        )
    )
    return RecordSignature(
        signer_id=who,
        statement=statement,
        signature=key.sign(statement, ec.ECDSA(hashes.SHA256())),
        public_key=spki(key),
        handwriting=handwriting,
        strokes=strokes,
    )
