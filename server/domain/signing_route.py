"""How a party's signature comes about: on the own phone, before witnesses, or in ink.

Three routes lead to one sealed state (人民调解法 art. 29: signed, sealed or fingerprinted).
Documents on personal status know only ink (电子签名法 art. 3). Paper is signed by every
party, because a text signed half in ink would have no original; before witnesses is one
signer's own matter. Nobody ever signs as the party: staff attest what they saw.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.domain.ids import FileId, PersonId, StaffId
from server.domain.suites import P256_SHA256


class SigningRoute(StrEnum):
    """How one line of the locked text is signed."""

    ELECTRONIC = "electronic"
    WITNESSED = "witnessed"
    WET_INK = "wet_ink"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePlan:
    """How a text is to be signed, as chosen at the lock; `witnessed` are signers' ids."""

    wet_ink: bool = False
    witnessed: frozenset[PersonId] = frozenset()
    reason: str = ""

    def of(self, signer: str) -> SigningRoute:
        """Return the route of a party's signer."""
        if self.wet_ink:
            return SigningRoute.WET_INK
        return SigningRoute.WITNESSED if signer in self.witnessed else SigningRoute.ELECTRONIC


BY_PHONE = RoutePlan()
ON_PAPER = RoutePlan(wet_ink=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPage:
    """The scan or photo of one signed page: page `part` (from 1) of an uploaded file."""

    page: int
    file: FileId
    part: int
    sha256: str
    media_type: str
    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What a member of staff saw, in exact RFC 8785 words, signed with his own key.

    `signers` are the lines it speaks for, `witnesses` how many witnesses' words it holds.
    `signature` is DER over `statement`, `public_key` an SPKI, both base64, of `suite`.
    """

    by: StaffId
    purpose: str
    signers: tuple[str, ...]
    statement: str
    signature: str
    public_key: str
    at: datetime
    witnesses: int = 0
    suite: str = P256_SHA256
