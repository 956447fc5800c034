"""What follows from one more signature: its log entry, and the case once all have signed."""

import base64

from server.domain.agreement import Agreement, AgreementState, Signature
from server.domain.canonical import sha256_hex
from server.domain.case import Case, CaseState
from server.domain.session_log import Happening, happened
from server.domain.signing_order import outstanding
from server.ports.store import UnitOfWork


async def done(uow: UnitOfWork, after: Agreement, signature: Signature) -> Happening:
    """Return the log entry of a signature: who, in what role, over which digests."""
    scan = signature.seal_scan
    given = {"scan_sha256": (await uow.files.get(scan)).sha256} if scan else {}
    return happened(
        "sign.done",
        signature.signer,
        signer=signature.signer,
        role=signature.role,
        version=after.text_version,
        pdf_sha256=after.locked.pdf_sha256 if after.locked else None,
        statement_sha256=sha256_hex(signature.statement.encode()),
        key_control=signature.key_control,
        outstanding=len(outstanding(after)),
        **given,
    )


async def follow_signatures(uow: UnitOfWork, case: Case, after: Agreement) -> None:
    """Move the case to agreed once the text is signed by everybody."""
    if after.state is AgreementState.SIGNED and case.state is CaseState.MEDIATING:
        await uow.cases.save(case.move(CaseState.AGREED))


def encode(content: bytes) -> str:
    """Return bytes as base64, as signatures and keys are kept."""
    return base64.b64encode(content).decode()
