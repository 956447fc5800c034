"""Keeps this server's signing keys as encrypted files.

P-256 private keys (RFC 5915) as encrypted PKCS#8; each file's passphrase is HKDF-SHA-256
of the master secret and the file's name, so a stolen folder alone opens nothing.
Signatures are deterministic (RFC 6979): doing an interrupted job again changes no byte.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from server.documents.private_files import replace_private, write_once
from server.domain.errors import DomainError

_ALGORITHM = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


class KeyUnreadableError(DomainError):
    """A key file does not open with this master secret; `facts["key"]` names it."""

    code = "key_unreadable"


@dataclass(frozen=True, slots=True)
class FileKeys:
    """KeyProvider: the key folder and the secret that opens its files."""

    folder: Path
    master: bytes

    def sign(self, name: str, message: bytes) -> bytes:
        """Return the signature; the same for the same bytes. Raises KeyUnreadableError."""
        return self._key(name).sign(message, _ALGORITHM)

    def public(self, name: str) -> bytes:
        """Return the public half as DER. Raises KeyUnreadableError."""
        return spki(self._key(name))

    def companion(self, file: str, make: Callable[[], bytes]) -> bytes:
        """Return the content of a file beside the keys."""
        path = self.folder / file
        if not path.exists():
            write_once(path, make())
        return path.read_bytes()

    def rekey(self, other: "FileKeys") -> int:
        """Encrypt every key file for another master secret; return how many were not yet.

        Begun and killed, it goes on where it was: each file opens with one secret or the
        other. Raises KeyUnreadableError, and changes nothing more, where neither opens one.
        """
        done = 0
        for path in sorted(self.folder.glob("*.key")):
            content, name = path.read_bytes(), path.stem
            if not other.opens(content, name):
                replace_private(path, other.closed(self.opened(content, name), name))
                done += 1
        return done

    def opens(self, content: bytes, name: str) -> bool:
        """Return whether this master secret opens a key file's content."""
        try:
            self.opened(content, name)
        except KeyUnreadableError:
            return False
        return True

    def closed(self, key: ec.EllipticCurvePrivateKey, name: str) -> bytes:
        """Return the content of the key's file."""
        encryption = BestAvailableEncryption(self._passphrase(name))
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)

    def opened(self, pem: bytes, name: str) -> ec.EllipticCurvePrivateKey:
        """Return the key in a file's content. Raises KeyUnreadableError."""
        try:
            key = load_pem_private_key(pem, password=self._passphrase(name))
        except ValueError as error:
            raise KeyUnreadableError(key=name) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise KeyUnreadableError(key=name)
        return key

    def _key(self, name: str) -> ec.EllipticCurvePrivateKey:
        path = self.folder / f"{name}.key"
        if not path.exists():
            write_once(path, self.closed(ec.generate_private_key(ec.SECP256R1()), name))
        return self.opened(path.read_bytes(), name)

    def _passphrase(self, name: str) -> bytes:
        derive = HKDF(hashes.SHA256(), 32, salt=None, info=b"heyi key file " + name.encode())
        return derive.derive(self.master).hex().encode()


def spki(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the public half as DER SubjectPublicKeyInfo."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
