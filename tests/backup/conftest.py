"""A data folder with one sealed record and its keys, as a server leaves it."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.archive.backups import Backups
from server.store.snapshots import snapshots
from tests.support import signing
from tests.support.papers import equipped, with_archive
from tests.support.signing import Sitting
from tests.support.world import KEK, Stage, stage
from tests.usecases.conftest import empty_database

__all__ = ["empty_database"]


@pytest.fixture
def folder(tmp_path: Path, empty_database: Path) -> Path:
    data = tmp_path / "data"
    (data / "keys").mkdir(mode=0o700, parents=True)
    (data / "keys" / "kek").touch(mode=0o600)
    (data / "keys" / "kek").write_bytes(KEK)
    shutil.copy(empty_database, data / "heyi.db")
    return data


@pytest.fixture
async def office(folder: Path) -> AsyncIterator[Stage]:
    async with stage(folder / "heyi.db") as scene:
        office = equipped(scene, folder, master=KEK)
        yield replace(office, world=with_archive(office.world, folder=folder))


@pytest.fixture
async def made(office: Stage) -> Sitting:
    return await signing.sealed(office)


@pytest.fixture
def backups(folder: Path) -> Backups:
    return backups_of(folder)


def backups_of(folder: Path) -> Backups:
    return Backups(folder, snapshots(f"sqlite:///{folder / 'heyi.db'}", {}))
