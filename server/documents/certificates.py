"""The committee's own little issuer: server-issued, no licensed authority.

A certificate from here lets any PDF reader check the seal; it is no electronic
certification in the sense of 电子签名法 arts. 16-18, and its names say so. Names stay
ASCII: readers compare them on Unicode 3.2 and reject characters assigned later.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import quote

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from server.documents.keys import KeyStore, key_name, spki, write_once
from server.domain.errors import InvalidValueError
from server.domain.ids import CommitteeId
from server.ports.documents import KeyRef

ISSUER_YEARS, SEAL_YEARS = 40, 30
YEAR = timedelta(days=365)
SLACK = timedelta(hours=1)
UNREADABLE = (UnsupportedAlgorithm, ValueError, x509.InvalidVersion)


def certificates(keys: KeyStore, committee: CommitteeId, at: datetime) -> tuple[bytes, bytes]:
    """Return seal and issuer certificate as PEM, issued at `at` on first use."""
    issuer_name = f"issuer-{quote(committee, safe='')}"
    seal_name = key_name(KeyRef(committee_id=committee))
    issuer_path, seal_path = keys.file(f"{issuer_name}.crt"), keys.file(f"{seal_name}.crt")
    if not issuer_path.exists():
        write_once(issuer_path, _pem(_issuer(keys.key(issuer_name), committee, at)))
    issuer = x509.load_pem_x509_certificate(issuer_path.read_bytes())
    if not seal_path.exists():
        made = _seal(keys.key(seal_name), keys.key(issuer_name), issuer, committee, at)
        write_once(seal_path, _pem(made))
    return seal_path.read_bytes(), issuer_path.read_bytes()


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
    name = _name("SERVER-ISSUED ISSUER", committee)
    builder = (
        _builder(key, name, name, at, ISSUER_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
    )
    return builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)


def _seal(
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate,
    committee: str,
    at: datetime,
) -> x509.Certificate:
    name = _name("COMMITTEE-SEAL", committee)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = (
        _builder(key, name, issuer.subject, at, SEAL_YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(authority, critical=False)
    )
    return builder.sign(issuer_key, hashes.SHA256(), ecdsa_deterministic=True)


def _builder(
    key: ec.EllipticCurvePrivateKey,
    subject: x509.Name,
    issuer: x509.Name,
    at: datetime,
    years: int,
) -> x509.CertificateBuilder:
    # RFC 5280, 4.1.2.2: positive and unique; the key's own digest is both.
    serial = int.from_bytes(sha256(spki(key)).digest()[:19]) | 1
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(at - SLACK)
        .not_valid_after(at + years * YEAR)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(role: str, committee: str) -> x509.Name:
    common = f"{role} {quote(committee, safe='')}"[:64]
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "HEYI SERVER-ISSUED, NO LICENSED CA"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
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
