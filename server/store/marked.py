"""Reads the cases that a migration marked: it has no key and cannot read their bodies."""

from server.store.agreement import SqlAgreements
from server.store.case import SqlCases
from server.store.transaction import Transaction


async def read_marked(tx: Transaction) -> None:
    """Write again all plain columns and days that follow from the bodies of marked cases."""
    cases, agreements = SqlCases(tx), SqlAgreements(tx)
    while found := await cases.marked():
        for case in found:
            if (agreement := await agreements.of_case(case.id)) is not None:
                await agreements.write_days(agreement)
            await cases.unmark(case)
