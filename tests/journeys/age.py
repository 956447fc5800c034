"""Lets the years pass for one case's file, in the server's own database."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from server.domain.case import CaseState
from server.ports.store import CaseQuery
from server.store.keys import load_or_create
from server.store.store import open_store
from server.system import SystemIds

LONG = timedelta(days=40 * 365)


async def age_sealed(data: Path) -> None:
    """Put the closing of every sealed case forty years back."""
    store = await open_store(
        f"sqlite:///{data / 'heyi.db'}", load_or_create(data / "keys" / "kek"), SystemIds()
    )
    try:
        async with store.write() as uow:
            for committee in await uow.committees.all():
                query = CaseQuery(committee_id=committee.id, state=CaseState.SEALED)
                cases, _ = await uow.cases.search(query)
                for case in cases:
                    assert case.closed_at is not None
                    await uow.cases.save(replace(case, closed_at=case.closed_at - LONG))
    finally:
        await store.close()
