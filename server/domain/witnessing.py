"""An oral declaration before witnesses, for a party who cannot sign by himself.

Two people who do not sign the agreement hear and see him declare it (民法典 1135 and 1137,
by analogy); staff record it, or are one of the witnesses, never both. He signs nothing, and
nobody signs in his name.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from server.domain.agreement import Agreement, Expected
from server.domain.attested import RECORD_DECLARATION, WITNESS_DECLARATION
from server.domain.errors import ForbiddenError, InvalidValueError, WrongStateError
from server.domain.ids import StaffId
from server.domain.signing_order import expect_before_officials, line_of, lines
from server.domain.signing_route import Attestation, SigningRoute

MOST = 4
"""Witnesses recorded at once."""


class Way(StrEnum):
    """How the declaration was seen and heard."""

    VIDEO = "video"
    TABLET = "tablet"
    ON_SITE = "on_site"


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A witness: who, what he is to the party, and what he says he saw, in his words."""

    name: str
    relation: str
    words: str

    def __post_init__(self) -> None:
        """Refuse what would say nothing; InvalidValueError names the field."""
        for field in ("name", "relation", "words"):
            if not getattr(self, field).strip():
                raise InvalidValueError(field=field, reason="missing")


def expect_witnessed(agreement: Agreement, signer: str) -> Expected:
    """Return the line of somebody who declares before witnesses.

    Raises WrongStateError for a line signed otherwise, and once an official has signed;
    ForbiddenError for whoever has no line.
    """
    expect_before_officials(agreement)
    line = line_of(agreement, signer)
    if line is None:
        raise ForbiddenError(act="witness")
    if line.route is not SigningRoute.WITNESSED:
        raise WrongStateError(state=line.route)
    return line


def expect_witnesses(
    agreement: Agreement,
    witnesses: Sequence[Witness],
    others: Sequence[str],
    colleagues: Collection[str],
    *,
    staff: bool,
) -> None:
    """Raise InvalidValueError unless each is another person, and none signs for a party.

    Who records it is no witness of it. One of the `colleagues` who witnesses it says so
    himself, as `staff`, and is named by nobody else.
    """
    if len(witnesses) > MOST:
        raise InvalidValueError(field="witnesses", reason="too_many")
    signing = (line for line in lines(agreement) if line.party_id is not None or not staff)
    taken = {} if staff else {name.strip(): "staff" for name in colleagues}
    taken |= {line.name.strip(): "signs" for line in signing}
    taken |= dict.fromkeys(others, "twice")
    for place, witness in enumerate(witnesses):
        name = witness.name.strip()
        if name in taken:
            raise InvalidValueError(field=f"witnesses.{place}", reason=f"witness_{taken[name]}")
        taken[name] = "twice"


def expect_other_part(agreement: Agreement, staff: StaffId, signer: str, purpose: str) -> None:
    """Raise ForbiddenError when the member took the other part: to record, or to witness."""
    own = (one for one in agreement.attestations if one.by == staff and signer in one.signers)
    if any(one.purpose != purpose for one in own):
        raise ForbiddenError(act="attest", reason="other_part")


def witnessed(agreement: Agreement, made: Attestation) -> Agreement:
    """Return it with the attestation, in place of the same person's earlier one of its kind."""
    (signer,) = made.signers
    expect_witnessed(agreement, signer)
    kept = tuple(one for one in agreement.attestations if not _replaces(made, one))
    return replace(agreement, attestations=(*kept, made)).taken_back(signer)


def _replaces(made: Attestation, old: Attestation) -> bool:
    """One declaration is recorded for a line; every staff witness speaks once."""
    same = (made.purpose, made.signers) == (old.purpose, old.signers)
    return same and (made.purpose == RECORD_DECLARATION or made.by == old.by)


def declared(agreement: Agreement, signer: str) -> bool:
    """Return whether the declaration was recorded."""
    return any(
        one.purpose == RECORD_DECLARATION and signer in one.signers
        for one in agreement.attestations
    )


def witnesses_of(agreement: Agreement, signer: str) -> int:
    """Return how many witnesses have spoken."""
    kinds = {RECORD_DECLARATION, WITNESS_DECLARATION}
    spoken = (one for one in agreement.attestations if signer in one.signers)
    return sum(one.witnesses for one in spoken if one.purpose in kinds)
