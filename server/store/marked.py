"""Reads the cases that a migration marked: it has no key and cannot read their bodies."""

import logging

from server.domain.errors import UnreadableError
from server.domain.ids import CaseId
from server.store.agreement import SqlAgreements
from server.store.case import SqlCases
from server.store.transaction import Transaction

log = logging.getLogger(__name__)


async def read_marked(tx: Transaction) -> None:
    """Write again all plain columns and days that follow from the bodies of marked cases.

    One that cannot be read keeps its mark, and keeps nobody from opening the store.
    """
    for case in await SqlCases(tx).marked():
        try:
            await _read(tx, case)
        except UnreadableError as refused:
            log.warning("case %s keeps its mark: %s", case, refused.code)


async def _read(tx: Transaction, case_id: CaseId) -> None:
    cases, agreements = SqlCases(tx), SqlAgreements(tx)
    case = await cases.get(case_id)
    if (agreement := await agreements.of_case(case_id)) is not None:
        await agreements.write_days(agreement)
    await cases.unmark(case)
