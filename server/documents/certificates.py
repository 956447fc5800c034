"""The committee's own little issuer: server-issued, no licensed authority.

A certificate from here lets any PDF reader check the seal; it is no electronic
certification in the sense of 电子签名法 arts. 16-18, and its names say so.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from urllib.parse import quote

from asn1crypto import pem, x509  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import Certificate, InvalidVersion, load_pem_x509_certificate

from server.documents.issuing import (
    Issuing,
    authority,
    constraints,
    extension,
    identifier,
    own_list_at,
    serial,
    subject,
    usage,
)
from server.documents.keys import KeyProvider, key_name
from server.documents.suites import P256, SM2, SignatureSuite
from server.domain.errors import InvalidValueError
from server.domain.ids import CommitteeId
from server.ports.documents import KeyRef

log = logging.getLogger(__name__)

ISSUER_YEARS, SEAL_YEARS = 40, 30
YEAR = timedelta(days=365)
SLACK = timedelta(hours=1)
EVENTS = b"events"
SEAL_TITLE = "COMMITTEE-SEAL"
NOT_BEGUN = (
    "the certificate keys/%s begins at %s, and it is %s: nothing can be signed with it. If the "
    "clock is behind, set it. If it was ahead when the certificate was made, see "
    "docs/deploy/README.md, 'When the clock was wrong'"
)
_KEPT = 64
"""Certificates whose DER is kept: one signature asks for those of its chain thirty times."""

UNREADABLE = (TypeError, UnsupportedAlgorithm, ValueError, InvalidVersion)
"""What `cryptography` raises on a certificate that is none, or is of another kind."""


def certificates(keys: KeyProvider, committee: CommitteeId, at: datetime) -> tuple[bytes, bytes]:
    """Return seal and issuer certificate as PEM, issued at `at` on first use."""
    return of_role(keys, committee, seal_role(committee), at), issuer(keys, committee, at)


def issuer(keys: KeyProvider, committee: CommitteeId, at: datetime) -> bytes:
    """Return the committee's issuer as PEM, self-signed at `at` on first use.

    An earlier `issuer-….crt` of the same key and name stays where it is: it allows no issuer
    of event certificates below it, and the records sealed under it carry it themselves. As
    no two certificates of one issuer may share a serial number (RFC 5280, 4.1.2.2), this
    one's is its own.
    """
    file = f"{issuer_name(committee)}-of-events.crt"
    return _begun(file, keys.companion(file, partial(_issuer, keys, committee, at)), at)


@dataclass(frozen=True, slots=True)
class Role:
    """What a lasting key of the committee is for; its certificate says no more.

    `above` issues the certificate, the committee's issuer where it is None.
    """

    key: str
    title: str
    stamps: bool = False
    issues: bool = False
    above: "Role | None" = None
    years: int = SEAL_YEARS


def seal_role(committee: CommitteeId, suite: SignatureSuite = P256) -> Role:
    """Return the committee's seal; P-256's stands right below the issuer, others below their own.

    One committee has one issuer to compare the fingerprint of, and yet a chain in one suite
    for whoever takes the issuer between for the anchor.
    """
    key = key_name(KeyRef(committee_id=committee), suite)
    if suite is P256:
        return Role(key, SEAL_TITLE)
    between = f"{suite.prefix}{issuer_name(committee)}"
    return Role(key, SEAL_TITLE, above=Role(between, f"{suite.title} ISSUER", issues=True))


def of_role(keys: KeyProvider, committee: CommitteeId, role: Role, at: datetime) -> bytes:
    """Return the lasting certificate of one of the committee's keys as PEM."""
    file = f"{role.key}.crt"
    return _begun(file, keys.companion(file, partial(_lasting, keys, committee, role, at)), at)


def _begun(file: str, certificate: bytes, at: datetime) -> bytes:
    """Return a kept certificate; the log says so where it is not valid yet.

    It is not made anew: whether the clock was ahead then or is behind now nobody here can
    tell, and a new issuer would be another one than all have compared.
    """
    begin: datetime = issued_from(certificate).not_valid_before
    if begin > at:
        log.error(NOT_BEGUN, file, begin.isoformat(), at.isoformat())
    return certificate


def issuer_of(keys: KeyProvider, committee: CommitteeId, role: Role, at: datetime) -> bytes:
    """Return the certificate that a role's is issued from as PEM."""
    if role.above is None:
        return issuer(keys, committee, at)
    return of_role(keys, committee, role.above, at)


