"""Envelope encryption: the KEK wraps one key per case or committee, which encrypts bodies.

That key wraps those of the case's files, so that a new KEK concerns no file.

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
_ID_BYTES = 8
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


@dataclass(frozen=True, slots=True)
class Wrapped:
    """An owner's key as it is stored, and the one that wraps it: another, or else the KEK."""

    owner: str
    key: bytes
    under: "Wrapped | None" = None


class Vault:
    """Encrypts and hashes with keys that follow from the KEK; holds no state besides them."""

    def __init__(self, kek: bytes, ids: Ids) -> None:
        """Derive the working keys. Raises WrongKeyError unless `kek` is 32 bytes."""
        if len(kek) != KEK_BYTES:
            raise WrongKeyError(reason="size")
        self._ids = ids
        self._wrapping = _wrapping(kek)
        self.kek_id = _derive(kek, b"heyi/id/1")[:_ID_BYTES].hex()
        self._searching = _derive(kek, b"heyi/search/1")
        self._hashing = _derive(kek, b"heyi/hash/1")

    def new_key(self, owner: str, under: Wrapped | None = None) -> Wrapped:
        """Return a fresh key for one case, committee or file."""
        return self.wrap(owner, self._ids.bytes(_KEY_BYTES), under)

    def unwrap(self, key: Wrapped) -> bytes:
        """Return the key itself, to be wrapped in another way. Raises UnreadableError."""
        return _open(self._wrapper(key.under), key.key, _key_place(key.owner))

    def wrap(self, owner: str, key: bytes, under: Wrapped | None = None) -> Wrapped:
        """Return the owner's key wrapped by another, or else by the KEK."""
        return Wrapped(owner, self._close(self._wrapper(under), key, _key_place(owner)), under)

    def name(self, key: Wrapped) -> str:
        """Return what tells the key from any other; it opens nothing."""
        return _derive(self.unwrap(key), b"heyi/name/1").hex()

    def check(self, key: Wrapped) -> None:
        """Raise WrongKeyError when the KEK does not open this wrapped key."""
        try:
            self.unwrap(key)
        except UnreadableError as unreadable:
            raise WrongKeyError(reason="mismatch") from unreadable

    def encrypt(self, key: Wrapped, place: Place, text: bytes) -> bytes:
        """Return nonce and ciphertext of `text` under this key."""
        return self._close(AESGCM(self.unwrap(key)), text, place)

    def decrypt(self, key: Wrapped, place: Place, hidden: bytes) -> bytes:
        """Return the text, or raise UnreadableError when it was changed or moved."""
        return _open(AESGCM(self.unwrap(key)), hidden, place)

    def term(self, kind: str, scope: str, text: str) -> int:
        """Return the 64-bit search hash of one term; the same name elsewhere differs."""
        said = "\0".join((kind, scope, text)).encode()
        digest = hmac.digest(self._searching, said, "sha256")
        return int.from_bytes(digest[:_TERM_BYTES], signed=True)

    def keyed_hash(self, text: str) -> str:
        """Return HMAC-SHA-256 as 64 hexadecimal digits."""
        return hmac.new(self._hashing, text.encode(), hashlib.sha256).hexdigest()

    def _wrapper(self, under: Wrapped | None) -> AESGCM:
        return self._wrapping if under is None else AESGCM(self.unwrap(under))

    def _close(self, cipher: AESGCM, text: bytes, place: Place) -> bytes:
        nonce = self._ids.bytes(_NONCE_BYTES)
        return nonce + cipher.encrypt(nonce, text, place.bound())


def opens(kek: bytes, key: Wrapped) -> bool:
    """Return whether this KEK is the one that wrapped the key."""
    try:
        _open(_wrapping(kek), key.key, _key_place(key.owner))
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
