"""The committee's own little issuer: server-issued, no licensed authority.

A certificate from here lets any PDF reader check the seal; it is no electronic
certification in the sense of 电子签名法 arts. 16-18, and its names say so. Names stay
ASCII: readers compare them on Unicode 3.2 and reject characters assigned later.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import quote

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.documents.keys import KeyStore, key_name, spki, write_once
from server.domain.errors import InvalidValueError
from server.domain.ids import CommitteeId
from server.ports.documents import KeyRef

ISSUER_YEARS, SEAL_YEARS = 40, 30
YEAR = timedelta(days=365)
SLACK = timedelta(hours=1)
EVENTS = b"events"
UNREADABLE = (UnsupportedAlgorithm, ValueError, x509.InvalidVersion)


def certificates(keys: KeyStore, committee: CommitteeId, at: datetime) -> tuple[bytes, bytes]:
    """Return seal and issuer certificate as PEM, issued at `at` on first use."""
    role = Role(key_name(KeyRef(committee_id=committee)), "COMMITTEE-SEAL")
    return of_role(keys, committee, role, at), issuer(keys, committee, at)


def issuer(keys: KeyStore, committee: CommitteeId, at: datetime) -> bytes:
    """Return the committee's issuer as PEM, self-signed at `at` on first use.

    An earlier `issuer-….crt` of the same key and name stays where it is: it allows no issuer
    of event certificates below it, and the records sealed under it carry it themselves. As
    no two certificates of one issuer may share a serial number (RFC 5280, 4.1.2.2), this
    one's is its own.
    """
    path = keys.file(f"{issuer_name(committee)}-of-events.crt")
    if not path.exists():
        write_once(path, _pem(_issuer(keys.key(issuer_name(committee)), committee, at)))
    return path.read_bytes()


@dataclass(frozen=True, slots=True)
class Role:
    """What a lasting key of the committee is for; its certificate says no more."""

    key: str
    title: str
    stamps: bool = False
    issues: bool = False


def of_role(keys: KeyStore, committee: CommitteeId, role: Role, at: datetime) -> bytes:
    """Return the lasting certificate of one of the committee's keys as PEM."""
    path = keys.file(f"{role.key}.crt")
    if not path.exists():
        issued_from = x509.load_pem_x509_certificate(issuer(keys, committee, at))
        issuer_key = keys.key(issuer_name(committee))
        write_once(path, _pem(_lasting(keys.key(role.key), issuer_key, issued_from, role, at)))
    return path.read_bytes()


def issuer_name(committee: CommitteeId) -> str:
    """Return the name of the issuer's key."""
    return f"issuer-{quote(committee, safe='')}"


def certificate_key(certificate: bytes) -> bytes:
    """Return the DER SPKI of a PEM certificate; InvalidValueError when it is none."""
    try:
        key = x509.load_pem_x509_certificate(certificate).public_key()
    except UNREADABLE as error:
        raise InvalidValueError(field="certificate", reason="not_pem") from error
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def certificate_der(certificate: bytes) -> bytes:
    """Return a PEM certificate as DER; InvalidValueError when it is none."""
    try:
        return x509.load_pem_x509_certificate(certificate).public_bytes(Encoding.DER)
    except UNREADABLE as error:
        raise InvalidValueError(field="certificate", reason="not_pem") from error


def issued_by(certificate: bytes, issuer: bytes) -> bool:
    """Return whether the PEM `issuer` signed the PEM `certificate`."""
    try:
        loaded = x509.load_pem_x509_certificate(certificate)
        loaded.verify_directly_issued_by(x509.load_pem_x509_certificate(issuer))
    except (InvalidSignature, TypeError, *UNREADABLE):
        return False
    return True


def _issuer(key: ec.EllipticCurvePrivateKey, committee: str, at: datetime) -> x509.Certificate:
    name = subject("SERVER-ISSUED ISSUER", committee)
    builder = (
        _builder(key, name, name, at, ISSUER_YEARS)
        .serial_number(serial(spki(key) + EVENTS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(usage(sign_certificates=True), critical=True)
    )
    return builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)


def _lasting(
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    issued_from: x509.Certificate,
    role: Role,
    at: datetime,
) -> x509.Certificate:
    committee = role.key.partition("-")[2]
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = (
        _builder(key, subject(role.title, committee), issued_from.subject, at, SEAL_YEARS)
        .serial_number(serial(spki(key)))
        .add_extension(_constraints(role), critical=True)
        .add_extension(usage(sign_certificates=role.issues), critical=True)
        .add_extension(authority, critical=False)
    )
    if role.stamps:  # RFC 3161, 2.3: this purpose alone, and critical
        only = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(only, critical=True)
    return builder.sign(issuer_key, hashes.SHA256(), ecdsa_deterministic=True)


def _constraints(role: Role) -> x509.BasicConstraints:
    return x509.BasicConstraints(ca=role.issues, path_length=0 if role.issues else None)


def _builder(
    key: ec.EllipticCurvePrivateKey,
    name: x509.Name,
    issuer_subject: x509.Name,
    at: datetime,
    years: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer_subject)
        .public_key(key.public_key())
        .not_valid_before(at - SLACK)
        .not_valid_after(at + years * YEAR)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def serial(unique: bytes) -> int:
    """Return a serial number: positive and unique (RFC 5280, 4.1.2.2), as a digest is."""
    return int.from_bytes(sha256(unique).digest()[:19]) | 1


def subject(role: str, whose: str) -> x509.Name:
    """Return a name of ASCII that says who issued it; `whose` is percent-encoded or plain."""
    common = f"{role} {quote(whose, safe='%')}"[:64]
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "HEYI SERVER-ISSUED, NO LICENSED CA"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def usage(*, sign_certificates: bool) -> x509.KeyUsage:
    """Return what a key may do: issue certificates, or sign and mean it."""
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        content_commitment=not sign_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
