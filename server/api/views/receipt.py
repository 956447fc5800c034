"""Renders a signer's receipt: his own signature, who is still missing, what is in force."""

from datetime import date, datetime, timedelta

from server.api.schemas import seat as wire
from server.domain.agreement import Agreement, AgreementState, Seal
from server.domain.deadlines import standing_confirmation_deadline
from server.domain.signing_order import line_of, lines, scans_missing, settled_at
from server.usecases.see_seat import Seat
from server.usecases.world import World

_FINGERPRINT = 16
"""Hexadecimal digits, as many as the desk shows of the same file."""


def receipt(world: World, seat: Seat) -> wire.Receipt | None:
    """Return the receipt once the text is locked; before that there is nothing to sign.

    Nor is there one of a text that was destroyed before it was sealed.
    """
    agreement = seat.facts.agreement
    if agreement is None or seat.facts.destroyed_at is not None:
        return None
    if agreement.state is AgreementState.DRAFTING:
        return None
    line, seal = line_of(agreement, seat.person.id), agreement.seal
    return wire.Receipt(
        signed_at=settled_at(agreement, line) if line else None,
        fingerprint=_fingerprint(seat, agreement),
        progress=_progress(agreement, seat.person.id),
        state=agreement.state,
        number=seal.number if seal else None,
        effective_on=seal.effective_on if seal else None,
        confirmation_deadline=_confirm_by(seal, seat) if seal else None,
        confirmation_depends=seal.confirmation_depends if seal else False,
        copy_until=_copy_until(world, seal.at) if seal else None,
    )


def _fingerprint(seat: Seat, agreement: Agreement) -> str:
    """Return how the SHA-256 of the sealed PDF begins, before the seal of the one he signed.

    Empty where he signed no PDF, and while the sealed one is not written.
    """
    record, locked = seat.facts.record, agreement.locked
    if agreement.state is AgreementState.SEALED:
        return record.pdf_sha256[:_FINGERPRINT] if record else ""
    own = agreement.signature_of(seat.person.id)
    return locked.pdf_sha256[:_FINGERPRINT] if own and locked else ""


def _confirm_by(seal: Seal, seat: Seat) -> date | None:
    """Return a day that is never too late, also before the next year's holidays are known."""
    calendar = seat.facts.calendar
    ends = standing_confirmation_deadline(seal.effective_on, calendar, confirmable=seal.confirmable)
    return ends.due_on if ends else None


def _copy_until(world: World, sealed_at: datetime) -> datetime:
    return sealed_at + timedelta(days=world.rules.copy_days)


def _progress(agreement: Agreement, own: str) -> list[wire.SignerProgress]:
    """Return who signs, in legal order; an official's label is his role."""
    without_seal = scans_missing(agreement)
    return [
        wire.SignerProgress(
            label=line.label or line.role,
            name=line.name,
            is_you=line.signer == own,
            signed_at=settled_at(agreement, line),
            route=line.route,
            seal_owed=line in without_seal,
        )
        for line in lines(agreement)
    ]
