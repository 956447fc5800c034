"""Two people seal: one releases the seal for a text, another confirms by applying it.

Each attests with his own key over the exact locked text. A release holds for that text
alone: opening the text takes it away, and so does time.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from server.domain.agreement import Agreement
from server.domain.canonical import sha256_hex
from server.domain.errors import DomainError, WrongStateError
from server.domain.ids import StaffId
from server.domain.sealing import expect_sealable
from server.domain.sealing_rule import SamePersonError
from server.domain.signing_route import Attestation

RELEASED_FOR = timedelta(days=3)
"""A weekend passes; a release that was forgotten does not lie open for ever."""


class NotReleasedError(DomainError):
    """Nobody has released the seal for this text, or that is too long ago."""

    code = "not_released"


def takes_two(agreement: Agreement) -> bool:
    """Return whether the text was locked to be sealed by two people."""
    return agreement.locked is not None and agreement.locked.two_to_seal


def ends(release: Attestation) -> datetime:
    """Return the moment from which a release no longer holds."""
    return release.at + RELEASED_FOR


def in_force(agreement: Agreement, at: datetime) -> Attestation | None:
    """Return the release that holds at a moment."""
    release = agreement.release
    return release if release is not None and at < ends(release) else None


def expect_releasable(agreement: Agreement, at: datetime) -> None:
    """Return if the seal may be released now.

    Raises WrongStateError where one person seals, where a release holds already, and whenever
    the seal could not be applied.
    """
    expect_sealable(agreement, at)
    if not takes_two(agreement):
        raise WrongStateError(state="one_already")
    if in_force(agreement, at) is not None:
        raise WrongStateError(state="released")


def released(agreement: Agreement, release: Attestation, at: datetime) -> Agreement:
    """Return it with the seal released for its text."""
    expect_releasable(agreement, at)
    return replace(agreement, release=release)


def withdrawn(agreement: Agreement) -> Agreement:
    """Return it without its release; raises WrongStateError once the seal has a number."""
    if agreement.sealing is not None:
        raise WrongStateError(state="sealing")
    if agreement.release is None:
        raise WrongStateError(state="not_released")
    return replace(agreement, release=None)


def expect_released(agreement: Agreement, by: StaffId, at: datetime) -> Attestation:
    """Return the release that somebody may confirm now.

    Raises NotReleasedError, SamePersonError for whoever released it himself, and
    WrongStateError when the clock stands before the release.
    """
    release = in_force(agreement, at)
    if release is None:
        raise NotReleasedError(expired=agreement.release is not None)
    if release.by == by:
        raise SamePersonError
    if release.at > at:
        raise WrongStateError(state="clock_behind")
    return release


def names(release: Attestation) -> str:
    """Return the digest by which a confirmation names its release."""
    return sha256_hex(release.statement.encode())
