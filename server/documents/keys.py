"""The keys this server signs with, by name; who holds them never hands one out."""

from collections.abc import Callable
from typing import Literal, Protocol
from urllib.parse import quote

from server.documents.suites import P256, SM2, SignatureSuite
from server.domain.errors import DomainError
from server.ports.documents import KeyRef

NoKeys = Literal[
    "no_module",
    "no_token",
    "two_tokens",
    "wrong_pin",
    "pin_locked",
    "last_try",
    "no_answer",
    "other_key",
    "in_files",
    "in_token",
    "files_set",
    "no_sm2",
]
"""Why they cannot be reached; `server.documents.key_words` says each.

no_answer: `facts["said"]` is the module's error. other_key: the token holds not the key this
server signed with. in_files, in_token: they lie at the other place. no_sm2: here a token holds
keys on P-256 alone.
"""


class KeysUnavailableError(DomainError):
    """The signing keys cannot be reached; nothing was signed."""

    code = "keys_unavailable"
    machine = True
    for_operator = True

    def __init__(self, *, reason: NoKeys, **facts: object) -> None:
        """Keep why, and which token or file it is about."""
        super().__init__(reason=reason, **facts)
        self.reason = reason

    def __str__(self) -> str:
        """Return what the log needs: the reason, and the token or file it is about."""
        return f"{self.code}: {', '.join(f'{name}={said}' for name, said in self.facts.items())}"


NoSeal = Literal[
    "unreadable",
    "not_pkcs12",
    "password",
    "encryption",
    "no_key",
    "no_certificate",
    "key_type",
    "other_key",
    "validity",
    "usage",
    "root_unreadable",
    "chain_unreadable",
    "chain",
    "path",
    "subject",
    "issuer",
    "identifiers",
    "algorithm",
    "no_address",
    "unproven",
    "suite",
    "waiting",
    "committee",
]
"""Why an authority's seal was not taken; `server.documents.seal_words` says each."""


class SealRefusedError(DomainError):
    """The seal in a PKCS#12 is none that this server could seal with; nothing was changed."""

    code = "seal_refused"
    machine = True
    for_operator = True

    def __init__(self, *, reason: NoSeal, **facts: object) -> None:
        """Keep why, and what there is to tell of it."""
        super().__init__(reason=reason, **facts)
        self.reason = reason


class KeyProvider(Protocol):
    """Signs with this server's keys, each made on first use. Picklable, for the pool.

    The name says of which suite a key is (`suite_named`). Who has no SM2 raises NoSm2Error,
    or KeysUnavailableError where a token holds the keys.
    """

    def sign(self, name: str, message: bytes) -> bytes:
        """Return a DER signature of the exact bytes.

        Two calls need not give the same bytes.
        """
        ...

    def public(self, name: str) -> bytes:
        """Return the public half as DER SubjectPublicKeyInfo."""
        ...

    def companion(self, file: str, make: Callable[[], bytes]) -> bytes:
        """Return what is public and kept beside the keys, such as a certificate.

        It is made on first use; of several makers at once the first one's counts for all.
        """
        ...

    def beside(self, file: str) -> bytes | None:
        """Return what is kept beside the keys, None where nothing of that name is."""
        ...


def key_name(ref: KeyRef, suite: SignatureSuite = P256) -> str:
    """Return the name of a key: a committee's seal, a member of staff's own, the log's."""
    if ref.committee_id is None:
        return f"{suite.prefix}log"
    if ref.staff_id is None:
        return f"{suite.prefix}seal-{quote(ref.committee_id, safe='')}"
    return f"{suite.prefix}staff-{quote(ref.staff_id, safe='')}"


def suite_named(name: str) -> SignatureSuite:
    """Return the suite of the key of that name."""
    return SM2 if name.startswith(SM2.prefix) else P256
