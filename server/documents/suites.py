"""Signature suites: which curve, which digest, which encoding; each signature is of one.

What this server signs with is a setting; what a signature was made with is told by its public
key, so that a record stays checkable when the setting changes. No client chooses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol, Self

from asn1crypto import algos, keys  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
    pkcs12,
)

from server.documents import gm_oids, sm2
from server.documents.libcrypto import ROUNDS, version
from server.domain.suites import P256_SHA256, SM2_SM3

gm_oids.register()

ALGORITHM: Final = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)

PEM: Final = b"-----BEGIN"
"""How a key file of an earlier version begins: an encrypted PKCS#8 (RFC 5958)."""

_KEPT: Final = 16
"""Opened key files that are kept: five signatures and a seal opened the same few nineteen times."""


class PrivateKey(Protocol):
    """A key that signs in this process."""

    @property
    def public(self) -> bytes:
        """The public half as DER SubjectPublicKeyInfo."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the DER signature over `message`."""
        ...

    def closed(self, name: str, passphrase: bytes) -> bytes:
        """Return an encrypted PKCS#12 (RFC 7292) of the key alone, `name` its friendly name."""
        ...


class SignatureSuite(Protocol):
    """One way to sign. Plain and picklable, so that a pool can run it.

    `id` is what is stored with a signature; `digest` and `mechanism` are the names of its
    algorithms in CMS and certificates; `title` is its word in the names of issuers, `prefix`
    stands before the names of its keys.
    """

    @property
    def id(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def mechanism(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def prefix(self) -> str: ...

    def by(self) -> str:
        """Return what computes it here. Raises NoSm2Error where nothing does."""
        ...

    def owns(self, public_key: bytes) -> bool:
        """Return whether a DER SPKI is a key of this suite."""
        ...

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """Return whether the DER signature over `message` fits the DER SPKI."""
        ...

    def made_key(self) -> PrivateKey:
        """Return a fresh key."""
        ...

    def opened_key(self, content: bytes, passphrase: bytes) -> PrivateKey:
        """Return the key in an encrypted PKCS#12 or PEM of PKCS#8; ValueError for all else."""
        ...


@dataclass(frozen=True, slots=True)
class P256Key:
    """PrivateKey: ECDSA on P-256. Signatures are deterministic (RFC 6979)."""

    key: ec.EllipticCurvePrivateKey

    @classmethod
    def made(cls) -> Self:
        """Return a fresh key."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @property
    def public(self) -> bytes:
        """The public half as DER SubjectPublicKeyInfo."""
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message: bytes) -> bytes:
        """Return the DER signature over `message`."""
        return self.key.sign(message, ALGORITHM)

    def closed(self, name: str, passphrase: bytes) -> bytes:
        """Return an encrypted PKCS#12 (RFC 7292) of the key alone, `name` its friendly name."""
        encryption = (
            PrivateFormat.PKCS12.encryption_builder()
            .kdf_rounds(ROUNDS)
            .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
            .hmac_hash(hashes.SHA256())
            .build(passphrase)
        )
        bag = name.encode()
        return pkcs12.serialize_key_and_certificates(bag, self.key, None, None, encryption)


@dataclass(frozen=True, slots=True)
class P256Suite:
    """SignatureSuite: ECDSA on P-256 over SHA-256, which every reader knows."""

    id: str = P256_SHA256
    digest: str = "sha256"
    mechanism: str = "sha256_ecdsa"
    title: str = "P-256"
    prefix: str = ""

    def by(self) -> str:
        return "cryptography"

    def owns(self, public_key: bytes) -> bool:
        try:
            curve = keys.PublicKeyInfo.load(public_key, strict=True).curve
        except (TypeError, ValueError):
            return False
        return tuple(curve) == ("named", "secp256r1")

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        try:
            key = load_der_public_key(public_key)
            if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
                return False
            key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, UnsupportedAlgorithm, ValueError):
            return False
        return True

    def made_key(self) -> PrivateKey:
        return P256Key.made()

    def opened_key(self, content: bytes, passphrase: bytes) -> PrivateKey:
        try:
            key = _opened(content, passphrase)
        except UnsupportedAlgorithm as error:
            raise ValueError("no key on P-256") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise ValueError("no key on P-256")
        return P256Key(key)


@dataclass(frozen=True, slots=True)
class Sm2Suite:
    """SignatureSuite: SM2 over SM3 (GB/T 32918.2), in software.

    It lets others who ask for these algorithms check; it is no certified module (GM/T 0028),
    which an assessment after GM/T 0054 wants.
    """

    id: str = SM2_SM3
    digest: str = gm_oids.DIGEST
    mechanism: str = gm_oids.MECHANISM
    title: str = "SM2"
    prefix: str = "sm2-"

    def by(self) -> str:
        return f"software, {version()}"

    def owns(self, public_key: bytes) -> bool:
        return sm2.owns(public_key)

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        return sm2.verify(public_key, message, signature)

    def made_key(self) -> PrivateKey:
        return sm2.Sm2Key.made()

    def opened_key(self, content: bytes, passphrase: bytes) -> PrivateKey:
        if content.startswith(PEM):
            return sm2.Sm2Key.opened_pem(content, passphrase)
        return sm2.Sm2Key.opened(content, passphrase)


@lru_cache(_KEPT)
def _opened(content: bytes, passphrase: bytes) -> object:
    """Return the key in a file.

    One that was replaced, and whose file is gone, stays in its process until that ends or so many
    others came.
    """
    if content.startswith(PEM):
        return load_pem_private_key(content, password=passphrase)
    return pkcs12.load_key_and_certificates(content, passphrase)[0]


P256, SM2 = P256Suite(), Sm2Suite()
SUITES: Final[Mapping[str, SignatureSuite]] = {one.id: one for one in (P256, SM2)}


def suite_of(public_key: bytes) -> SignatureSuite | None:
    """Return the suite of a DER SPKI, None for a key of none."""
    return next((suite for suite in SUITES.values() if suite.owns(public_key)), None)


def mechanism_of(suite: SignatureSuite) -> algos.SignedDigestAlgorithm:
    """Return its signature algorithm as certificates and CMS name it."""
    return algos.SignedDigestAlgorithm({"algorithm": suite.mechanism})
