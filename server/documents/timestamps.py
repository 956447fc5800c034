"""Time stamps (RFC 3161): this server's own authority.

Its word binds nobody else, but it fixes the order of the signatures and lets an archive
renew them (ETSI EN 319 142-1, B-LTA). An authority from outside takes its place by a setting.
"""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import ClassVar, Protocol
from urllib.parse import quote

from asn1crypto import algos, cms, tsp, x509  # type: ignore[import-untyped]
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from server.documents.certificates import YEAR, Role, certificate_der
from server.documents.issuer import Issued, lasting
from server.documents.issuing import serial
from server.documents.keys import KeyProvider
from server.documents.revocation import revoked_of
from server.documents.settled import settled
from server.documents.stamp_facts import fault_of, stamp_roots
from server.domain.errors import DomainError
from server.domain.ids import CommitteeId

POLICY = "2.25.57885448674865745311401538397417039538"
"""What our own stamps mean: this server's clock, to the second."""

SUCCEEDED = 3 * YEAR
"""So long before its certificate ends a key of ours stamps no more, and the next one does.

Unless the issuer ends with it: the next one's would last no longer.
"""
_LAST = 99

CLOCKS_APART = timedelta(minutes=10)
"""So far a stamp may be from our clock: asking takes seconds, and clocks that are kept err less."""

OWN_ROOM = 5_120
"""Bytes that a stamp of ours, with its issuers' certificates, has at most."""
OUTSIDE_ROOM = 24_576
"""And one from outside: 7 to 8 KB with RSA-4096 and a root beside; public ones go up to 12."""

WORDS = {
    "not_a_token": "it is no RFC 3161 token, or its certificate is not inside",
    "signature": "its signature does not hold",
    "purpose": "its certificate is for something else than time stamps",
    "expired": "its certificate was not valid at the moment it names",
    "root": "its authority is none that HEYI_TIMESTAMP_TRUST names",
    "revoked": "its authority says that its certificate, or an issuer's, is revoked",
    "size": "with its certificates it has more bytes than a signature keeps free for it",
    "clock": "the moment it names is too far from this server's clock: set whichever is wrong",
}
"""What is wrong with a stamp, in the operator's words."""

log = logging.getLogger(__name__)


class TimestampsUnavailableError(DomainError):
    """The time stamp authority did not stamp; nothing was signed."""

    code = "timestamps_unavailable"
    machine = True


