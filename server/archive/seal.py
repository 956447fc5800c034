"""Judges the committee's seal on the PDF, and the certificates it hangs on."""

from server.archive.evidence import Evidence
from server.archive.renewed import untrusted
from server.domain.canonical import sha256_hex
from server.domain.errors import InvalidValueError
from server.domain.record import (
    ISSUER_CERTIFICATE,
    PDF,
    PDF_SEAL_CERTIFICATE,
    PDF_SEAL_ISSUER,
    SEAL_CERTIFICATE,
    pem_body,
)
from server.domain.verification import Fact, fact_of
from server.ports.documents import SEAL, for_seals
from server.ports.inspection import PdfSignature

SEAL_ROLE = "COMMITTEE-SEAL"
ALLOWED_AFTER = frozenset({"none", "lta_updates"})
"""What may follow the seal: nothing, or what an archive adds to keep it checkable."""


def pdf_seal(evidence: Evidence) -> Fact:
    """Judge that the PDF's last signature is the seal, and that nothing was changed after it."""
    pdf = evidence.pdf
    if evidence.earlier:
        return _earlier_seal(evidence)
    holds = pdf.readable and pdf.intact and pdf.valid and pdf.covers_all
    last = pdf.each[-1] if pdf.each else PdfSignature(field="")
    sound = holds and pdf.modification in ALLOWED_AFTER and last.field == SEAL
    outside = {} if last.server_issued else {"certified": pdf.signer}
    return fact_of("seal", [] if sound else [PDF], signer=pdf.signer, suite=last.suite, **outside)


def _earlier_seal(evidence: Evidence) -> Fact:
    """Judge the one signature of the earlier form: a certification over the whole file."""
    (seal,) = evidence.pdf.each
    stamped = evidence.pdf.covers_all and evidence.pdf.modification in ALLOWED_AFTER
    sound = seal.holds and (stamped or (seal.whole and evidence.pdf.modification == "none"))
    return fact_of("seal", [] if sound else [PDF], signer=evidence.pdf.signer)


def seal_chain(evidence: Evidence) -> Fact:
    """Judge that the seal's certificate comes from the issuer in the record."""
    seal, issuer = evidence.content(SEAL_CERTIFICATE), evidence.content(ISSUER_CERTIFICATE)
    issued = evidence.tools.issued_by(seal, issuer) and _certificate_digest(issuer) != ""
    apart = PDF_SEAL_CERTIFICATE in evidence.files
    same = apart or _seals(evidence, seal)
    bad = [] if issued and same else [SEAL_CERTIFICATE]
    bad += [] if not apart or _pdf_seal_issued(evidence) else [PDF_SEAL_CERTIFICATE]
    return fact_of("seal_chain", bad, issuer_sha256=_certificate_digest(issuer))


def _pdf_seal_issued(evidence: Evidence) -> bool:
    """Judge the certificate of a PDF's seal that is of another suite than the manifest's."""
    issued_by = evidence.tools.issued_by
    seal, between = evidence.content(PDF_SEAL_CERTIFICATE), evidence.content(PDF_SEAL_ISSUER)
    issued = issued_by(seal, between) and issued_by(between, evidence.content(ISSUER_CERTIFICATE))
    return issued and _seals(evidence, seal)


def _seals(evidence: Evidence, certificate: bytes) -> bool:
    """Return whether the PDF's last signature is made with it, and it is a committee's seal's."""
    last = evidence.pdf.each[-1] if evidence.pdf.each else PdfSignature(field="")
    return is_seals(last) and last.certificate_sha256 == _certificate_digest(certificate)


def is_seals(one: PdfSignature) -> bool:
    """Return whether the certificate of a signature is that of a committee's seal.

    The issuer of a signer's certificate is below the committee's too: without the role, who
    signs on his own phone could bring that issuer along, and his key as the committee's seal.
    An authority outside writes names of its own. What is issued for one signing says that,
    and is nobody's seal whatever its name.
    """
    named = one.role == SEAL_ROLE or not one.server_issued
    return named and one.statement_sha256 == ""


def _certificate_digest(pem: bytes) -> str:
    try:
        return sha256_hex(pem_body(pem))
    except InvalidValueError:
        return ""


def certificates(evidence: Evidence) -> Fact:
    """Judge whether all of them come from the issuer in the record, or one the reader trusts.

    A licensed authority may have issued some: that proves nothing against the record.
    """
    own, pdf = _certificate_digest(evidence.content(ISSUER_CERTIFICATE)), evidence.pdf
    outside = [] if pdf.trusted else [one.field for one in pdf.each if {*one.issuers} - {own}]
    if not pdf.trusted and {*pdf.stamp_issuers} - {own}:
        outside.append("archive")
    parts = tuple(f"{PDF}#{name}" for name in outside)
    return Fact(code="certificates", holds=None if parts else True, parts=parts)


def trusted(evidence: Evidence) -> Fact:
    """Judge the certificates against those the reader brings along, if he brings any."""
    if not for_seals(evidence.anchors):
        return Fact(code="trusted", holds=None)
    bad = [] if evidence.pdf.trusted else [ISSUER_CERTIFICATE]
    return fact_of("trusted", [*bad, *untrusted(evidence)])
