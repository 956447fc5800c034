"""A stage that begins at a kept moment is where the steps would have brought it."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from server.ports.store import CalendarYear
from tests.support import cases, signing
from tests.support.beginnings import Shelf, beginning, told
from tests.support.papers import equipped
from tests.support.signing import Sitting
from tests.support.world import Stage, stage
from tests.usecases.agreement.conftest import shelf
from tests.usecases.conftest import empty_database

__all__ = ["empty_database", "shelf"]

YEAR = CalendarYear(year=2041, holidays=frozenset(), working_days=frozenset())
Opened = Callable[[str], Awaitable[Stage]]


@pytest.fixture
async def opened(empty_database: Path, tmp_path: Path, shelf: Shelf) -> AsyncIterator[Opened]:
    """Yield what opens a stage of its own below a name."""
    async with AsyncExitStack() as stack:

        async def office(name: str) -> Stage:
            folder = tmp_path / name
            folder.mkdir()
            shutil.copy(empty_database, folder / "heyi.db")
            scene = await stack.enter_async_context(stage(folder / "heyi.db"))
            return stack.enter_context(beginning(equipped(scene, folder), shelf))

        yield office


def on_disk(folder: Path) -> tuple[list[str], dict[str, int]]:
    """Return the files of the keys and records, and how many rows each table has."""
    with closing(sqlite3.connect(folder / "heyi.db")) as database:
        tables = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        count = "SELECT count(*) FROM"
        rows = {name: database.execute(f'{count} "{name}"').fetchone()[0] for (name,) in tables}
    files = sorted(p for name in ("keys", "data") for p in (folder / name).rglob("*"))
    return [str(path.relative_to(folder)) for path in files], rows


def in_memory(made: Sitting) -> tuple[object, ...]:
    scene = made.scene
    phones = [(phone.invitation, phone.device, phone.token) for phone in made.phones]
    sent = [(one.kind, one.mobile, one.text) for one in scene.notifier.sent]
    times = scene.clock.now(), scene.clock.monotonic()
    return made.session, phones, sent, scene.teller.told, scene.media.tables, times


@pytest.mark.parametrize("make", [signing.drafted, signing.sealed], ids=["drafted", "sealed"])
async def test_laid_down_it_is_as_the_steps_leave_it(
    make: Callable[[Stage], Awaitable[Sitting]], opened: Opened, tmp_path: Path
) -> None:
    stepped = await make(replace(await opened("stepped"), beginning=None))
    await told(stepped)
    await make(await opened("first"))
    laid = await make(await opened("laid"))
    assert on_disk(tmp_path / "laid") == on_disk(tmp_path / "stepped")
    assert in_memory(laid) == in_memory(stepped)
    assert laid.world.ids.new() == stepped.world.ids.new()
    assert laid.case == stepped.case
    assert all(one.scene is laid.scene for one in laid.phones)


async def _time(scene: Stage) -> Stage:
    await scene.clock.advance(1)
    return scene


async def _a_case(scene: Stage) -> Stage:
    await cases.registered(scene.world)
    return scene


async def _a_row(scene: Stage) -> Stage:
    async with scene.world.store.write() as uow:
        await uow.calendar.put(YEAR)
    return scene


async def _no_codes(scene: Stage) -> Stage:
    scene.notifier.carries_codes = False
    return scene


async def _another_world(scene: Stage) -> Stage:
    return replace(scene, world=replace(scene.world))


@pytest.mark.parametrize(
    "touch", [_time, _a_case, _a_row, _no_codes, _another_world], ids=lambda one: one.__name__[1:]
)
async def test_a_stage_that_somebody_touched_takes_every_step_itself(
    touch: Callable[[Stage], Awaitable[Stage]], opened: Opened, tmp_path: Path
) -> None:
    scene = await touch(await opened("touched"))
    before = on_disk(tmp_path / "touched")[1]
    made = await signing.drafted(scene)
    assert made.scene.beginning is None
    after = on_disk(tmp_path / "touched")[1]
    assert all(after[table] >= rows for table, rows in before.items())