class UnsoundStampError(TimestampsUnavailableError):
    """The authority's stamp would prove nothing; nothing was signed. `facts["reason"]` says why.

    `not_a_token`, `signature`, `purpose` of its certificate, `expired`, `clock`: too far from
    ours; `root`: none of those that the settings name; `revoked` by its authority's word; `size`:
    more than the room a signature keeps for it.
    """

    code = "timestamp_unsound"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a stamp has to fit: our clock now, how far from it, and roots (PEM) where named."""

    at: datetime
    apart: timedelta = CLOCKS_APART
    roots: tuple[bytes, ...] = ()


class Stamper(TimeStamper):
    """Stamps digests, and keeps what proves the last stamp."""

    room = OWN_ROOM
    """Bytes that a stamp may have."""

    token: cms.SignedData
    stamped_at: datetime
    proof: Issued

    def __init__(self, expected: Expected) -> None:
        """Take stamps that are as expected, and no others."""
        super().__init__()
        self._expected = expected

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Return the token of this very digest; TimestampsUnavailableError for no such.

        UnsoundStampError for one that would not verify: what is sealed with it is locked; and for
        one whose certificate the authority calls revoked. That it says nothing is no such word.
        """
        try:
            made = await super().async_timestamp(message_digest, md_algorithm)
            self.token = made["content"]
            said = self.token["encap_content_info"]["content"].parsed
            imprint = said["message_imprint"]["hashed_message"].native
            self.stamped_at = said["gen_time"].native
        except (TimestampRequestError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise TimestampsUnavailableError(reason="no_token") from error
        if imprint != message_digest:
            raise TimestampsUnavailableError(reason="other_digest")
        if len(made.dump()) > self.room:
            raise _unsound("size")
        await self._expect_sound(message_digest, md_algorithm)
        self.proof = await self._evidence()
        _expect_unrevoked(self.proof)
        return made

    async def _expect_sound(self, digest: bytes, algorithm: str) -> None:
        asked, roots = self._expected, stamp_roots(self._expected.roots)
        reason = await fault_of(self.token, digest, algorithm, roots)
        if not reason and abs(self.stamped_at - asked.at) > asked.apart:
            reason = "clock"
        if reason:
            raise _unsound(reason)

    async def _evidence(self) -> Issued:
        """Return the certificate behind the last stamp with what proves it."""
        raise NotImplementedError


def _expect_unrevoked(proof: Issued) -> None:
    shown = [
        x509.Certificate.load(certificate_der(one)) for one in (proof.certificate, *proof.chain)
    ]
    if revoked_of(shown, proof.revoked) is not None:
        raise _unsound("revoked")


def _unsound(reason: str) -> UnsoundStampError:
    """Return the refusal of a stamp, and tell the operator why."""
    log.error("a time stamp was refused, nothing was signed with it: %s", WORDS[reason])
    return UnsoundStampError(reason=reason)


class TimestampAuthority(Protocol):
    """Where time stamps come from. Plain and picklable, so that a pool can run it."""

    @property
    def roots(self) -> tuple[bytes, ...]:
        """Return the roots (PEM) that stamps may leave out, as far as they are named."""
        ...

    @property
    def room(self) -> int:
        """Return how many bytes a stamp may have."""
        ...

    def stamper(self, committee: CommitteeId, at: datetime) -> Stamper:
        """Return what stamps a digest; `at` is now, for an authority without a clock."""
        ...


@dataclass(frozen=True, slots=True)
class LocalTimestamps:
    """TimestampAuthority: each committee's own key on this server."""

    keys: KeyProvider
    roots: tuple[bytes, ...] = ()
    room: ClassVar[int] = OWN_ROOM

    def stamper(self, committee: CommitteeId, at: datetime) -> Stamper:
        number = 1
        while True:
            role = _role(committee, number)
            issued = lasting(self.keys, committee, role, at)
            ends = _ends(issued.certificate)
            if ends - at >= SUCCEEDED or ends >= _ends(issued.chain[-1]) or number == _LAST:
                return _Local(self.keys, role.key, issued, at)
            number += 1


def _role(committee: CommitteeId, number: int) -> Role:
    """Return the committee's key of that number, from 1; each succeeds the one before."""
    which = "" if number == 1 else f"+{number}"
    return Role(f"stamps-{quote(committee, safe='')}{which}", "TIME-STAMPS", stamps=True)


def _ends(certificate: bytes) -> datetime:
    ends: datetime = x509.Certificate.load(certificate_der(certificate)).not_valid_after
    return ends


class _Local(Stamper):
    def __init__(self, keys: KeyProvider, key: str, issued: Issued, at: datetime) -> None:
        super().__init__(Expected(at=at))
        self._keys, self._key, self._issued, self._at = keys, key, issued, at
        self._certificate = x509.Certificate.load(certificate_der(issued.certificate))
        self._chain = [x509.Certificate.load(certificate_der(one)) for one in issued.chain]

    async def _evidence(self) -> Issued:
        return self._issued

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Answer without a network."""
        return granted(self._token(req))

    def _token(self, req: tsp.TimeStampReq) -> cms.ContentInfo:
        stamp = self._stamp(req).dump()
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [_SHA256],
                "encap_content_info": cms.EncapsulatedContentInfo(
                    {"content_type": "tst_info", "content": cms.ParsableOctetString(stamp)}
                ),
                "certificates": [self._certificate, *self._chain],
                "signer_infos": [self._signer(stamp)],
            }
        )
        return settled(cms.ContentInfo({"content_type": "signed_data", "content": signed}))

    def _stamp(self, req: tsp.TimeStampReq) -> tsp.TSTInfo:
        stamp = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": req["message_imprint"],
            "serial_number": serial(req.dump() + self._at.isoformat().encode()),
            "gen_time": self._at.astimezone(UTC).replace(microsecond=0),
            "accuracy": {"seconds": 1},
        }
        if req["nonce"].native is not None:
            stamp["nonce"] = req["nonce"]
        return tsp.TSTInfo(stamp)

    def _signer(self, stamp: bytes) -> cms.SignerInfo:
        own = settled(as_signing_certificate_v2(self._certificate))
        attributes = settled(
            cms.CMSAttributes(
                [
                    simple_cms_attribute("content_type", "tst_info"),
                    simple_cms_attribute("message_digest", sha256(stamp).digest()),
                    simple_cms_attribute("signing_certificate_v2", own),
                ]
            )
        )
        issuer = {
            "issuer": self._certificate.issuer,
            "serial_number": self._certificate.serial_number,
        }
        return settled(
            cms.SignerInfo(
                {
                    "version": "v1",
                    "sid": cms.SignerIdentifier({"issuer_and_serial_number": issuer}),
                    "digest_algorithm": _SHA256,
                    "signed_attrs": attributes,
                    "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                    "signature": self._keys.sign(self._key, attributes.dump()),
                }
            )
        )


_SHA256 = algos.DigestAlgorithm({"algorithm": "sha256"})


def granted(token: cms.ContentInfo) -> tsp.TimeStampResp:
    """Return the answer of an authority that has stamped."""
    return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})
