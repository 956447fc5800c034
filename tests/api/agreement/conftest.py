"""A site whose world has its papers."""

from pathlib import Path

import pytest

from server.usecases.world import World
from tests.support.papers import equipped
from tests.support.world import Stage


@pytest.fixture
def office(scene: Stage, tmp_path: Path) -> Stage:
    return equipped(scene, tmp_path)


@pytest.fixture
def world(office: Stage) -> World:
    return office.world
