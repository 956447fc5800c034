"""Issues the certificate of one single signing: 24 hours, for the key that is to sign.

It binds that key to the statement signed with it before, by SHA-256 in an extension of
our own. It is a server-issued event certificate and no electronic certification in the
sense of 电子签名法 arts. 16-18. It names a role and a pseudonym, never a person: the name
stands in the statement, and readers of certificates choke on rare characters.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import quote
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key

from server.documents.certificates import (
    ISSUER_YEARS,
    SLACK,
    YEAR,
    Role,
    issuer,
    issuer_name,
    of_role,
    serial,
    subject,
    usage,
)
from server.documents.keys import KeyStore, write_once
from server.domain.errors import InvalidValueError
from server.domain.ids import CommitteeId

STATEMENT = x509.ObjectIdentifier("2.25.147695838549358324613260014637242023729")
"""Extension: SHA-256 of the signed consent statement as a DER OCTET STRING (X.667 arc)."""

LIFE = timedelta(hours=24)
_OCTETS = bytes([4, 32])


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRequest:
    """Whose key, in which role, for which statement (SHA-256, hexadecimal)."""

    committee_id: CommitteeId
    role: str
    pseudonym: str
    public_key: bytes
    statement_sha256: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A certificate and its issuers as PEM, lists of the revoked (RFC 5280, 5) as DER."""

    certificate: bytes
    chain: tuple[bytes, ...]
    revoked: tuple[bytes, ...] = ()


class CertificateIssuer(Protocol):
    """Issues event certificates. Plain and picklable, so that a pool can run it."""

    def issue(self, request: EventRequest) -> Issued:
        """Return the certificate for exactly this key and statement."""
        ...

    def revoked(
        self, committee: CommitteeId, certificate: bytes, at: datetime
    ) -> tuple[bytes, ...]:
        """Return the lists that say of a certificate (PEM) and its issuers what holds at `at`.

        It is asked once the time stamp is there: of a certificate that has expired since,
        only a younger list proves anything (ETSI EN 319 102-1, 5.6.2.2).
        """
        ...


@dataclass(frozen=True, slots=True)
class LocalIssuer:
    """CertificateIssuer: the committee's own, below the issuer that readers may trust."""

    keys: KeyStore

    def issue(self, request: EventRequest) -> Issued:
        key = load_der_public_key(request.public_key)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise InvalidValueError(field="public_key", reason="not_p256")
        role = _role(request.committee_id)
        events = of_role(self.keys, request.committee_id, role, request.at)
        made = _event(self.keys.key(role.key), events, request, key)
        top = issuer(self.keys, request.committee_id, request.at)
        return Issued(certificate=made.public_bytes(Encoding.PEM), chain=(events, top))

    def revoked(
        self, committee: CommitteeId, certificate: bytes, at: datetime
    ) -> tuple[bytes, ...]:
        role = _role(committee)
        events = of_role(self.keys, committee, role, at)
        own = _own_list(self.keys.key(role.key), events, certificate, at)
        return own, _lasting_list(self.keys, committee, at)


def lasting(keys: KeyStore, committee: CommitteeId, role: Role, at: datetime) -> Issued:
    """Return a lasting certificate of the committee in the same form."""
    return Issued(
        certificate=of_role(keys, committee, role, at),
        chain=(issuer(keys, committee, at),),
        revoked=(_lasting_list(keys, committee, at),),
    )


def _role(committee: CommitteeId) -> Role:
    return Role(f"events-{quote(committee, safe='')}", "EVENT-ISSUER", issues=True)


def _event(
    issuer_key: ec.EllipticCurvePrivateKey,
    issuer_pem: bytes,
    request: EventRequest,
    key: ec.EllipticCurvePublicKey,
) -> x509.Certificate:
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    digest = bytes.fromhex(request.statement_sha256)
    number = serial(request.public_key + digest + request.at.isoformat().encode())
    place = x509.DistributionPoint(
        full_name=[_place(number)], relative_name=None, reasons=None, crl_issuer=None
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject(request.role.upper(), request.pseudonym))
        .issuer_name(x509.load_pem_x509_certificate(issuer_pem).subject)
        .public_key(key)
        .serial_number(number)
        .not_valid_before(request.at - SLACK)
        .not_valid_after(request.at + LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(sign_certificates=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(authority, critical=False)
        .add_extension(x509.CRLDistributionPoints([place]), critical=False)
        .add_extension(x509.UnrecognizedExtension(STATEMENT, _OCTETS + digest), critical=False)
    )
    return builder.sign(issuer_key, hashes.SHA256(), ecdsa_deterministic=True)


def _own_list(
    key: ec.EllipticCurvePrivateKey, issuer_pem: bytes, certificate: bytes, at: datetime
) -> bytes:
    """Return the empty list for one certificate alone, for an hour: less than that lives.

    A list for all of them would be read as of its newest issue, when the certificate of
    somebody who signed days before has expired.
    """
    number = x509.load_pem_x509_certificate(certificate).serial_number
    scope = x509.IssuingDistributionPoint(
        full_name=[_place(number)],
        relative_name=None,
        only_contains_user_certs=False,
        only_contains_ca_certs=False,
        only_some_reasons=None,
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )
    builder = _list(key, issuer_pem, at, at + SLACK).add_extension(scope, critical=True)
    made = builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    return made.public_bytes(Encoding.DER)


def _place(number: int) -> x509.UniformResourceIdentifier:
    """Name the list of one certificate. It is nowhere to be fetched: it lies in the PDF."""
    return x509.UniformResourceIdentifier(UUID(int=number % (1 << 128)).urn)


def _lasting_list(keys: KeyStore, committee: CommitteeId, at: datetime) -> bytes:
    """Return the upper issuer's list, empty: made once, and valid as long as the issuer.

    It lies in each PDF, so that nobody need ask this server in ten years. A lasting key
    that must be withdrawn takes a new issuer (RFC 5280, 5).
    """
    name = issuer_name(committee)
    path = keys.file(f"{name}.crl")
    if not path.exists():
        key, pem = keys.key(name), issuer(keys, committee, at)
        builder = _list(key, pem, at - SLACK, at + ISSUER_YEARS * YEAR)
        made = builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)
        write_once(path, made.public_bytes(Encoding.DER))
    return path.read_bytes()


def _list(
    key: ec.EllipticCurvePrivateKey, issuer_pem: bytes, begin: datetime, until: datetime
) -> x509.CertificateRevocationListBuilder:
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(x509.load_pem_x509_certificate(issuer_pem).subject)
        .last_update(begin)
        .next_update(until)
        .add_extension(x509.CRLNumber(int(begin.timestamp())), critical=False)
        .add_extension(authority, critical=False)
    )
