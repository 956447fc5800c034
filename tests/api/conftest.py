"""A world for each test."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.store.schema import migrate
from server.usecases.world import World
from tests.support.site import Town, lay_out_pages, town
from tests.support.world import Stage, stage


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "heyi.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture
async def scene(empty_database: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(Path(shutil.copy(empty_database, tmp_path / "heyi.db"))) as opened:
        yield opened


@pytest.fixture
def world(scene: Stage) -> World:
    return scene.world


@pytest.fixture
async def site(world: World, tmp_path: Path) -> AsyncIterator[Town]:
    folder = tmp_path / "dist"
    folder.mkdir()
    async with town(world, lay_out_pages(folder)) as opened:
        yield opened
