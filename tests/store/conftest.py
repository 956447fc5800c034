"""A migrated, empty database of either kind, and the store opened on it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from server.store.schema import migrate
from server.store.store import SqlStore, open_store
from server.system import SystemIds

KEK = bytes(range(32))


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "heyi.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_file(migrated_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated_file, tmp_path / "heyi.db"))


@pytest.fixture
async def migrated_postgres(postgres_url: str) -> str:
    await migrate(postgres_url)
    return postgres_url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest) -> str:
    """Return the address of a migrated, empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('sqlite_file')}"
    migrated: str = request.getfixturevalue("migrated_postgres")
    return migrated


@pytest.fixture
async def store(address: str) -> AsyncIterator[SqlStore]:
    async with opened(address) as store:
        yield store


@pytest.fixture
async def sqlite_store(sqlite_file: Path) -> AsyncIterator[SqlStore]:
    async with opened(f"sqlite:///{sqlite_file}") as store:
        yield store


@pytest.fixture
async def postgres_store(migrated_postgres: str) -> AsyncIterator[SqlStore]:
    async with opened(migrated_postgres) as store:
        yield store


@asynccontextmanager
async def opened(address: str, kek: bytes = KEK) -> AsyncIterator[SqlStore]:
    """Open a store and close it again."""
    store = await open_store(address, kek, SystemIds())
    try:
        yield store
    finally:
        await store.close()
