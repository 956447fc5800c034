"""Judges every signature in the PDF: that it holds, that none is missing, and its turn.

In a record each is made with the key of its signer's statement. In a PDF alone no statement
lies beside it: who signs, and in which order, is told by the agreement that it carries.
"""

from collections.abc import Sequence

from server.archive.attestations import attested_lines
from server.archive.evidence import (
    Evidence,
    expected_signers,
    object_in,
    officials,
    other_certificates,
)
from server.domain.canonical import sha256_hex
from server.domain.record import AGREEMENT, PDF, signature_folder
from server.domain.verification import SEAL_LASTING, Fact, fact_of
from server.ports.documents import CERTIFICATION, SEAL
from server.ports.inspection import PdfFacts, PdfSignature

CODE = "pdf_signatures"
LASTING = frozenset({"B-LT", "B-LTA"})


def pdf_signatures(evidence: Evidence) -> Fact:
    """Judge every signature in the PDF, and that it is made with the statement's own key."""
    if evidence.earlier:
        return Fact(code=CODE, holds=None)
    each = evidence.pdf.each
    odd = [one.field for one in each if not _as_stated(evidence, one)]
    bad = _faults(evidence.pdf, evidence.content(AGREEMENT), odd)
    parts = [f"{PDF}#{name}" for name in bad] + other_certificates(evidence)
    return fact_of(CODE, parts, signatures=len(each))


def signatures_alone(pdf: PdfFacts) -> Fact:
    """Judge every signature of a PDF that lies beside no record."""
    if pdf.earlier:
        return Fact(code=CODE, holds=None)
    agreement = pdf.attachment or b""
    strangers = {one.field for one in pdf.each} - {*_fields(agreement)} if agreement else ()
    bad = _faults(pdf, agreement, sorted(strangers))
    return fact_of(CODE, [f"{PDF}#{name}" for name in bad], signatures=len(pdf.each))


def seal_lasting(pdf: PdfFacts) -> tuple[Fact, ...]:
    """Say that the seal is below B-LTA, where it is: good today, and perhaps unproven in years.

    It speaks against nothing. Whoever stamps may have had no list of the revoked to give.
    """
    seal = pdf.each[-1] if pdf.each else PdfSignature(field="")
    if seal.field != SEAL or seal.level != "B-LT":
        return ()
    return (Fact(code=SEAL_LASTING, holds=None, facts=(("level", seal.level),)),)


def _faults(pdf: PdfFacts, agreement: bytes, odd: Sequence[str]) -> list[str]:
    """Return the fields that are wrong: beside `odd`, what is missing, broken or out of turn."""
    order = [one.field for one in pdf.each]
    bad = [name for name in _fields(agreement) if name not in order]
    bad += [one.field for one in pdf.each if not one.holds or one.level not in LASTING]
    bad += odd
    bad += order[:1] if not pdf.certified else []
    return bad if bad or order == _in_order(agreement, order) else order


def _fields(agreement: bytes) -> list[str]:
    otherwise = {line.signer_id for line in attested_lines(agreement)}
    by_key = (who for who in expected_signers(object_in(agreement)) if who not in otherwise)
    return [CERTIFICATION, *(f"sign:{who}" for who in by_key), SEAL]


def _as_stated(evidence: Evidence, one: PdfSignature) -> bool:
    """Return whether certificate and statement name each other's digests."""
    kind, _, who = one.field.partition(":")
    if kind != "sign":
        return one.field in {CERTIFICATION, SEAL}
    said = next((s.statement for s in evidence.signed if s.signer_id == who), None)
    content = evidence.content(f"{signature_folder(who)}/statement.json")
    return said is not None and (one.statement_sha256, one.key_sha256) == (
        sha256_hex(content),
        said.key_sha256,
    )


def _in_order(agreement: bytes, order: Sequence[str]) -> list[str]:
    """Return the fields as the law orders them; the parties as they came (art. 29)."""
    last = [f"sign:{who}" for who in officials(object_in(agreement))]
    rest = [name for name in order if name not in {CERTIFICATION, SEAL, *last}]
    return [CERTIFICATION, *rest, *last, SEAL]
