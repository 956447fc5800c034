"""Envelope encryption: the KEK wraps one key per case or committee, which encrypts bodies.

AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces; the place a text stands in is
authenticated with it, so that no row passes for another. Keys for wrapping, searching
and hashing are derived from the KEK by HKDF-SHA-256 (RFC 5869), one per purpose.
"""

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.domain.errors import UnreadableError
from server.ports.system import Ids
from server.store.errors import WrongKeyError
from server.store.keys import KEK_BYTES

_TERM_BYTES = 8
_KEY_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an encrypted text stands: moved elsewhere it no longer decrypts."""

    table: str
    id: str
    version: int

    def bound(self) -> bytes:
        """Return the additional authenticated bytes."""
        return f"{self.table}|{self.id}|{self.version}".encode()


class Vault:
    """Encrypts and hashes with keys that follow from the KEK; holds no state besides them."""

    def __init__(self, kek: bytes, ids: Ids) -> None:
        """Derive the working keys. Raises WrongKeyError unless `kek` is 32 bytes."""
        if len(kek) != KEK_BYTES:
            raise WrongKeyError(reason="size")
        self._ids = ids
        self._wrapping = _wrapping(kek)
        self._searching = _derive(kek, b"heyi/search/1")
        self._hashing = _derive(kek, b"heyi/hash/1")

    def new_key(self, owner: str) -> bytes:
        """Return a fresh key for one case or committee, wrapped."""
        return self.wrap(owner, self._ids.bytes(_KEY_BYTES))

    def unwrap(self, owner: str, wrapped: bytes) -> bytes:
        """Return the owner's key itself, to be wrapped by another vault. Raises UnreadableError."""
        return _open(self._wrapping, wrapped, _key_place(owner))

    def wrap(self, owner: str, key: bytes) -> bytes:
        """Return the owner's key wrapped by this one."""
        return self._close(self._wrapping, key, _key_place(owner))

    def name(self, owner: str, wrapped: bytes) -> str:
        """Return what tells the owner's key from any other; it opens nothing."""
        return _derive(self.unwrap(owner, wrapped), b"heyi/name/1").hex()

    def check(self, owner: str, wrapped: bytes) -> None:
        """Raise WrongKeyError when the KEK does not open this wrapped key."""
        try:
            self._cipher(owner, wrapped)
        except UnreadableError as unreadable:
            raise WrongKeyError(reason="mismatch") from unreadable

    def encrypt(self, owner: str, wrapped: bytes, place: Place, text: bytes) -> bytes:
        """Return nonce and ciphertext of `text` under the owner's key."""
        return self._close(self._cipher(owner, wrapped), text, place)

    def decrypt(self, owner: str, wrapped: bytes, place: Place, hidden: bytes) -> bytes:
        """Return the text, or raise UnreadableError when it was changed or moved."""
        return _open(self._cipher(owner, wrapped), hidden, place)

    def term(self, kind: str, scope: str, text: str) -> int:
        """Return the 64-bit search hash of one term; the same name elsewhere differs."""
        said = "\0".join((kind, scope, text)).encode()
        digest = hmac.digest(self._searching, said, "sha256")
        return int.from_bytes(digest[:_TERM_BYTES], signed=True)

    def keyed_hash(self, text: str) -> str:
        """Return HMAC-SHA-256 as 64 hexadecimal digits."""
        return hmac.new(self._hashing, text.encode(), hashlib.sha256).hexdigest()

    def _cipher(self, owner: str, wrapped: bytes) -> AESGCM:
        return AESGCM(self.unwrap(owner, wrapped))

    def _close(self, cipher: AESGCM, text: bytes, place: Place) -> bytes:
        nonce = self._ids.bytes(_NONCE_BYTES)
        return nonce + cipher.encrypt(nonce, text, place.bound())


def opens(kek: bytes, owner: str, wrapped: bytes) -> bool:
    """Return whether this KEK is the one that wrapped the owner's key."""
    try:
        _open(_wrapping(kek), wrapped, _key_place(owner))
    except UnreadableError:
        return False
    return True


def _wrapping(kek: bytes) -> AESGCM:
    return AESGCM(_derive(kek, b"heyi/wrap/1"))


def _key_place(owner: str) -> Place:
    return Place(table="keys", id=owner, version=1)


def _open(cipher: AESGCM, hidden: bytes, place: Place) -> bytes:
    try:
        return cipher.decrypt(hidden[:_NONCE_BYTES], hidden[_NONCE_BYTES:], place.bound())
    except (InvalidTag, ValueError) as refused:
        raise UnreadableError(table=place.table, id=place.id) from refused


def _derive(kek: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=purpose).derive(kek)
