"""Keeps this server's signing keys as encrypted files.

Each is an encrypted PKCS#12 (RFC 7292) of one private key; its passphrase is HKDF-SHA-256 of the
master secret and the file's name, so a stolen folder alone opens nothing. Files of an earlier
version are PKCS#8 and open too. P-256 signatures are deterministic (RFC 6979); nothing relies
on that, as other keys' are not.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.documents.keys import KeysUnavailableError, suite_named
from server.documents.private_files import content_of, kept, replace_private, write_once
from server.documents.suites import P256Key, PrivateKey
from server.domain.errors import DomainError


class KeyUnreadableError(DomainError):
    """A key file does not open with this master secret; `facts["key"]` names it."""

    code = "key_unreadable"
    machine = True
    for_operator = True


@dataclass(frozen=True, slots=True)
class FileKeys:
    """KeyProvider: the key folder and the secret that opens its files."""

    folder: Path
    master: bytes = field(repr=False)

    def sign(self, name: str, message: bytes) -> bytes:
        """Return the signature. Raises KeyUnreadableError, NoSm2Error."""
        return self._key(name).sign(message)

    def public(self, name: str) -> bytes:
        """Return the public half as DER. Raises KeyUnreadableError, NoSm2Error."""
        return self._key(name).public

    def companion(self, file: str, make: Callable[[], bytes]) -> bytes:
        """Return the content of a file beside the keys."""
        return kept(self.folder / file, make)

    def beside(self, file: str) -> bytes | None:
        """Return the content of a file beside the keys, if it is there."""
        return content_of(self.folder / file)

    def take(self, name: str, key: P256Key) -> None:
        """Keep a key made elsewhere; nothing happens where the name has its key."""
        write_once(self.folder / f"{name}.key", self.closed(key, name))

    def expect_all(self) -> int:
        """Open every key file and return how many there are. Raises KeyUnreadableError."""
        found = sorted(self.folder.glob("*.key"))
        for path in found:
            self.opened(path.read_bytes(), path.stem)
        return len(found)

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

    def closed(self, key: PrivateKey, name: str) -> bytes:
        """Return the content of the key's file."""
        return key.closed(name, self._passphrase(name))

    def opened(self, content: bytes, name: str) -> PrivateKey:
        """Return the key in a file's content. Raises KeyUnreadableError."""
        try:
            return suite_named(name).opened_key(content, self._passphrase(name))
        except ValueError as error:
            raise KeyUnreadableError(key=name) from error

    def _key(self, name: str) -> PrivateKey:
        path = self.folder / f"{name}.key"
        # Looked for first: another process may just be making the one and then the other.
        certified = (self.folder / f"{name}.crt").exists()
        if not path.exists():
            if any(self.folder.glob("*.pub")):  # pages of a token, which has this server's keys
                raise KeysUnavailableError(reason="in_token")
            if certified:  # it is of a key that was lost, not of a new one
                raise KeyUnreadableError(key=name)
            write_once(path, self.closed(suite_named(name).made_key(), name))
        return self.opened(path.read_bytes(), name)

    def _passphrase(self, name: str) -> bytes:
        derive = HKDF(hashes.SHA256(), 32, salt=None, info=b"heyi key file " + name.encode())
        return derive.derive(self.master).hex().encode()


def spki(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the public half as DER SubjectPublicKeyInfo."""
    return P256Key(key).public
