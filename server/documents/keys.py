"""The keys this server signs with, by name; who holds them never hands one out."""

from collections.abc import Callable
from typing import Protocol
from urllib.parse import quote

from server.ports.documents import KeyRef

SUITE = "p256-sha256"


class KeyProvider(Protocol):
    """Signs with this server's keys, each made on first use. Picklable, for the pool."""

    def sign(self, name: str, message: bytes) -> bytes:
        """Return a DER signature (RFC 3279, ECDSA P-256 over SHA-256) of the exact bytes.

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


def key_name(ref: KeyRef) -> str:
    """Return the name of a key: a committee's seal, a member of staff's own, the log's."""
    if ref.committee_id is None:
        return "log"
    if ref.staff_id is None:
        return f"seal-{quote(ref.committee_id, safe='')}"
    return f"staff-{quote(ref.staff_id, safe='')}"
