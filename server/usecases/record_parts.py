"""Gathers what a begun seal left behind into the order to the sealer and the record.

Everything comes from what was stored before, so that a record written again after a crash
is the same byte for byte; the sealed PDF, which no second sealing would give again, too.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.domain.agreement import Agreement, Locked, Seal, Signature
from server.domain.errors import WrongStateError
from server.domain.ids import CaseId, FileId
from server.domain.inclusion import LogInclusion
from server.domain.paper_copy import paper_name
from server.domain.record import RecordAttestation, RecordParts, RecordSignature
from server.domain.sealing import EFFECTIVE, waits
from server.domain.session_log import Entry
from server.domain.signing_order import lines
from server.domain.signing_route import Attestation
from server.ports.documents import CompanySeal, SealCertificates, SealOrder
from server.ports.store import UnitOfWork
from server.usecases.sealed_evidence import Evidence, evidence_of
from server.usecases.signed_pdf import sealed_pdf, signed_pdf


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A begun seal with all that its record is made of.

    `pdf` is the locked one, `signed` what everybody has signed, `sealed` what was sealed
    before the server stopped, if it was.
    """

    agreement: Agreement
    locked: Locked
    seal: Seal
    evidence: Evidence
    pdf: bytes
    signed: bytes
    sealed: bytes | None
    text: bytes
    files: dict[FileId, bytes]
    entries: tuple[Entry, ...]

    def file(self, file: FileId | None) -> bytes | None:
        """Return a kept file's bytes."""
        return self.files[file] if file is not None else None


async def read_begun(uow: UnitOfWork, case_id: CaseId) -> Begun | None:
    """Return what waits to be sealed, None where nothing does."""
    agreement = await uow.agreements.of_case(case_id)
    if agreement is None or not waits(agreement):
        return None
    seal, locked = agreement.sealing, agreement.locked
    if seal is None or locked is None:
        raise WrongStateError(state=agreement.state)
    evidence = await evidence_of(uow, case_id, seal.record_id)
    scans = (scan.file for scan in agreement.paper)
    wanted = [*_pictures(agreement), *scans, evidence.seal_image]
    return Begun(
        agreement=agreement,
        locked=locked,
        seal=seal,
        evidence=evidence,
        pdf=await uow.files.content(locked.pdf),
        signed=await signed_pdf(uow, agreement),
        sealed=await sealed_pdf(uow, agreement),
        text=await uow.files.content(locked.document),
        files={f: await uow.files.content(f) for f in wanted if f is not None},
        entries=_until_effective(await uow.log.of_case(case_id), seal),
    )


def _pictures(agreement: Agreement) -> list[FileId | None]:
    return [f for s in agreement.signatures for f in (s.handwriting, s.strokes, s.seal_scan)]


def _until_effective(entries: Sequence[Entry], seal: Seal) -> tuple[Entry, ...]:
    """Cut the log where this seal took effect: later entries belong to later records."""
    for place, entry in enumerate(entries, start=1):
        if EFFECTIVE not in entry.body:  # a sitting of hours leaves thousands of others
            continue
        body = json.loads(entry.body)
        if body["kind"] == EFFECTIVE and body["facts"]["record"] == seal.record_id:
            return tuple(entries[:place])
    raise WrongStateError(state="not_effective")


def order(begun: Begun, now: datetime) -> SealOrder:
    """Return what the sealer is to add to the locked bytes, and stamps as of `now`."""
    agreement, seal, evidence = begun.agreement, begun.seal, begun.evidence
    return SealOrder(
        committee_id=agreement.committee_id,
        committee_name=evidence.committee_name,
        signed=begun.signed,
        number=seal.number,
        place=evidence.place,
        at=seal.at,
        effective_on=seal.effective_on,
        company_seals=tuple(
            CompanySeal(party_id=s.on_behalf_of, image=begun.files[s.seal_scan])
            for s in _in_order(agreement)
            if s.seal_scan is not None and s.on_behalf_of is not None
        ),
        seal_image=begun.file(evidence.seal_image),
        suite=seal.suite,
        stamped_at=now,
    )


def _in_order(agreement: Agreement) -> tuple[Signature, ...]:
    given = (agreement.signature_of(line.signer) for line in lines(agreement))
    return tuple(signature for signature in given if signature is not None)


def parts(
    begun: Begun,
    sealed: bytes,
    certificates: Mapping[str, bytes],
    trust: SealCertificates,
    inclusion: LogInclusion | None,
) -> RecordParts:
    """Return everything the record keeps; `inclusion` where a checkpoint holds its log.

    `certificates` are those in the sealed PDF, by signer.
    """
    agreement, seal, evidence = begun.agreement, begun.seal, begun.evidence
    return RecordParts(
        record_id=seal.record_id,
        committee_id=agreement.committee_id,
        committee_name=evidence.committee_name,
        case_id=agreement.case_id,
        number=seal.number,
        sealed_at=seal.at,
        effective_on=seal.effective_on,
        pdf=sealed,
        locked_size=len(begun.pdf),
        agreement=begun.text,
        signatures=tuple(_signature(s, begun, certificates) for s in _in_order(agreement)),
        consents=evidence.consents,
        identity=evidence.identity,
        log=begun.entries,
        seal_certificate=trust.seal,
        issuer_certificate=trust.issuer,
        pdf_seal=trust.pdf_seal,
        inclusion=inclusion,
        attestations=tuple(_attestation(one) for one in (*agreement.attestations, *seal.approvals)),
        paper={paper_name(s, agreement.paper): begun.files[s.file] for s in agreement.paper},
    )


def _attestation(given: Attestation) -> RecordAttestation:
    return RecordAttestation(
        purpose=given.purpose,
        statement=given.statement.encode(),
        signature=base64.b64decode(given.signature),
        public_key=base64.b64decode(given.public_key),
    )


def _signature(
    given: Signature, begun: Begun, certificates: Mapping[str, bytes]
) -> RecordSignature:
    return RecordSignature(
        signer_id=given.signer,
        statement=given.statement.encode(),
        signature=base64.b64decode(given.signature),
        public_key=base64.b64decode(given.public_key),
        handwriting=begun.file(given.handwriting),
        strokes=begun.file(given.strokes),
        certificate=certificates.get(given.signer),
    )
