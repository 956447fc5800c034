"""Finds the locked text of a case, for everything that shows, signs or seals it."""

from server.domain.agreement import Agreement, Locked
from server.domain.errors import WrongStateError
from server.domain.ids import CaseId, FileId
from server.ports.files import ShreddedError
from server.ports.store import UnitOfWork


async def locked_text(uow: UnitOfWork, case_id: CaseId) -> tuple[Agreement, Locked]:
    """Return the case's agreement and its locked text; WrongStateError where none is."""
    agreement = await uow.agreements.of_case(case_id)
    if agreement is None or agreement.locked is None:
        raise WrongStateError(state=agreement.state if agreement else "no_draft")
    return agreement, agreement.locked


async def expect_kept(uow: UnitOfWork, file: FileId) -> None:
    """Raise ShreddedError for a destroyed file: pictures of it may still lie on a shelf."""
    if (await uow.files.get(file)).shredded_at is not None:
        raise ShreddedError
