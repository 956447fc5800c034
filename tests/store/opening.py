"""A program that opens a database of an earlier release, and dies at a chosen point on the way."""

import asyncio

from server.store import old_keys, store, transaction
from server.store.store import open_store
from server.system import SystemIds
from tests.store.rotating import count_steps

FEW = 2


def open_until(address: str, kek: bytes, point: int) -> None:
    """Open the store; be killed right before its `point`th statement, begin or commit."""
    count_steps(point, transaction, store)
    old_keys.AT_ONCE = FEW
    asyncio.run(_open(address, kek))


async def _open(address: str, kek: bytes) -> None:
    await (await open_store(address, kek, SystemIds())).close()
