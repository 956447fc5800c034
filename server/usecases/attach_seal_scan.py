"""Puts the scan of an organisation's seal beside the signature of who signed for it."""

from server.domain import access
from server.domain.access import Act
from server.domain.agreement import Agreement
from server.domain.case import Case
from server.domain.errors import InvalidValueError
from server.domain.file_kinds import FileKind
from server.domain.ids import CaseId, FileId
from server.domain.session_log import happened
from server.domain.signing_order import scanned
from server.domain.staff import Actor
from server.ports.store import UnitOfWork
from server.usecases.change_agreement import Changed, change
from server.usecases.world import World


async def attach(
    world: World, actor: Actor, case_id: CaseId, signer: str, file: FileId
) -> Agreement:
    """Let staff attach the uploaded scan to a signature already given.

    Raises WrongStateError before the signature, ForbiddenError where no seal belongs,
    InvalidValueError for a file that is no seal scan of this case or no picture.
    """
    digest = await check_scan(world, case_id, file)

    async def step(uow: UnitOfWork, case: Case, agreement: Agreement) -> Changed:
        access.allow(actor, Act.EDIT_DRAFT, access.of_case(case, actor))
        after = scanned(agreement, signer, file)
        named = {"person": signer, "file": file, "scan_sha256": digest}
        return after, (happened("sign.seal_scan", actor.staff_id, **named),)

    return await change(world, case_id, step)


async def check_scan(world: World, case_id: CaseId, file: FileId) -> str:
    """Return the digest of a picture of a seal kept for the case; InvalidValueError for no such.

    The log names it: the seal draws the picture into the PDF after everybody has signed.
    """
    async with world.store.read() as uow:
        stored = await uow.files.get(file)
        if stored.case_id != case_id or stored.kind is not FileKind.SEAL_SCAN:
            raise InvalidValueError(field="file", reason="not_a_seal_scan")
        content = await uow.files.content(file)
    await world.renderer.check_picture(content)
    return stored.sha256
