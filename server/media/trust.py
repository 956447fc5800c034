"""TLS between two holders of one secret, without any certificate authority.

Each role's key pair follows from the secret (scrypt, RFC 7914, then HKDF, RFC 5869), so both sides
can compute both certificates. Each shows its own and takes nothing but the other's: who ends the
TLS handshake has proved that he holds the secret, and has proved it to us and in this role alone.
"""

import datetime as dt
import hashlib
import ssl
import tempfile
from typing import Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.x509.oid import NameOID

Role = Literal["app", "worker"]

LEAST_SECRET: Final = 32
_SALT: Final = b"heyi media control 1"
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P, _SCRYPT_BYTES = 1 << 15, 8, 1, 64 << 20
_BEGIN = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_END = dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)  # RFC 5280 4.1.2.5


def trust(secret: str, ours: Role) -> ssl.SSLContext:
    """Return a context that lets through only the other role's holder of `secret`, by TLS 1.3.

    Raise ValueError if the secret is shorter than 32 signs: a worker's certificate is shown to
    everybody who asks, and with it guesses can be checked.
    """
    if len(secret) < LEAST_SECRET:
        raise ValueError(f"a secret of {LEAST_SECRET} signs or more")
    root = _root(secret)
    theirs: Role = "worker" if ours == "app" else "app"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT if ours == "app" else ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=_certificate(_key(root, theirs), theirs).decode())
    _show(context, _key(root, ours), ours)
    return context


def _root(secret: str) -> bytes:
    return hashlib.scrypt(
        secret.encode(), salt=_SALT, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P, maxmem=_SCRYPT_BYTES
    )


def _key(root: bytes, role: Role) -> Ed25519PrivateKey:
    seed = HKDFExpand(hashes.SHA256(), 32, role.encode()).derive(root)
    return Ed25519PrivateKey.from_private_bytes(seed)


def _certificate(key: Ed25519PrivateKey, role: Role) -> bytes:
    """Return the same PEM for the same key, always: Ed25519 (RFC 8032) rolls no dice."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"heyi {role}")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(_BEGIN)
        .not_valid_after(_END)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, None)
    )
    return made.public_bytes(serialization.Encoding.PEM)


def _show(context: ssl.SSLContext, key: Ed25519PrivateKey, role: Role) -> None:
    """Let the context show the certificate; `ssl` reads files alone, so it lies in one briefly."""
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with tempfile.NamedTemporaryFile(prefix="heyi-") as brief:
        brief.write(private + _certificate(key, role))
        brief.flush()
        context.load_cert_chain(brief.name)
