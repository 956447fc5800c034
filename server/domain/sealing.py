"""The committee's seal: when it may be applied, and from which day the text binds.

An agreement takes effect once all parties, the mediator and the seal are there
(人民调解法 art. 29), so the day of effect is the latest of the three. Sealing is begun
in the database, written to the archive and then finished; between the two it waits.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from server.domain.agreement import Agreement, AgreementState, Seal, expect_certified
from server.domain.errors import WrongStateError

APPLIED = "seal.applied"
"""The log entry of the seal."""
EFFECTIVE = "agreement.effective"
"""The log entry with which an agreement takes effect; a record's log ends there."""


def expect_sealable(agreement: Agreement, at: datetime) -> None:
    """Return if the seal may be applied at `at`.

    Raises WrongStateError before everybody has signed, once a seal was begun, for a text
    locked before its PDF could be signed, and when the clock stands before a signature it
    must follow.
    """
    if agreement.sealing is not None:
        raise WrongStateError(state="sealing")
    if agreement.state is not AgreementState.SIGNED:
        raise WrongStateError(state=agreement.state)
    expect_certified(agreement)
    if any(moment > at for moment in _moments(agreement)):
        raise WrongStateError(state="clock_behind")


def effective_on(agreement: Agreement, at: datetime, day: Callable[[datetime], date]) -> date:
    """Return the local day of the last of all signatures and the seal at `at`."""
    return max(day(moment) for moment in (at, *_moments(agreement)))


def _moments(agreement: Agreement) -> tuple[datetime, ...]:
    signed = (one.at for one in agreement.signatures)
    return (*signed, *(one.at for one in agreement.attestations))


def begun(agreement: Agreement, seal: Seal) -> Agreement:
    """Return it with its number and day of effect; only writing the record is left."""
    expect_sealable(agreement, seal.at)
    return replace(agreement, sealing=seal)


def finished(agreement: Agreement) -> Agreement:
    """Return it sealed, exactly as begun; raises WrongStateError where nothing was."""
    if agreement.sealing is None:
        raise WrongStateError(state=agreement.state)
    return replace(agreement.move(AgreementState.SEALED), seal=agreement.sealing)


def expect_unsigned(agreement: Agreement | None) -> None:
    """Raise WrongStateError once everybody has signed: the text is sealed, or opened again."""
    if agreement is None:
        return
    signed = agreement.state in {AgreementState.SIGNED, AgreementState.SEALED}
    if signed or agreement.sealing is not None:
        raise WrongStateError(state=agreement.state)


def waits(agreement: Agreement) -> bool:
    """Return whether a seal was begun and its record is not written yet."""
    return agreement.sealing is not None and agreement.seal is None
