"""What every verifier of a record asks of a seal's certificates, before one is taken.

`verify.sh` runs `openssl verify -x509_strict` (RFC 5280, 4.2.1), and the page knows the algorithms
of web/verifier/src/algorithms.ts and no others. A record under anything else is refused for ever.
"""

from collections.abc import Sequence
from typing import TypeVar

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import SignatureAlgorithmOID as Signs

from server.documents.keys import NoSeal, SealRefusedError

_ECDSA = {Signs.ECDSA_WITH_SHA256, Signs.ECDSA_WITH_SHA384, Signs.ECDSA_WITH_SHA512}
_RSA = {Signs.RSA_WITH_SHA256, Signs.RSA_WITH_SHA384, Signs.RSA_WITH_SHA512}
_CURVES = {"secp256r1", "secp384r1"}
Kind = TypeVar("Kind", bound=x509.ExtensionType)
_STRINGS = {"utf8_string", "printable_string"}


def expect_profile(
    own: x509.Certificate, subject: asn1_x509.Name, chain: Sequence[x509.Certificate]
) -> None:
    """Return if all verifiers take a seal's certificate below its issuers, root last.

    Raises SealRefusedError: `subject`, `issuer`, `identifiers` or `algorithm`.
    """
    _expect_one_name(subject)
    for below, above in zip((own, *chain), chain, strict=False):
        _expect(_is_issuer(above), "issuer", above)
        _expect(_has_identifiers(below, above), "identifiers", below)
        _expect(_checkable(below, above), "algorithm", below)


def _expect(fits: bool, reason: NoSeal, one: x509.Certificate) -> None:  # noqa: FBT001
    if not fits:
        raise SealRefusedError(reason=reason, name=one.subject.rfc4514_string())


def _expect_one_name(subject: asn1_x509.Name) -> None:
    parts = [part for level in subject.chosen for part in level]
    names = [part["value"] for part in parts if part["type"].native == "common_name"]
    if len(names) != 1 or names[0].name not in _STRINGS or not names[0].native.strip():
        raise SealRefusedError(reason="subject")


def _is_issuer(one: x509.Certificate) -> bool:
    limits, usage = _found(one, x509.BasicConstraints), _found(one, x509.KeyUsage)
    if limits is None or usage is None:
        return False
    return limits.critical and limits.value.ca and usage.value.key_cert_sign


def _has_identifiers(below: x509.Certificate, above: x509.Certificate) -> bool:
    named = _found(below, x509.AuthorityKeyIdentifier)
    if named is None or named.critical or named.value.key_identifier is None:
        return False
    return _has_own(above)


def _has_own(one: x509.Certificate) -> bool:
    own = _found(one, x509.SubjectKeyIdentifier)
    return own is not None and not own.critical


def _found(one: x509.Certificate, kind: type[Kind]) -> x509.Extension[Kind] | None:
    try:
        return one.extensions.get_extension_for_class(kind)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return None


def _checkable(below: x509.Certificate, above: x509.Certificate) -> bool:
    key, by = above.public_key(), below.signature_algorithm_oid
    if isinstance(key, ec.EllipticCurvePublicKey):
        return by in _ECDSA and key.curve.name in _CURVES
    return isinstance(key, rsa.RSAPublicKey) and by in _RSA
