"""Keeps this server's signing keys: encrypted files, made on first use.

P-256 private keys (RFC 5915) as encrypted PKCS#8; each file's passphrase is HKDF-SHA-256
of the master secret and the file's name, so a stolen folder alone opens nothing.
Signatures are deterministic (RFC 6979): doing an interrupted job again changes no byte.
"""

import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

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

from server.domain.errors import DomainError
from server.ports.documents import KeyRef
from server.ports.store import DiskFullError

SUITE = "p256-sha256"
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
ALGORITHM = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


class KeyUnreadableError(DomainError):
    """A key file does not open with this master secret; `facts["key"]` names it."""

    code = "key_unreadable"


@dataclass(frozen=True, slots=True)
class KeyStore:
    """The key folder and the secret that opens it. Picklable, for the pool."""

    folder: Path
    master: bytes

    def key(self, name: str) -> ec.EllipticCurvePrivateKey:
        """Return the key called `name`, making it if there is none yet."""
        path = self.folder / f"{name}.key"
        if not path.exists():
            write_once(path, self._made(name))
        return self.opened(path.read_bytes(), name)

    def file(self, name: str) -> Path:
        """Return where a public companion of the keys lies, such as a certificate."""
        return self.folder / name

    def rekey(self, other: "KeyStore") -> int:
        """Encrypt every key file for another master secret; return how many were not yet.

        Begun and killed, it goes on where it was: each file opens with one secret or the
        other. Raises KeyUnreadableError, and changes nothing more, where neither opens one.
        """
        done = 0
        for path in sorted(self.folder.glob("*.key")):
            content, name = path.read_bytes(), path.stem
            if not other.opens(content, name):
                _replace(path, other.closed(self.opened(content, name), name))
                done += 1
        return done

    def opens(self, content: bytes, name: str) -> bool:
        """Return whether this master secret opens a key file's content."""
        try:
            self.opened(content, name)
        except KeyUnreadableError:
            return False
        return True

    def _made(self, name: str) -> bytes:
        return self.closed(ec.generate_private_key(ec.SECP256R1()), name)

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

    def _passphrase(self, name: str) -> bytes:
        derive = HKDF(hashes.SHA256(), 32, salt=None, info=b"heyi key file " + name.encode())
        return derive.derive(self.master).hex().encode()


def key_name(ref: KeyRef) -> str:
    """Return the file name of a key: a committee's seal, a member of staff's own, the log's."""
    if ref.committee_id is None:
        return "log"
    if ref.staff_id is None:
        return f"seal-{quote(ref.committee_id, safe='')}"
    return f"staff-{quote(ref.staff_id, safe='')}"


def spki(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the public half as DER SubjectPublicKeyInfo."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def write_once(path: Path, content: bytes) -> None:
    """Write a private file unless another process was first; survives a crash whole.

    Raises DiskFullError when there is no room; nothing of it stays.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = _part(path, content)
    with suppress(FileExistsError):  # the first writer's key is the one that counts
        path.hardlink_to(part)
    part.unlink()
    sync_folder(path.parent)


def _replace(path: Path, content: bytes) -> None:
    """Put new bytes in a private file's place, in one step that survives a crash."""
    _part(path, content).replace(path)
    sync_folder(path.parent)


def _part(path: Path, content: bytes) -> Path:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("wb") as out:
            os.fchmod(out.fileno(), 0o600)
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno in NO_ROOM:
            raise DiskFullError from error
        raise
    return part


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
