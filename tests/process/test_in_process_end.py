"""An app that ends in a process that goes on leaves no connection open."""

import asyncio
import gc
import warnings
from pathlib import Path

import pytest

from server.app import running
from server.config import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


async def test_what_still_reads_ends_before_the_database_is_closed(tmp_path: Path) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        async with running(Settings(data=tmp_path / "data")) as app:
            reading = asyncio.Event()

            async def read() -> None:
                async with app.world.store.read() as uow:
                    await uow.calendar.years()
                    reading.set()
                    await asyncio.Event().wait()

            app.world.rooms._tasks.start(read(), name="reader")
            await reading.wait()
        gc.collect()
    assert [str(one.message) for one in warned if one.category is ResourceWarning] == []
