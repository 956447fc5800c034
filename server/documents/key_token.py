"""Keeps this server's signing keys in a PKCS#11 token: a card, a UKey, an HSM.

P-256 keys are made inside, sensitive, not extractable and fit for nothing but signing. The
token gets SHA-256 digests (CKM_ECDSA, which more tokens know than CKM_ECDSA_SHA256), and
what it answers is checked before anybody sees it. Which key is meant lies in the key
folder as `<name>.pub`: a second line of the same name in the token, or another token with
the same label, never signs in its stead.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeVar, cast

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)
from pkcs11 import (
    Attribute,
    KeyType,
    Mechanism,
    MechanismFlag,
    ObjectClass,
    PKCS11Error,
    Session,
)
from pkcs11.exceptions import MultipleTokensReturned, NoSuchKey, NoSuchToken
from pkcs11.types import SignMixin
from pkcs11.util.ec import (
    encode_ec_public_key,
    encode_ecdsa_signature,
    encode_named_curve_parameters,
)

from server.documents.keys import KeysUnavailableError, NoKeys, suite_named
from server.documents.private_files import content_of, kept, write_once
from server.documents.suites import P256, P256Key
from server.documents.token import Opened, Token

T = TypeVar("T")

_CURVE = encode_named_curve_parameters("secp256r1")
_SIGNS_ALONE = {
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
    Attribute.PRIVATE: True,
    Attribute.SIGN: True,
    Attribute.SIGN_RECOVER: False,
    Attribute.DECRYPT: False,
    Attribute.UNWRAP: False,
    Attribute.DERIVE: False,
}

_WHY: Final[Mapping[type[PKCS11Error], NoKeys]] = {
    NoSuchToken: "no_token",
    MultipleTokensReturned: "two_tokens",
    NoSuchKey: "other_key",
}


@dataclass(frozen=True, slots=True)
class Pinned:
    """Which key of the token a name means: its CKA_ID, and its public half as DER."""

    id: bytes
    public: bytes


@dataclass(frozen=True, slots=True)
class TokenKeys:
    """KeyProvider: a token, and the folder that says which of its keys are this server's."""

    folder: Path
    token: Token

    def sign(self, name: str, message: bytes) -> bytes:
        """Return the signature, each time another one. Raises KeysUnavailableError."""
        pinned, digest = self._pinned(name), sha256(message).digest()
        raw = self._ask(
            lambda opened: _found(opened, pinned.id).sign(digest, mechanism=Mechanism.ECDSA)
        )
        signature = encode_ecdsa_signature(raw)
        if not P256.verify(pinned.public, message, signature):
            raise KeysUnavailableError(reason="other_key", token=self.token.label, key=name)
        return signature

    def public(self, name: str) -> bytes:
        """Return the public half as DER; the token is asked only to make the key."""
        return self._pinned(name).public

    def companion(self, file: str, make: Callable[[], bytes]) -> bytes:
        """Return the content of a file in the key folder."""
        return kept(self.folder / file, make)

    def beside(self, file: str) -> bytes | None:
        """Return the content of a file in the key folder, if it is there."""
        return content_of(self.folder / file)

    def described(self) -> str:
        """Return the token as its maker calls it. Raises KeysUnavailableError."""
        found = self._ask(lambda opened: opened.session.token)
        made = f"{found.manufacturer_id} {found.model}".strip()
        return f"{found.label} ({made}, {found.serial.decode(errors='replace').strip()})"

    def expect_all(self) -> int:
        """Return how many keys this server has in the token, each found and tried."""
        names = [path.stem for path in sorted(self.folder.glob("*.pub"))]
        if not names:
            self._ask(lambda opened: opened)
        for name in names:
            self.sign(name, b"heyi: is the key there?")
        return len(names)

    def take(self, name: str, key: P256Key) -> None:
        """Put a key made elsewhere into the token, from where it cannot be got again.

        Nothing happens where the name has its key. Raises KeysUnavailableError.
        """
        if self._pin(name) is not None:
            return
        fresh = Pinned(os.urandom(16), key.public)
        self._ask(lambda opened: _put(opened.session, name, fresh, key.key))
        self._settle(name, fresh)

    def _pinned(self, name: str) -> Pinned:
        if suite_named(name) is not P256:
            raise KeysUnavailableError(reason="no_sm2")
        certified = (self.folder / f"{name}.crt").exists()  # first: others make it last
        if (pinned := self._pin(name)) is not None:
            return pinned
        if any(self.folder.glob("*.key")):
            raise KeysUnavailableError(reason="in_files", folder=str(self.folder))
        if certified:  # its page was lost: no new key fits it
            raise KeysUnavailableError(reason="other_key", token=self.token.label, key=name)
        return self._settle(name, self._ask(lambda opened: _made(opened.session, name)))

    def _pin(self, name: str) -> Pinned | None:
        path = self.folder / f"{name}.pub"
        if not path.exists():
            return None
        first, _, pem = path.read_bytes().partition(b"\n")
        public = load_pem_public_key(pem).public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        return Pinned(bytes.fromhex(first.decode()), public)

    def _settle(self, name: str, fresh: Pinned) -> Pinned:
        """Return which key counts: of several made at once, the one pinned first."""
        pem = load_der_public_key(fresh.public).public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        write_once(self.folder / f"{name}.pub", fresh.id.hex().encode() + b"\n" + pem)
        pinned = self._pin(name) or fresh
        if pinned != fresh:
            self._ask(lambda opened: _destroy(opened.session, fresh.id))
        return pinned

    def _ask(self, work: Callable[[Opened], T]) -> T:
        """Do what concerns the token, once more from the start when it was away meanwhile."""
        try:
            return work(self.token.opened())
        except PKCS11Error:
            self.token.forget()
        try:
            return work(self.token.opened())
        except PKCS11Error as error:
            self.token.forget()
            why, said = _WHY.get(type(error), "no_answer"), type(error).__name__
            raise KeysUnavailableError(reason=why, token=self.token.label, said=said) from error


def _found(opened: Opened, key_id: bytes) -> SignMixin:
    if key_id not in opened.keys:
        found = opened.session.get_key(object_class=ObjectClass.PRIVATE_KEY, id=key_id)
        opened.keys[key_id] = cast("SignMixin", found)
    return opened.keys[key_id]


def _made(session: Session, name: str) -> Pinned:
    curve = session.create_domain_parameters(KeyType.EC, {Attribute.EC_PARAMS: _CURVE}, local=True)
    key_id = os.urandom(16)
    public, _ = curve.generate_keypair(
        id=key_id,
        label=name,
        store=True,
        capabilities=MechanismFlag.SIGN | MechanismFlag.VERIFY,
        mechanism=Mechanism.EC_KEY_PAIR_GEN,
        private_template=_SIGNS_ALONE,
    )
    return Pinned(key_id, encode_ec_public_key(public))


def _put(session: Session, name: str, as_: Pinned, key: ec.EllipticCurvePrivateKey) -> None:
    session.create_object(
        {
            **_SIGNS_ALONE,
            Attribute.CLASS: ObjectClass.PRIVATE_KEY,
            Attribute.KEY_TYPE: KeyType.EC,
            Attribute.TOKEN: True,
            Attribute.ID: as_.id,
            Attribute.LABEL: name,
            Attribute.EC_PARAMS: _CURVE,
            Attribute.VALUE: key.private_numbers().private_value.to_bytes(32),
        }
    )


def _destroy(session: Session, key_id: bytes) -> None:
    for one in list(session.get_objects({Attribute.ID: key_id})):
        one.destroy()
