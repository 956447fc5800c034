"""Puts the PDF together as the signatures so far have left it, and asks for the next one."""

import base64
from datetime import datetime

from server.domain.agreement import Agreement, Signature
from server.domain.canonical import sha256_hex
from server.domain.errors import WrongStateError
from server.ports.documents import SignOrder
from server.ports.store import UnitOfWork


async def signed_pdf(uow: UnitOfWork, agreement: Agreement) -> bytes:
    """Return the locked PDF with what every signature appended to it.

    Raises WrongStateError where nothing is locked.
    """
    if agreement.locked is None:
        raise WrongStateError(state=agreement.state)
    given = agreement.added[: len(agreement.signatures)]
    parts = [await uow.files.content(file) for file in (agreement.locked.pdf, *given)]
    return b"".join(parts)


async def sealed_pdf(uow: UnitOfWork, agreement: Agreement) -> bytes | None:
    """Return it with what the seal appended; None before the seal has."""
    if len(agreement.added) <= len(agreement.signatures):
        return None
    return await signed_pdf(uow, agreement) + await uow.files.content(agreement.added[-1])


def sign_order(
    agreement: Agreement, signature: Signature, pdf: bytes, at: datetime, handwriting: bytes | None
) -> SignOrder:
    """Return what the PDF's signature is made of: the key and statement of the consent."""
    return SignOrder(
        committee_id=agreement.committee_id,
        pdf=pdf,
        signer_id=signature.signer,
        role=signature.role,
        public_key=base64.b64decode(signature.public_key),
        statement_sha256=sha256_hex(signature.statement.encode()),
        at=at,
        signed_at=signature.at,
        handwriting=handwriting,
    )
