"""With which key and certificate a committee seals: this server's own, or an authority's.

An authority from outside certifies a committee's seal for some years. What it gave lies beside
the keys: `seal-<committee>.outside` names these keys, of which the last one counts, and
`<key>.crt` holds a certificate and the issuers of that, up to the root.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from server.documents.certificates import certificates, issuer, of_role, seal_role
from server.documents.issuer import Issued, lasting
from server.documents.key_files import KeyUnreadableError
from server.documents.keys import KeyProvider, key_name
from server.documents.suites import P256, SUITES, SignatureSuite
from server.domain.ids import CommitteeId
from server.ports.documents import KeyRef, SealCertificates

CERTIFICATE: Final = re.compile(
    b"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL
)

OUTSIDE: Final = "*.outside"
"""Files that name the keys an authority certified, beside them."""


@dataclass(frozen=True, slots=True)
class Seal:
    """The name of the key that seals, and its certificate with those above it."""

    key: str
    issued: Issued


def seal_of(keys: KeyProvider, committee: CommitteeId, suite: SignatureSuite, at: datetime) -> Seal:
    """Return who seals PDFs in that suite; an authority's certificate is for P-256 alone."""
    outside = outside_seal(keys, committee) if suite is P256 else None
    if outside is not None:
        return outside
    role = seal_role(committee, suite)
    return Seal(role.key, lasting(keys, committee, role, at))


def outside_seal(keys: KeyProvider, committee: CommitteeId) -> Seal | None:
    """Return the seal that an authority certified, None where this server certifies its own."""
    every = _outside_seals(keys, committee)
    return every[-1] if every else None


def outside_certificates(keys: KeyProvider, committee: CommitteeId) -> tuple[bytes, ...]:
    """Return the certificate (PEM) of every such seal that this committee has had."""
    return tuple(one.issued.certificate for one in _outside_seals(keys, committee))


def _outside_seals(keys: KeyProvider, committee: CommitteeId) -> list[Seal]:
    named = keys.beside(list_of(committee)) or b""
    return [_outside(keys, key) for key in named.decode().split()]


def _outside(keys: KeyProvider, key: str) -> Seal:
    content = keys.beside(f"{key}.crt")
    if content is None:
        raise KeyUnreadableError(key=key)
    certificate, *chain = certificates_in(content)
    return Seal(key, Issued(certificate=certificate, chain=tuple(chain), outside=True))


def signing_name(keys: KeyProvider, ref: KeyRef, suite: SignatureSuite = P256) -> str:
    """Return the name of the key that a reference means today."""
    if ref.committee_id is not None and ref.staff_id is None and suite is P256:
        outside = outside_seal(keys, ref.committee_id)
        if outside is not None:
            return outside.key
    return key_name(ref, suite)


def seal_certificates(
    keys: KeyProvider, committee: CommitteeId, at: datetime, suite: str
) -> SealCertificates:
    """Return what checks a record whose PDF is sealed in that suite."""
    outside = outside_seal(keys, committee) if SUITES[suite] is P256 else None
    if outside is not None:
        above = outside.issued.chain[0]
        return SealCertificates(seal=outside.issued.certificate, issuer=above)
    seal, top = certificates(keys, committee, at)
    role = seal_role(committee, SUITES[suite])
    if role.above is None:
        return SealCertificates(seal=seal, issuer=top)
    apart = of_role(keys, committee, role, at), of_role(keys, committee, role.above, at)
    return SealCertificates(seal=seal, issuer=issuer(keys, committee, at), pdf_seal=apart)


def list_of(committee: CommitteeId) -> str:
    """Return the file beside the keys that names those an authority certified, the last counts."""
    return f"{key_name(KeyRef(committee_id=committee))}.outside"


def certificates_in(content: bytes) -> list[bytes]:
    """Return the PEM certificates in a file, each in the one form that records hold."""
    return [one + b"\n" for one in CERTIFICATE.findall(content)]
