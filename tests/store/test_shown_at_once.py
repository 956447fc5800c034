"""A phone fetches pages at once, and twice: each comes, and that all came is noted once."""

import asyncio
import json
from types import SimpleNamespace
from typing import cast

from server.domain.agreement import Locked
from server.domain.ids import FileId, StaffId
from server.store.store import SqlStore
from server.usecases import show_pages
from server.usecases.world import World
from tests.store import examples
from tests.store.examples import AT, CASE, Story
from tests.support.clock import FakeClock

TEXT = Locked(
    version=1,
    digest="d",
    pdf=FileId("file-1"),
    pdf_sha256="p",
    document=FileId("file-2"),
    pages=4,
    at=AT,
    by=StaffId("staff-1"),
)


async def test_the_same_pages_at_once_conflict_with_nothing(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
    world = cast("World", SimpleNamespace(store=store, clock=FakeClock()))
    link = examples.invitation()
    pages = [page for page in range(1, TEXT.pages + 1) for _ in range(4)]
    await asyncio.gather(*(show_pages.remember(world, link, TEXT, page) for page in pages))
    async with store.read() as uow:
        kinds = [json.loads(entry.body)["kind"] for entry in await uow.log.of_case(CASE)]
        assert await show_pages.all_shown(uow, CASE, TEXT, link.person_id)
    assert kinds == ["sign.pages_shown"]
