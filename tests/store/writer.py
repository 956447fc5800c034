"""A program that writes until it is killed, and says after each commit what it wrote."""

import asyncio
from multiprocessing.connection import Connection

from server.domain.ids import CaseId
from server.domain.session_log import happened
from server.store.store import SqlStore, open_store
from server.system import SystemIds
from tests.store import examples
from tests.store.examples import AT, COMMITTEE


def write_until_killed(address: str, kek: bytes, told: Connection) -> None:
    """Seal one example record after the other; send each serial once it is committed."""
    asyncio.run(_write(address, kek, told))


async def _write(address: str, kek: bytes, told: Connection) -> None:
    store = await open_store(address, kek, SystemIds())
    while True:
        told.send(await _seal_one(store))


async def _seal_one(store: SqlStore) -> int:
    async with store.write() as uow:
        serial = await uow.register.allot(COMMITTEE, 2025)
        case = CaseId(f"case-{serial}")
        await uow.cases.add(examples.case(case))
        await uow.log.append(case, [happened("sealed", "staff-1", serial=serial)], AT)
        await uow.register.add(examples.entry(serial))
        content = bytes(serial % 7 for _ in range(20_000))
        file = examples.file(f"file-{serial}", size=len(content), case_id=case)
        await uow.files.add(file, content)
    return serial
