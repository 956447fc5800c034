"""PostgreSQL's snapshot by its own programs: one moment, put into an empty database."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from server.domain.ids import CaseId, RecordId
from server.ports.backup import BackupError, Snapshots
from server.store.schema import migrate
from server.store.snapshots import snapshots
from server.store.store import SqlStore, open_store
from server.system import SystemIds
from tests.store.examples import AT, Story
from tests.support.postgres import PostgresServer
from tests.support.world import KEK

ENVIRONMENT = {"PATH": os.environ["PATH"]}


@pytest.fixture
async def store(postgres_url: str) -> AsyncIterator[SqlStore]:
    await migrate(postgres_url)
    opened = await open_store(postgres_url, KEK, SystemIds())
    yield opened
    await opened.close()


@pytest.fixture
async def empty_url(postgres_server: PostgresServer) -> AsyncIterator[str]:
    connection = await asyncpg.connect(postgres_server.dsn())
    await connection.execute("CREATE DATABASE restored TEMPLATE template0 ENCODING UTF8")
    yield postgres_server.url("restored")
    await connection.execute("DROP DATABASE restored WITH (FORCE)")
    await connection.close()


async def test_a_snapshot_fills_an_empty_database(
    store: SqlStore, postgres_url: str, empty_url: str, tmp_path: Path
) -> None:
    async with store.write() as uow:
        await Story(uow).tell()
    taken, target = snapshots(postgres_url, ENVIRONMENT), snapshots(empty_url, ENVIRONMENT)
    file = tmp_path / taken.name
    writing = asyncio.get_running_loop().create_task(_another_year(store))
    assert await taken.take(file) == [RecordId("record-12")]
    await writing
    await target.expect_empty()
    await target.put(file)
    with pytest.raises(BackupError) as refused:
        await target.expect_empty()
    assert refused.value.facts["reason"] == "not_empty"
    restored = await open_store(empty_url, KEK, SystemIds())
    async with restored.read() as uow:
        assert (await uow.register.get(RecordId("record-12"))).serial == 12
        assert await uow.log.of_case(CaseId("case-1")) == []
    await restored.close()


async def _another_year(store: SqlStore) -> None:
    for number in range(20):
        async with store.write() as uow:
            await uow.replies.put(f"another {number}", "", AT)


async def _reason(taken: Snapshots, file: Path) -> str:
    with pytest.raises(BackupError) as refused:
        await taken.take(file)
    return str(refused.value.facts["reason"])


async def test_what_cannot_be_copied_is_told(
    postgres_url: str, empty_url: str, tmp_path: Path
) -> None:
    no_tables = snapshots(postgres_url, ENVIRONMENT)
    assert await _reason(no_tables, tmp_path / "a") == "no_database"
    await migrate(empty_url)
    without = snapshots(empty_url, {"PATH": str(tmp_path)})
    assert await _reason(without, tmp_path / "b") == "no_program"
    (tmp_path / "c").write_bytes(b"no dump")
    with pytest.raises(BackupError) as refused:
        await no_tables.put(tmp_path / "c")
    assert refused.value.facts["reason"] == "program_failed"
