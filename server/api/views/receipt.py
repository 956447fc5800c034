"""Renders a signer's receipt: his own signature, who is still missing, what is in force."""

import hashlib
from datetime import datetime, timedelta

from server.api.schemas import seat as wire
from server.domain.agreement import Agreement, AgreementState
from server.domain.signing_order import line_of, lines, settled_at
from server.usecases.see_seat import Seat
from server.usecases.world import World

_FINGERPRINT = 8


def receipt(world: World, seat: Seat) -> wire.Receipt | None:
    """Return the receipt once the text is locked; before that there is nothing to sign."""
    agreement = seat.facts.agreement
    if agreement is None or agreement.state is AgreementState.DRAFTING:
        return None
    own = agreement.signature_of(seat.person.id)
    line, seal = line_of(agreement, seat.person.id), agreement.seal
    return wire.Receipt(
        signed_at=settled_at(agreement, line) if line else None,
        fingerprint=fingerprint(own.statement) if own else "",
        progress=_progress(agreement, seat.person.id),
        state=agreement.state,
        number=seal.number if seal else None,
        effective_on=seal.effective_on if seal else None,
        confirmation_deadline=seal.confirmation_deadline if seal else None,
        copy_until=_copy_until(world, seal.at) if seal else None,
    )


def fingerprint(statement: str) -> str:
    """Return the first eight hexadecimal digits of the signed statement's SHA-256."""
    return hashlib.sha256(statement.encode()).hexdigest()[:_FINGERPRINT]


def _copy_until(world: World, sealed_at: datetime) -> datetime:
    return sealed_at + timedelta(days=world.rules.copy_days)


def _progress(agreement: Agreement, own: str) -> list[wire.SignerProgress]:
    """Return who signs, in legal order; an official's label is his role."""
    return [
        wire.SignerProgress(
            label=line.label or line.role,
            name=line.name,
            is_you=line.signer == own,
            signed_at=settled_at(agreement, line),
            route=line.route,
        )
        for line in lines(agreement)
    ]
