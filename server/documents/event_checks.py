"""Looks at a certificate for one signing before anything is signed with it.

What a verifier will refuse is refused here: once the record is sealed, nothing can be mended.
"""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

import logging
from collections.abc import Sequence
from datetime import datetime

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]
from cryptography import x509
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.errors import PathError, ValidationError

from server.documents.certificates import UNREADABLE, certificate_der, certificate_key
from server.documents.issuer import LIFE, STATEMENT, EventRequest, Issued
from server.documents.issuers import top_of
from server.documents.stamp_facts import context_at
from server.documents.to_end import to_end
from server.domain.errors import DomainError

OCTETS = b"\x04\x20"
"""How a DER OCTET STRING of 32 bytes begins (X.690, 8.7)."""

WORDS = {
    "command": "HEYI_CERTIFICATE_COMMAND could not be run, failed, or said no JSON",
    "answer": "what it answered lacks what was asked for",
    "certificate": "the certificate or one of its chain cannot be read",
    "other_key": "the certificate is for another key",
    "other_statement": f"its extension {STATEMENT.dotted_string} is not there, or is not exactly "
    "a DER OCTET STRING (04 20 and the 32 bytes) of the statement's SHA-256",
    "not_valid": "the certificate or one of its chain is not valid at the moment of signing: let "
    "it begin some minutes earlier, or set whichever clock is wrong",
    "too_long": "the certificate lives longer than 24 hours, from its begin to its end: it is for "
    "one signing alone",
    "chain": "the chain leads from the certificate to no root, to none that "
    "HEYI_CERTIFICATE_TRUST names, or is not for signing (non-repudiation)",
}
"""Why a certificate was not taken, in the operator's words."""

log = logging.getLogger(__name__)


class NoCertificateError(DomainError):
    """The issuer gave no certificate that could be used; nothing was signed.

    `facts["reason"]` is one of WORDS; the log says it in words.
    """

    code = "no_certificate"
    machine = True


def refused(reason: str) -> NoCertificateError:
    """Return the refusal, and say in the log what the operator has to mend."""
    log.error("a certificate was refused, nothing was signed: %s", WORDS[reason])
    return NoCertificateError(reason=reason)


def expect_as_asked(issued: Issued, request: EventRequest, roots: Sequence[bytes]) -> None:
    """Return if a certificate is what was asked for and can be trusted; NoCertificateError.

    `roots` (PEM) are those it must lead to; with none, to any that its chain brings along.
    """
    try:
        found = _statement(issued.certificate)
        own, *chain = (_read(one) for one in (issued.certificate, *issued.chain))
        key = certificate_key(issued.certificate)
    except (DomainError, x509.DuplicateExtension, *UNREADABLE) as error:
        raise refused("certificate") from error
    if key != request.public_key:
        raise refused("other_key")
    if found != OCTETS + bytes.fromhex(request.statement_sha256):
        raise refused("other_statement")
    expect_valid((own, *chain), request.at)
    if own.not_valid_after - own.not_valid_before > LIFE:
        raise refused("too_long")
    if not _leads(own, chain, [_read(one) for one in roots], request.at):
        raise refused("chain")


def expect_valid(each: Sequence[asn1_x509.Certificate], moment: datetime) -> None:
    """Return if every certificate is valid at that moment; NoCertificateError.

    A verifier judges a signature as of its time stamp, at which its certificate has to be valid.
    """
    if not all(one.not_valid_before <= moment <= one.not_valid_after for one in each):
        raise refused("not_valid")


def expect_begun(each: Sequence[asn1_x509.Certificate], moment: datetime) -> None:
    """Return if every lasting certificate has begun by then; NoCertificateError.

    The clock is put right and the same tried again. What has ended never comes back: a seal
    that waits would wait for ever.
    """
    if any(moment < one.not_valid_before for one in each):
        raise refused("not_valid")


def _read(pem: bytes) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate_der(pem))


def _statement(certificate: bytes) -> bytes:
    """Return what the extension holds; empty where it is missing."""
    made = x509.load_pem_x509_certificate(certificate)
    try:
        found = made.extensions.get_extension_for_oid(STATEMENT).value
    except x509.ExtensionNotFound:
        return b""
    return found.value if isinstance(found, x509.UnrecognizedExtension) else b""


def _leads(
    own: asn1_x509.Certificate,
    chain: Sequence[asn1_x509.Certificate],
    roots: Sequence[asn1_x509.Certificate],
    moment: datetime,
) -> bool:
    """Return whether `inspect` will trust the certificate, as far as that can be known here."""
    if not roots and top_of(own, chain, moment) == "":
        return False
    context = context_at(roots or chain, moment)
    judged = CertificateValidator(own, intermediate_certs=chain, validation_context=context)
    try:
        to_end(judged.async_validate_usage({"non_repudiation"}))
    except (PathError, ValidationError, ValueError, TypeError):
        return False
    return True
