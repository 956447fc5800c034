"""Tells of which certificates lists of the revoked and answers of OCSP speak.

Lists are those of RFC 5280, 5 and 6.3; answers those of RFC 6960. A signature is at B-LT only
with one of them for its certificate and for every issuer below the root: what nobody speaks of
cannot be judged once it has ended.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from asn1crypto import x509  # type: ignore[import-untyped]
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError

from server.documents.issuers import LONGEST
from server.documents.ocsp_answers import Says, answers_in
from server.documents.revocation_lists import read_list
from server.domain.errors import DomainError

log = logging.getLogger(__name__)

WORDS = {
    "unreadable": "what should prove that %s is not revoked cannot be read",
    "no_list": "nothing was got that says %s is not revoked: its authority's service may be away; "
    "it is asked again with the next try",
    "revoked": "its authority says that %s is revoked: take a new certificate",
}
"""Why nothing was signed, in the operator's words."""


class UnprovenError(DomainError):
    """Nobody says of who was to sign that he is not revoked, or one says he is; nothing signed.

    `facts["reason"]`: `unreadable`, or `no_list` or `revoked` with the name on the certificate.
    """

    code = "certificate_unproven"
    machine = True
    for_operator = True

    def __init__(self, *, reason: str, certificate: str = "") -> None:
        """Keep why, and say in the log what the operator has to mend."""
        super().__init__(reason=reason, **({"certificate": certificate} if certificate else {}))
        log.error("nothing was signed: %s", WORDS[reason] % (certificate or "a certificate"))


class Proof(Protocol):
    """A list, or one answer, of an authority about its certificates."""

    @property
    def begins(self) -> datetime:
        """As of when it speaks."""
        ...

    @property
    def ends(self) -> datetime:
        """Until when it counts."""
        ...

    def says(self, one: x509.Certificate, issuers: Sequence[x509.Certificate]) -> Says:
        """Return what it says of a certificate; nothing unless by one of its issuers.

        With no issuer at hand its name has to do: then it is the root, which lies elsewhere.
        """
        ...


def read_proofs(der: bytes) -> list[Proof]:
    """Return a list of the revoked, or the answers in a response; ValueError for what is none."""
    try:
        return [read_list(der)]
    except ValueError:
        return [*answers_in(der)]


def kept_in(reader: PdfFileReader) -> tuple[list[x509.Certificate], list[Proof]]:
    """Return the certificates and what can be read of the proofs in a PDF's security store."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return [], []
    every = (one.get_object().data for one in (*store.crls, *store.ocsps))
    return list(store.load_certs()), list(_readable(every))


def _readable(every: Iterable[bytes]) -> Iterator[Proof]:
    for one in every:
        try:
            yield from read_proofs(one)
        except ValueError:
            continue


def expect_proven(
    certificate: x509.Certificate,
    beside: Sequence[x509.Certificate],
    proofs: Iterable[bytes],
    moment: datetime,
) -> None:
    """Return if proofs (DER) clear a certificate and its issuers at `moment`; UnprovenError."""
    try:
        read = [proof for one in proofs for proof in read_proofs(one)]
    except ValueError as error:
        raise UnprovenError(reason="unreadable") from error
    revoked = _revoked_of((certificate, *beside), read)
    if revoked is not None:
        raise UnprovenError(reason="revoked", certificate=revoked.subject.human_friendly)
    doubtful = unproven(certificate, beside, read, moment)
    if doubtful is not None:
        raise UnprovenError(reason="no_list", certificate=doubtful.subject.human_friendly)


def revoked_of(
    certificates: Sequence[x509.Certificate], proofs: Iterable[bytes]
) -> x509.Certificate | None:
    """Return the first of a certificate and its issuers that proofs (DER) call revoked."""
    return _revoked_of(certificates, [*_readable(proofs)])


def _revoked_of(
    certificates: Sequence[x509.Certificate], proofs: Sequence[Proof]
) -> x509.Certificate | None:
    for one in certificates:
        issuers = issuers_of(one, certificates)
        if any(proof.says(one, issuers) == "revoked" for proof in proofs):
            return one
    return None


def unproven(
    certificate: x509.Certificate,
    beside: Sequence[x509.Certificate],
    proofs: Sequence[Proof],
    moment: datetime,
) -> x509.Certificate | None:
    """Return the first certificate, from this one up to the root, that nobody clears.

    A proof counts until it ends: that must not be before `moment`. A root needs none.
    """
    here = certificate
    for _ in range(LONGEST):
        if here.issuer == here.subject:
            return None
        above = issuers_of(here, beside)
        if next(speaking(here, above, proofs, moment), None) is None:
            return here
        if not above:
            return None
        here = above[0]
    return here


def issuers_of(
    one: x509.Certificate, beside: Sequence[x509.Certificate]
) -> Sequence[x509.Certificate]:
    """Return those that may have issued a certificate, by name and key identifier."""
    named, key = one.issuer, one.authority_key_identifier
    return [
        other
        for other in beside
        # Names last: to compare them, both are prepared (RFC 4518).
        if (key is None or other.key_identifier in {None, key}) and other.subject == named
    ]


def speaking(
    one: x509.Certificate,
    issuers: Sequence[x509.Certificate],
    proofs: Iterable[Proof],
    moment: datetime,
) -> Iterator[Proof]:
    """Give the proofs by a certificate's own issuer that say it is not revoked."""
    for proof in proofs:
        if proof.ends >= moment and proof.says(one, issuers) == "good":
            yield proof


def outlasts(
    own: x509.Certificate,
    beside: Sequence[x509.Certificate],
    proofs: Iterable[Proof],
    moment: datetime,
    until: datetime,
) -> bool:
    """Return whether a proof clears a certificate that signed at `moment`, `until` a stamp ends.

    Of a certificate that has ended only a list younger than its signature proves
    anything, or one that has not ended itself (ETSI EN 319 102-1, 5.6.2.2).
    """
    clears = speaking(own, issuers_of(own, beside), proofs, moment)
    return any(one.begins >= moment or one.ends >= until for one in clears)
