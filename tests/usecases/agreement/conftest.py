"""A site whose world has its papers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.usecases.world import World
from tests.support.beginnings import Shelf, beginning
from tests.support.papers import equipped
from tests.support.world import Stage


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"), equipped)


@pytest.fixture
def office(scene: Stage, tmp_path: Path, shelf: Shelf) -> Iterator[Stage]:
    with beginning(equipped(scene, tmp_path), shelf) as office:
        yield office


@pytest.fixture
def world(office: Stage) -> World:
    return office.world
