"""Judges time stamp tokens (RFC 3161): of a document, of a list of digests, of a checkpoint.

Each is judged as of its own moment: until when it proves anything is told beside, and whether
that is over is for whoever knows what day it is.
"""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

import hashlib
import zlib
from collections.abc import Sequence
from datetime import datetime

from asn1crypto import cms, x509  # type: ignore[import-untyped]
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    SignatureCoverageLevel,
    validate_pdf_timestamp,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter, validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from server.documents.certificates import certificate_der
from server.documents.suite_validator import SuiteValidator
from server.documents.to_end import to_end
from server.domain.renewal import Stamp
from server.ports.documents import SealRoot, SignerRoot

# What the parsers raise on bytes somebody has tampered with; none of them promises less.
TAMPERED = (
    *(AssertionError, AttributeError, LookupError, NotImplementedError, RecursionError),
    *(ArithmeticError, PdfError, SignatureValidationError, TypeError, ValueError, zlib.error),
)


def read_stamp(token: bytes, message: bytes, anchors: Sequence[bytes]) -> Stamp | None:
    """Return what a DER token says of `message`; None for what is no token.

    Raises InvalidValueError when an anchor (PEM) is no certificate.
    """
    roots = stamp_roots(anchors)
    try:
        return _judged(token, message, roots)
    except TAMPERED:
        return None


def stamp_roots(anchors: Sequence[bytes]) -> list[x509.Certificate]:
    """Return the anchors below which somebody may stamp; InvalidValueError as `read_stamp`."""
    stamping = (anchor for anchor in anchors if not isinstance(anchor, SealRoot | SignerRoot))
    return [x509.Certificate.load(certificate_der(anchor)) for anchor in stamping]


def _judged(token: bytes, message: bytes, roots: Sequence[x509.Certificate]) -> Stamp:
    signed = cms.ContentInfo.load(token, strict=True)["content"]
    context = context_at(roots, stamped_at(signed))

    def imprint(digest: str) -> bytes:
        return hashlib.new(digest, message).digest()

    found = to_end(validate_tst_signed_data(signed, context, imprint))
    status = TimestampSignatureStatus(**found)
    return _said(signed, status, status.signing_cert, trust=bool(roots))


async def fault_of(
    token: cms.SignedData, digest: bytes, algorithm: str, roots: Sequence[x509.Certificate]
) -> str:
    """Return what is wrong with a token over this digest by itself; empty for nothing.

    `not_a_token`, `signature`, `purpose`, `expired`; and `root` where of given roots none fits.
    """
    try:
        return await _fault(token, digest, algorithm, roots)
    except TAMPERED:
        return "not_a_token"


async def _fault(
    token: cms.SignedData, digest: bytes, algorithm: str, roots: Sequence[x509.Certificate]
) -> str:
    def imprint(named: str) -> bytes:
        return digest if named == algorithm else b""

    context = context_at(roots, stamped_at(token))
    status = TimestampSignatureStatus(**await validate_tst_signed_data(token, context, imprint))
    usage = status.signing_cert.extended_key_usage_value
    faults = {
        "signature": not (status.intact and status.valid),
        "purpose": usage is None or "time_stamping" not in usage.native,
        "expired": not _alive(status.signing_cert, token),
        "root": bool(roots) and not status.trusted,
    }
    return next((name for name, is_one in faults.items() if is_one), "")


def document_stamps(reader: PdfFileReader, roots: Sequence[x509.Certificate]) -> list[Stamp]:
    """Return the document time stamps of a PDF, in order.

    One that leaves a part of its own revision uncovered does not hold.
    """
    return [_document_stamp(one, roots) for one in reader.embedded_timestamp_signatures]


def signature_stamps(reader: PdfFileReader) -> list[cms.SignedData]:
    """Return the token beside each signature of a PDF that has one, in order."""
    tokens = (signature_stamp(one) for one in reader.embedded_regular_signatures)
    return [one for one in tokens if one is not None]


def signature_stamp(signature: EmbeddedPdfSignature) -> cms.SignedData | None:
    """Return the token beside a signature."""
    return next(extract_tst_data_iter(signature.signer_info, signed=False), None)


def _document_stamp(one: EmbeddedPdfSignature, roots: Sequence[x509.Certificate]) -> Stamp:
    signed = one.signed_data
    status = validate_pdf_timestamp(one, context_at(roots, stamped_at(signed)), skip_diff=True)
    covered = status.coverage in {
        SignatureCoverageLevel.ENTIRE_FILE,
        SignatureCoverageLevel.ENTIRE_REVISION,
    }
    _, _, begin, length = (int(number) for number in one.byte_range)
    return _said(
        signed, status, one.signer_cert, trust=bool(roots), whole=covered, end=begin + length
    )


def _said(
    signed: cms.SignedData,
    status: TimestampSignatureStatus,
    certificate: x509.Certificate,
    *,
    trust: bool,
    whole: bool = True,
    end: int = 0,
) -> Stamp:
    said = signed["encap_content_info"]["content"].parsed
    return Stamp(
        at=stamped_at(signed),
        until=certificate.not_valid_after,
        authority=str(certificate.subject.native.get("common_name", "")),
        digest=said["message_imprint"]["hash_algorithm"]["algorithm"].native,
        holds=bool(status.intact and status.valid and whole) and _alive(certificate, signed),
        trusted=bool(status.trusted) if trust else None,
        end=end,
    )


def _alive(certificate: x509.Certificate, signed: cms.SignedData) -> bool:
    begin, end = certificate.not_valid_before, certificate.not_valid_after
    return bool(begin <= stamped_at(signed) <= end)


def stamped_at(signed: cms.SignedData) -> datetime:
    """Return the moment a token names."""
    moment: datetime = signed["encap_content_info"]["content"].parsed["gen_time"].native
    return moment


def context_at(roots: Sequence[x509.Certificate], moment: datetime | None) -> ValidationContext:
    """Return how chains are judged: as of a moment, by what the file brings along."""
    return ValidationContext(
        trust_roots=roots,
        moment=moment,
        allow_fetching=False,
        revocation_mode="soft-fail",
        signature_validator=SuiteValidator(),
    )
