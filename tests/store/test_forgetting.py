"""Nothing of what was erased stays in SQLite's log of writes, or the store says that it may."""

from pathlib import Path

from server.ports.store import Remains
from server.store.store import SqlStore
from tests.store import examples
from tests.store.examples import AT, Story

CONTENT = bytes(range(200)) * 20


def log_of_writes(database: Path) -> bytes:
    return database.with_name(database.name + "-wal").read_bytes()


def owes(store: SqlStore) -> bool:
    return store.owes_forgetting


async def test_what_a_reader_keeps_in_the_log_of_writes_is_owed(
    sqlite_store: SqlStore, sqlite_file: Path
) -> None:
    async with sqlite_store._engines.writer.connect() as connection:
        await connection.exec_driver_sql("PRAGMA busy_timeout=10")
    assert owes(sqlite_store), "a stop may have come before it"
    async with sqlite_store.write() as uow:
        await Story(uow).begin()
        await uow.files.add(examples.file(size=len(CONTENT)), CONTENT)
    async with sqlite_store.read() as reading:
        file = await reading.files.get(examples.file(size=0).id)
        async with sqlite_store.write() as uow:
            await uow.files.shred(file.id, AT)
        assert await sqlite_store.forget() is Remains.READ
        assert owes(sqlite_store)
        assert log_of_writes(sqlite_file)
    assert await sqlite_store.go_on_forgetting() is None
    assert not owes(sqlite_store)
    assert not log_of_writes(sqlite_file)
