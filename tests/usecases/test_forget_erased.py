"""What a reader keeps in the log of writes is told to the operator, and emptied later."""

import asyncio
import logging
from dataclasses import replace

import pytest

from server.ports.store import DiskFullError, Remains
from server.usecases.forget_erased import AGAIN_S, forget, keep_forgetting
from server.usecases.world import World
from tests.support.clock import FakeClock


class _Read:
    """A store in whose files something remains for some tries."""

    def __init__(self, tries: int, remains: Remains = Remains.READ) -> None:
        self.tried = 0
        self._tries = tries
        self._remains = remains
        self.owes_forgetting = True

    async def forget(self) -> Remains | None:
        self.tried += 1
        self.owes_forgetting = self.tried <= self._tries
        return self._remains if self.owes_forgetting else None

    go_on_forgetting = forget


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


async def test_what_only_the_operator_can_change_is_said_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    store, clock = _Read(4, Remains.REFUSED), FakeClock()
    task = asyncio.create_task(keep_forgetting(replace(world, store=store, clock=clock)))  # type: ignore[arg-type]  # no more is asked
    with caplog.at_level(logging.WARNING):
        await clock.advance(5 * AGAIN_S)
    assert store.tried == 5, "it is tried all the same"
    assert [Remains.REFUSED in said for said in caplog.messages] == [True]
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


class _Away(_Read):
    async def forget(self) -> Remains | None:
        raise DiskFullError


async def test_who_destroys_is_not_failed_by_what_comes_after(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await forget(replace(world, store=_Away(1)))  # type: ignore[arg-type]  # no more is asked
    assert "DiskFullError" in caplog.text
