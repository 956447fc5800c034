"""Whose turn it is to sign the PDF: one at a time, for half a minute, without a lock.

Each signature in a PDF covers those before it, so two cannot be made at once. A signer takes
the turn, his device answers, the turn ends; one that never answers holds up nobody for long,
and its late answer finds another epoch and changes nothing.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from server.domain.agreement import Agreement, Lease, Signature
from server.domain.errors import DomainError
from server.domain.ids import FileId
from server.domain.signing_order import expect_turn, signed

LIFE = timedelta(seconds=30)
RETRY_AFTER_S = 1
"""When to ask again; a turn mostly takes a second."""


class SigningBusyError(DomainError):
    """Somebody else is signing this moment; `facts["retry_after_s"]` says when to ask again."""

    code = "signing_busy"


class TurnLostError(DomainError):
    """The answer came after its turn had ended; nothing is signed, and one may ask again."""

    code = "turn_lost"


def take(agreement: Agreement, signature: Signature, now: datetime) -> Agreement:
    """Return it with the signer's turn begun; his own earlier one ends.

    Raises SigningBusyError during somebody else's, and as `expect_turn`.
    """
    expect_turn(agreement, signature.signer)
    going = agreement.lease
    if going is not None and going.signature.signer != signature.signer and _going(going, now):
        raise SigningBusyError(retry_after_s=RETRY_AFTER_S)
    epoch = agreement.epoch + 1
    lease = Lease(epoch=epoch, until=now + LIFE, signature=signature)
    return replace(agreement, epoch=epoch, lease=lease)


def _going(lease: Lease, now: datetime) -> bool:
    # A clock that was put back must not keep everybody else waiting until it catches up.
    return lease.until - LIFE <= now < lease.until


def prepared(agreement: Agreement, epoch: int, kept: FileId, attributes: str) -> Agreement:
    """Return it with the PDF prepared; raises TurnLostError when the turn is another's."""
    lease = replace(held(agreement, epoch), prepared=kept, attributes=attributes)
    return replace(agreement, lease=lease)


def held(agreement: Agreement, epoch: int) -> Lease:
    """Return the turn of this epoch; raises TurnLostError when there is none any more."""
    if agreement.lease is None or agreement.lease.epoch != epoch:
        raise TurnLostError
    return agreement.lease


def answered(agreement: Agreement, epoch: int, now: datetime) -> Lease:
    """Return the turn an answer belongs to; raises TurnLostError once its time is over."""
    lease = held(agreement, epoch)
    if now >= lease.until or lease.prepared is None:
        raise TurnLostError
    return lease


def lapsed(agreement: Agreement, now: datetime) -> Agreement:
    """Return it without a turn whose time is over: nobody can finish that any more."""
    lease = agreement.lease
    if lease is None or now < lease.until:
        return agreement
    return replace(agreement, lease=None)


def ended(agreement: Agreement, epoch: int, added: FileId) -> Agreement:
    """Return it signed by whose turn it was, with what that added to the PDF.

    Nobody else can have taken the turn since while the epoch is the same.
    """
    signature = held(agreement, epoch).signature
    after = signed(agreement, signature)
    return replace(after, added=(*agreement.added, added), lease=None)
