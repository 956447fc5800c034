"""Who signs the locked text, and in which order: parties, mediator, recorder.

The order follows 人民调解法 art. 29: parties sign, the mediator signs, the committee
seals. Parties sign in any order among themselves. An agent's signature for an
organisation needs the organisation's seal beside it.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from server.domain.agreement import (
    Agreement,
    AgreementState,
    Expected,
    Refusal,
    Signature,
    expect_certified,
    sign,
)
from server.domain.attested import COMPARE_PAPER, RECORD_DECLARATION
from server.domain.errors import ForbiddenError, MissingStepsError, WrongStateError
from server.domain.ids import FileId, PersonId
from server.domain.signing_route import SigningRoute

PARTY, MEDIATOR, RECORDER = "party", "mediator", "recorder"
OFFICIALS = (MEDIATOR, RECORDER)
WITNESSES = 2
"""Witnesses of an oral declaration, as for a will that others write (民法典 1135, by analogy)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Borne:
    """How many signatures of one kind a text bears: whose, by which route.

    `whose` is party for a party and whoever signs for one, mediator or recorder.
    """

    whose: str
    route: SigningRoute
    count: int


def lines(agreement: Agreement) -> tuple[Expected, ...]:
    """Return everybody who signs the locked text, in legal order; empty while drafting."""
    return agreement.locked.signers if agreement.locked else ()


def line_of(agreement: Agreement, signer: str) -> Expected | None:
    """Return the line of one signer, None for whoever does not sign."""
    return next((line for line in lines(agreement) if line.signer == signer), None)


def outstanding(agreement: Agreement) -> tuple[Expected, ...]:
    """Return who has not signed yet, in legal order."""
    return tuple(line for line in lines(agreement) if settled_at(agreement, line) is None)


def borne(agreement: Agreement) -> tuple[Borne, ...]:
    """Return what the locked text bears, counted, in legal order; nobody is named."""
    done = (line for line in lines(agreement) if settled_at(agreement, line) is not None)
    counted = Counter((line.role if line.role in OFFICIALS else PARTY, line.route) for line in done)
    return tuple(
        Borne(whose=whose, route=route, count=count) for (whose, route), count in counted.items()
    )


def settled_at(agreement: Agreement, line: Expected) -> datetime | None:
    """Return when a line was signed, or attested where its signer does not sign himself."""
    if line.route is SigningRoute.ELECTRONIC:
        given = agreement.signature_of(line.signer)
        return given.at if given else None
    spoken = [one for one in agreement.attestations if line.signer in one.signers]
    ink = line.route is SigningRoute.WET_INK
    first = COMPARE_PAPER if ink else RECORD_DECLARATION
    if first not in {one.purpose for one in spoken}:
        return None
    enough = ink or sum(one.witnesses for one in spoken) >= WITNESSES
    return max(one.at for one in spoken) if enough else None


def blocked(agreement: Agreement, signer: str) -> str | None:
    """Return the code of what must come first, None when the signer's turn has come.

    Codes: parties, seal_scan, mediator.
    """
    line = line_of(agreement, signer)
    if line is None or line.role not in OFFICIALS:
        return None
    waiting = {other.role for other in outstanding(agreement)}
    if waiting - set(OFFICIALS):
        return "parties"
    if scans_missing(agreement):
        return "seal_scan"
    return "mediator" if line.role == RECORDER and MEDIATOR in waiting else None


def awaits(agreement: Agreement, signer: str) -> bool:
    """Return whether the locked text waits for this signer's own signature now."""
    if agreement.state is not AgreementState.LOCKED or blocked(agreement, signer) is not None:
        return False
    due = {one.signer for one in outstanding(agreement) if one.route is SigningRoute.ELECTRONIC}
    return signer in due


def expect_before_officials(agreement: Agreement) -> None:
    """Raise WrongStateError unless the text is locked and no official has signed it.

    What the mediator signs after may not change behind his back.
    """
    if agreement.state is not AgreementState.LOCKED:
        raise WrongStateError(state=agreement.state)
    if any(given.role in OFFICIALS for given in agreement.signatures):
        raise WrongStateError(state="officials_signed")


def scans_missing(agreement: Agreement) -> tuple[Expected, ...]:
    """Return the lines that are signed but lack the organisation's seal."""
    return tuple(
        line
        for line in lines(agreement)
        if line.seal_scan
        and (given := agreement.signature_of(line.signer)) is not None
        and given.seal_scan is None
    )


def expect_turn(agreement: Agreement, signer: str) -> Expected:
    """Return the signer's line.

    Raises WrongStateError unless the text is locked, by this release, and he signs it himself
    and has not yet, ForbiddenError for whoever does not sign, MissingStepsError before his turn.
    """
    line = expect_open(agreement, signer)
    expect_certified(agreement)
    if line.route is not SigningRoute.ELECTRONIC:
        raise WrongStateError(state=line.route)
    if (first := blocked(agreement, signer)) is not None:
        raise MissingStepsError(missing=[first])
    return line


def expect_open(agreement: Agreement, signer: str) -> Expected:
    """Return the line of somebody who has not signed the locked text, whatever his route."""
    if agreement.state is not AgreementState.LOCKED:
        raise WrongStateError(state=agreement.state)
    line = line_of(agreement, signer)
    if line is None:
        raise ForbiddenError(act="sign")
    if settled_at(agreement, line) is not None:
        raise WrongStateError(state="signed_already")
    return line


def signed(agreement: Agreement, signature: Signature) -> Agreement:
    """Return it with the signature, SIGNED once everybody has signed; see `expect_turn`."""
    expect_turn(agreement, signature.signer)
    after = sign(agreement, signature)
    after = after.taken_back(signature.signer)
    return after if outstanding(after) else after.move(AgreementState.SIGNED)


def refused(agreement: Agreement, person: PersonId, reason: str) -> Agreement:
    """Return it with the person's refusal; what others signed stays theirs.

    Raises WrongStateError where nothing is to be signed or he has signed, ForbiddenError
    for whoever does not sign.
    """
    expect_open(agreement, person)
    own = agreement.lease is not None and agreement.lease.signature.signer == person
    lease = None if own else agreement.lease
    said = Refusal(person, reason)
    others = agreement.taken_back(person).refusals
    known = said in agreement.refusals
    after = replace(agreement, lease=lease)
    return after if known else replace(after, refusals=(*others, said))


def expect_seal_line(agreement: Agreement, signer: str) -> None:
    """Raise ForbiddenError unless the signer's line may bear an organisation's seal.

    A natural person's text has no place for one, whoever signs for him. A legal
    representative needs no seal beside his signature and may bring one.
    """
    line = line_of(agreement, signer)
    if line is None or not (line.seal_scan or line.role == "legal_representative"):
        raise ForbiddenError(act="seal_scan")


def scanned(agreement: Agreement, signer: str, scan: FileId) -> Agreement:
    """Return it with the scan of the organisation's seal beside the signer's signature.

    Raises WrongStateError before he has signed and once the mediator has, who signs with
    the seal before his eyes; ForbiddenError where no seal belongs.
    """
    expect_seal_line(agreement, signer)
    if agreement.signature_of(signer) is None:
        raise WrongStateError(state="not_signed")
    expect_before_officials(agreement)
    return replace(
        agreement,
        signatures=tuple(
            replace(s, seal_scan=scan) if s.signer == signer else s for s in agreement.signatures
        ),
    )
