"""A new app opens the rooms that the one before left, whatever a single sitting's row is like."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from server.domain.ids import RoomId, SessionId
from server.ports.store import DiskFullError
from server.rooms.registry import AGAIN_S, Registry
from server.rooms.view import Scene
from tests.rooms.stage import Stage
from tests.rooms.test_recording_ends import film, wait_for
from tests.support.builders import SESSION

BROKEN = SessionId("broken")


@pytest.fixture
async def torn(recorded: Stage, tmp_path: Path) -> Stage:
    """Give a stage on which another unfinished sitting, planned before, cannot be read."""
    async with recorded.store.write() as uow:
        first = await uow.sessions.get(SESSION)
        at = first.planned_at - timedelta(hours=1)
        await uow.sessions.add(replace(first, id=BROKEN, planned_at=at, version=0))
    with closing(sqlite3.connect(tmp_path / "heyi.db")) as db, db:
        assert db.execute("UPDATE sessions SET body = x'00' WHERE id = 'broken'").rowcount == 1
    return recorded


def anew(on: Stage) -> Registry:
    return Registry(on.registry._ports, on.registry._tasks)


def rooms_of(registry: Registry) -> list[RoomId]:
    return [room.forwarding.room for _, room in registry._rooms()]


async def adopt(on: Stage, later: Registry) -> None:
    """Let the registry adopt, and time pass until it has."""
    work = asyncio.get_running_loop().create_task(later.adopt())
    async with asyncio.timeout(5):
        while not work.done():
            await on.clock.advance(AGAIN_S[-1])
            await asyncio.sleep(0.01)
    await work


async def test_a_sitting_that_cannot_be_read_keeps_no_other_room_closed(
    torn: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    later = anew(torn)
    await adopt(torn, later)
    assert rooms_of(later) == [RoomId(SESSION)]
    assert "broken: its room is not adopted" in caplog.text


async def test_what_other_sittings_recorded_is_logged_all_the_same(
    torn: Stage, tmp_path: Path
) -> None:
    chain = film(tmp_path)
    await adopt(torn, anew(torn))
    await wait_for(torn, [(1, chain)])


async def test_a_room_that_could_not_be_opened_is_opened_a_moment_later(
    recorded: Stage,
) -> None:
    read, failures = recorded.registry._ports.read_scene, [DiskFullError(), OSError("gone")]

    async def reading(session: SessionId) -> Scene:
        if failures:
            raise failures.pop()
        return await read(session)

    later = Registry(
        replace(recorded.registry._ports, read_scene=reading), recorded.registry._tasks
    )
    await adopt(recorded, later)
    assert rooms_of(later) == [RoomId(SESSION)]
