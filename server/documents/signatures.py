"""Checks and makes ECDSA P-256 signatures over exact bytes.

Phones sign with WebCrypto, which gives raw r‖s (IEEE P1363); records keep DER
(RFC 3279), which OpenSSL verifies without a program of ours.
"""

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import load_der_public_key

from server.documents.keys import SUITE, KeyProvider, key_name
from server.domain.errors import InvalidValueError
from server.ports.documents import KeyRef, MadeSignature

RAW_LENGTH = 64


def verify_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether `signature` (raw r‖s or DER) over `message` fits the DER SPKI."""
    try:
        key = load_der_public_key(public_key)
        if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
            return False
        key.verify(to_der(signature), message, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, InvalidValueError, UnsupportedAlgorithm, ValueError):
        return False
    return True


def to_der(signature: bytes) -> bytes:
    """Return the signature as DER. Raises InvalidValueError when it is neither form."""
    if len(signature) == RAW_LENGTH:
        half = RAW_LENGTH // 2
        return encode_dss_signature(
            int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
        )
    try:
        decode_dss_signature(signature)
    except ValueError as error:
        raise InvalidValueError(field="signature", reason="not_ecdsa") from error
    return signature


def make_signature(keys: KeyProvider, ref: KeyRef, message: bytes) -> MadeSignature:
    """Return this server's signature over `message`."""
    name = key_name(ref)
    signature = keys.sign(name, message)
    return MadeSignature(suite=SUITE, signature=signature, public_key=keys.public(name))


def server_key(keys: KeyProvider, ref: KeyRef) -> bytes:
    """Return the DER SPKI of a key this server keeps, made on first use."""
    return keys.public(key_name(ref))
