"""Time stamps of an authority from outside, over HTTP (RFC 3161, 3.4)."""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from asn1crypto import cms, tsp, x509  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate

from server.documents.asking import UnansweredError, fetched, proofs_of
from server.documents.issuer import Issued
from server.documents.timestamps import (
    CLOCKS_APART,
    OUTSIDE_ROOM,
    Expected,
    Stamper,
    TimestampsUnavailableError,
)
from server.domain.ids import CommitteeId

ASKS, ANSWERS = "application/timestamp-query", "application/timestamp-reply"


@dataclass(frozen=True, slots=True)
class RemoteTimestamps:
    """TimestampAuthority: any RFC 3161 address; its clock counts, as long as ours agrees.

    `roots` (PEM) are those below which it stamps; without any, whoever answers is taken.
    """

    url: str
    roots: tuple[bytes, ...] = ()
    apart: timedelta = CLOCKS_APART
    room: ClassVar[int] = OUTSIDE_ROOM

    def stamper(self, committee: CommitteeId, at: datetime) -> Stamper:
        del committee
        return _Remote(self.url, Expected(at=at, apart=self.apart, roots=self.roots))


class _Remote(Stamper):
    room = OUTSIDE_ROOM

    def __init__(self, url: str, expected: Expected) -> None:
        super().__init__(expected)
        self._url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Ask the authority. Raises TimestampsUnavailableError for whatever is no answer."""
        head = {"Content-Type": ASKS, "Accept": ANSWERS}
        try:
            return tsp.TimeStampResp.load(await fetched("POST", self._url, req.dump(), head))
        except UnansweredError as error:
            raise TimestampsUnavailableError(**error.facts) from error

    async def _evidence(self) -> Issued:
        """Return the certificates that came with the stamp, and the lists they point at.

        A list that cannot be had now is left out, and told: nobody who signs waits for it. The
        next signature, the seal or a renewal brings it; until then nothing is called B-LTA.
        """
        return await shown_by(self.token, self.stamped_at)


async def shown_by(token: cms.SignedData, at: datetime) -> Issued:
    """Return the certificates in a token, the signer's first, and what clears them at `at`."""
    first, *rest = _in_order(token)
    return Issued(
        certificate=pem_of(first),
        chain=tuple(pem_of(one) for one in rest),
        revoked=await proofs_of((first, *rest), at),
    )


def _in_order(token: cms.SignedData) -> list[x509.Certificate]:
    """Return the signer's certificate and then the others of the token."""
    found = [one.chosen for one in token["certificates"]]
    signer = token["signer_infos"][0]["sid"].chosen
    if not isinstance(signer, cms.IssuerAndSerialNumber):
        return found
    number = signer["serial_number"].native
    return sorted(found, key=lambda one: one.serial_number != number)


def pem_of(certificate: x509.Certificate) -> bytes:
    """Return a certificate as PEM."""
    return load_der_x509_certificate(certificate.dump()).public_bytes(Encoding.PEM)
