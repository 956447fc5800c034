"""Tells who issued a certificate in the end, from what lies beside it and as of a moment.

Whether that issuer is to be trusted is another question, which only its reader answers.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from server.documents.certificates import UNREADABLE, issued_by

LONGEST = 5
"""Certificates in a chain; more than any authority needs."""


def top_of(
    one: asn1_x509.Certificate, beside: Iterable[asn1_x509.Certificate], moment: datetime
) -> str:
    """Return SHA-256 of the topmost issuer beside `one`; empty where the way up is broken.

    Every step is an authority's (RFC 5280, 4.2.1.9), and every certificate valid at `moment`.
    """
    try:
        here = x509.load_der_x509_certificate(one.dump())
        others = [x509.load_der_x509_certificate(other.dump()) for other in beside]
        return _climb(here, others, moment)
    except UNREADABLE:
        return ""


def _climb(start: x509.Certificate, others: Sequence[x509.Certificate], moment: datetime) -> str:
    here = start
    for _ in range(LONGEST):
        if not here.not_valid_before_utc <= moment <= here.not_valid_after_utc:
            return ""
        if here.issuer == here.subject:
            return _fingerprint(here) if _issued(here, here) else ""
        above = next((o for o in others if o != here and _authority(o) and _issued(here, o)), None)
        if above is None:
            return "" if here is start else _fingerprint(here)
        here = above
    return ""


def _authority(one: x509.Certificate) -> bool:
    try:
        return one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _issued(one: x509.Certificate, issuer: x509.Certificate) -> bool:
    return issued_by(one.public_bytes(Encoding.PEM), issuer.public_bytes(Encoding.PEM))


def _fingerprint(one: x509.Certificate) -> str:
    return sha256(one.public_bytes(Encoding.DER)).hexdigest()
