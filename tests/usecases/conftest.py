"""A world for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.usecases.world import World
from tests.support.world import Stage, stage


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as opened:
        yield opened


@pytest.fixture
def world(scene: Stage) -> World:
    return scene.world