def issuer_name(committee: CommitteeId) -> str:
    """Return the name of the issuer's key."""
    return f"issuer-{quote(committee, safe='')}"


def certificate_key(certificate: bytes) -> bytes:
    """Return the DER SPKI of a PEM certificate; InvalidValueError when it is none."""
    key: bytes = issued_from(certificate).public_key.dump()
    if SM2.owns(key):
        return key
    try:
        loaded = _loaded(certificate).public_key()
    except UNREADABLE as error:
        raise InvalidValueError(field="certificate", reason="not_pem") from error
    return loaded.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _loaded(certificate: bytes) -> Certificate:
    """Return a PEM certificate; raises one of UNREADABLE."""
    _, _, der = pem.unarmor(certificate)
    if x509.Certificate.load(der).serial_number <= 0:
        # RFC 5280, 4.1.2.2; cryptography only warns of it as yet.
        raise ValueError("serial number")
    return load_pem_x509_certificate(certificate)


@lru_cache(_KEPT)
def certificate_der(certificate: bytes) -> bytes:
    """Return a PEM certificate as DER; InvalidValueError when it is none."""
    try:
        return _loaded(certificate).public_bytes(Encoding.DER)
    except UNREADABLE as error:
        raise InvalidValueError(field="certificate", reason="not_pem") from error


def issued_from(certificate: bytes) -> x509.Certificate:
    """Return this server's own PEM certificate as what others are issued from."""
    return x509.Certificate.load(certificate_der(certificate))


def issued_by(certificate: bytes, issuer: bytes) -> bool:
    """Return whether the PEM `issuer` signed the PEM `certificate`."""
    try:
        loaded, above = _loaded(certificate), _loaded(issuer)
        if SM2.owns(certificate_key(issuer)):
            return loaded.issuer == above.subject and _sm2_signed(certificate, issuer)
        loaded.verify_directly_issued_by(above)
    except (InvalidSignature, InvalidValueError, *UNREADABLE):
        return False
    return True


def _sm2_signed(certificate: bytes, issuer: bytes) -> bool:
    found = issued_from(certificate)
    named = found["signature_algorithm"], found["tbs_certificate"]["signature"]
    if {one["algorithm"].native for one in named} != {SM2.mechanism}:
        return False
    signed = found["tbs_certificate"].dump(), found["signature_value"].native
    return SM2.verify(certificate_key(issuer), *signed)


def _issuer(keys: KeyProvider, committee: CommitteeId, at: datetime) -> bytes:
    key, name = issuer_name(committee), subject("SERVER-ISSUED ISSUER", committee)
    issuing = Issuing(keys=keys, key=key, name=name, begin=at - SLACK, end=at + ISSUER_YEARS * YEAR)
    own = keys.public(key)
    extensions = [
        extension("key_identifier", identifier(own)),
        constraints(issues=True, below=1),
        usage(issues=True),
    ]
    return issuing.certificate(_number(own + EVENTS, at), name, own, extensions)


def _number(key: bytes, at: datetime) -> int:
    """Return a serial number: a key that is certified anew gets another (RFC 5280, 4.1.2.2)."""
    return serial(key + at.isoformat().encode())


def _lasting(keys: KeyProvider, committee: CommitteeId, role: Role, at: datetime) -> bytes:
    above = issued_from(issuer_of(keys, committee, role, at))
    issuing = Issuing(
        keys=keys,
        key=role.above.key if role.above else issuer_name(committee),
        name=above.subject,
        begin=at - SLACK,
        end=min(at + role.years * YEAR, above.not_valid_after),
    )
    own = keys.public(role.key)
    number = _number(own, at)
    extensions = [
        extension("key_identifier", identifier(own)),
        constraints(issues=role.issues, below=0 if role.issues else None),
        usage(issues=role.issues),
        extension("authority_key_identifier", authority(above.public_key.dump())),
    ]
    if role.stamps:  # RFC 3161, 2.3: this purpose alone, and critical
        only = x509.ExtKeyUsageSyntax(["time_stamping"])
        extensions.append(extension("extended_key_usage", only, critical=True))
        extensions.append(own_list_at(number))
    called = subject(role.title, quote(committee, safe=""))
    return issuing.certificate(number, called, own, extensions)
