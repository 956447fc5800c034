"""What a reader keeps in the log of writes is told to the operator, and emptied later."""

import asyncio
import logging
from dataclasses import replace

import pytest

from server.usecases.forget_erased import AGAIN_S, forget, keep_forgetting
from server.usecases.world import World
from tests.support.clock import FakeClock


class _Read:
    """A store that something reads for some tries."""

    def __init__(self, tries: int) -> None:
        self.tried = 0
        self._tries = tries
        self.owes_forgetting = True

    async def forget(self) -> bool:
        self.tried += 1
        self.owes_forgetting = self.tried <= self._tries
        return not self.owes_forgetting


async def test_it_is_tried_and_told_until_nobody_reads(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    store, clock = _Read(2), FakeClock()
    read = replace(world, store=store, clock=clock)  # type: ignore[arg-type]  # no more is asked
    task = asyncio.create_task(keep_forgetting(read))
    with caplog.at_level(logging.WARNING):
        await clock.advance(AGAIN_S - 1)
        assert (store.tried, len(caplog.messages)) == (1, 1)
        await clock.advance(5 * AGAIN_S)
    assert (store.tried, len(caplog.messages)) == (3, 2)
    store.owes_forgetting = True
    await clock.advance(AGAIN_S)
    assert store.tried == 4, "what is owed anew is done"
    task.cancel()


async def test_who_destroys_is_told_of_in_the_log_of_the_server(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    read = replace(world, store=_Read(1))  # type: ignore[arg-type]  # no more is asked
    await forget(read)
    assert "log of writes" in caplog.text
    caplog.clear()
    await forget(read)
    assert caplog.text == ""
