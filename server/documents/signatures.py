"""Checks and makes signatures over exact bytes, in the suite of their key.

Phones sign with WebCrypto, which gives raw r‖s (IEEE P1363) on P-256 and knows no SM2; records
keep DER (RFC 3279, GM/T 0009), which OpenSSL verifies without a program of ours.
"""

from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from server.documents.keys import KeyProvider
from server.documents.seals import signing_name
from server.documents.suites import P256, SM2, SUITES, SignatureSuite
from server.domain.errors import InvalidValueError
from server.domain.suites import P256_SHA256
from server.ports.documents import KeyRef, MadeSignature

RAW_LENGTH = 64


def verify_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether the signature over `message` fits the DER SPKI, of whatever suite.

    It is DER, on P-256 also raw r‖s. Raises NoSm2Error for a key this machine cannot use.
    """
    if SM2.owns(public_key):
        return SM2.verify(public_key, message, signature)
    return verify_from_phone(public_key, message, signature)


def verify_from_phone(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether it fits a P-256 key: no phone chooses another suite."""
    try:
        return P256.verify(public_key, message, to_der(signature))
    except InvalidValueError:
        return False


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


def make_signature(
    keys: KeyProvider, ref: KeyRef, message: bytes, staff: str = P256_SHA256
) -> MadeSignature:
    """Return this server's signature over `message`; `staff` names the suite of staff."""
    suite = _suite(ref, staff)
    name = signing_name(keys, ref, suite)
    signature = keys.sign(name, message)
    return MadeSignature(suite=suite.id, signature=signature, public_key=keys.public(name))


def server_key(keys: KeyProvider, ref: KeyRef, staff: str = P256_SHA256) -> bytes:
    """Return the DER SPKI of a key this server keeps, made on first use."""
    return keys.public(signing_name(keys, ref, _suite(ref, staff)))


def _suite(ref: KeyRef, staff: str) -> SignatureSuite:
    """Return P-256 for the log and for what a seal signs beside the PDF: all can check that."""
    return P256 if ref.staff_id is None else SUITES[staff]
