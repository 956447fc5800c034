"""A transaction is whole or nothing, writers take turns, and failures have a code."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError

from server.domain.errors import DomainError, InvalidValueError, NotFoundError
from server.domain.register import RegisterQuery
from server.ports.files import ShreddedError
from server.ports.store import CaseQuery, ConflictError, DiskFullError
from server.store.engines import open_engines
from server.store.errors import UnavailableError
from server.store.files import ENCRYPTED_AT_ONCE
from server.store.store import SqlStore
from tests.store import examples
from tests.store.conftest import opened
from tests.store.examples import AT, CASE, COMMITTEE, Story


async def test_an_error_rolls_everything_back(store: SqlStore) -> None:
    async def fail() -> None:
        async with store.write() as uow:
            await Story(uow).tell()
            await uow.register.allot(COMMITTEE, 2025)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with store.write() as uow:
        with pytest.raises(NotFoundError):
            await uow.cases.get(CASE)
        assert await uow.committees.all() == []
        assert await uow.register.allot(COMMITTEE, 2025) == 1


async def test_nothing_is_kept_after_a_swallowed_failure(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()

    async def swallow() -> None:
        async with store.write() as uow:
            await uow.sessions.add(examples.session())
            with pytest.raises(ConflictError):
                await uow.cases.add(examples.case())

    with pytest.raises(ConflictError):
        await swallow()
    async with store.read() as uow:
        assert await uow.sessions.of_case(CASE) == []


async def test_a_reader_cannot_write(store: SqlStore) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"):
        async with store.read() as uow:
            await uow.committees.add(examples.committee())
    async with store.read() as uow:
        assert await uow.committees.all() == []


async def test_a_reader_sees_only_what_was_committed(store: SqlStore) -> None:
    async with store.write() as writing:
        await Story(writing).begin()
        async with store.read() as reading:
            assert await reading.committees.all() == []
    async with store.read() as reading:
        assert len(await reading.committees.all()) == 1


async def test_of_two_writers_of_one_version_one_wins(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()

    async def late(matter: str) -> None:
        async with store.write() as uow:
            await uow.cases.save(examples.case(matter=matter))

    results = await asyncio.gather(late("甲"), late("乙"), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["ConflictError", "NoneType"]


async def test_writers_who_read_first_never_conflict(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()

    async def add_claim(number: int) -> None:
        async with store.write() as uow:
            case = await uow.cases.get(CASE)
            await uow.cases.save(
                examples.case(claims=(*case.claims, str(number)), version=case.version)
            )

    await asyncio.gather(*(add_claim(number) for number in range(20)))
    async with store.read() as uow:
        case = await uow.cases.get(CASE)
    assert sorted(case.claims[1:], key=int) == [str(number) for number in range(20)]
    assert case.version == 20


async def test_numbers_have_no_gap_and_no_twin_under_fifty_writers(store: SqlStore) -> None:
    got: list[int] = []

    async def seal(writer: int) -> None:
        async with store.write() as uow:
            serial = await uow.register.allot(COMMITTEE, 2025)
            await asyncio.sleep(0)
            if writer % 5 == 0:
                raise ZeroDivisionError
        got.append(serial)

    await asyncio.gather(*(seal(writer) for writer in range(50)), return_exceptions=True)
    assert sorted(got) == list(range(1, 41))


async def test_each_committee_year_and_kind_counts_alone(store: SqlStore) -> None:
    async with store.write() as uow:
        assert await uow.register.allot(COMMITTEE, 2025) == 1
        assert await uow.register.allot(COMMITTEE, 2026) == 1
        assert await uow.cases.next_number(COMMITTEE, 2025) == 1
        assert await uow.register.allot(COMMITTEE, 2025) == 2
        assert await uow.cases.next_number(COMMITTEE, 2025) == 2


async def test_a_cancelled_writer_leaves_nothing_and_makes_room(store: SqlStore) -> None:
    inside = asyncio.Event()

    async def write() -> None:
        async with store.write() as uow:
            await Story(uow).begin()
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await inside.wait()
    task.cancel()
    await asyncio.wait([task])
    async with asyncio.timeout(10), store.write() as uow:
        assert await uow.committees.all() == []
        await Story(uow).begin()


async def test_a_write_inside_a_write_is_refused_instead_of_waiting(store: SqlStore) -> None:
    async with store.write() as uow:
        with pytest.raises(RuntimeError, match="inside"):
            async with store.write():
                pass
        await Story(uow).begin()
    async with store.write() as uow:
        assert (await uow.cases.get(CASE)).version == 0


async def test_writers_cancelled_anywhere_leave_whole_transactions(store: SqlStore) -> None:
    async with store.write() as uow:
        await uow.committees.add(examples.committee())
    chance = Random(1)

    async def seal() -> None:
        async with store.write() as uow:
            serial = await uow.register.allot(COMMITTEE, 2025)
            await uow.register.add(examples.entry(serial))
            await uow.cases.add(examples.case(f"case-{serial}"))

    for _ in range(15):
        tasks = [asyncio.create_task(seal()) for _ in range(4)]
        await asyncio.wait(tasks, timeout=chance.uniform(0, 0.03))
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    async with asyncio.timeout(20):
        await seal()
    async with store.read() as uow:
        entries, total = await uow.register.search(
            RegisterQuery(committee_id=COMMITTEE, page_size=100)
        )
        _, cases = await uow.cases.search(CaseQuery(committee_id=COMMITTEE))
    assert sorted(entry.serial for entry in entries) == list(range(1, total + 1))
    assert cases == total


async def test_a_store_is_healthy(store: SqlStore) -> None:
    assert await store.healthy()


@pytest.mark.postgres
async def test_a_store_is_not_healthy_while_its_database_is_away(
    migrated_postgres: str, postgres_store: SqlStore
) -> None:
    await _allow_connections(migrated_postgres, "false")
    assert not await postgres_store.healthy()
    await _allow_connections(migrated_postgres, "true")
    assert await postgres_store.healthy()


async def test_a_commit_waits_for_the_disk_where_others_need_not(postgres_url: str) -> None:
    engines = open_engines(postgres_url)
    async with engines.writer.connect() as ours:
        asked = (await ours.execute(text("SHOW synchronous_commit"))).scalar()
    await engines.close()
    theirs = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    assert (asked, await theirs.fetchval("SHOW synchronous_commit")) == ("on", "off")
    await theirs.close()


@pytest.mark.postgres
async def test_a_cut_connection_is_told_and_replaced(
    migrated_postgres: str, postgres_store: SqlStore
) -> None:
    async def lose() -> None:
        async with postgres_store.write() as uow:
            await Story(uow).begin()
            await _cut_others(migrated_postgres)
            await uow.committees.all()

    with pytest.raises(UnavailableError):
        await lose()
    async with postgres_store.write() as uow:
        assert await uow.committees.all() == []


async def test_a_full_disk_is_told_and_healed(sqlite_file: Path, sqlite_store: SqlStore) -> None:
    store = sqlite_store
    async with store.write() as uow:
        await Story(uow).begin()
    content = bytes(1 << 20)

    async def fill() -> None:
        async with store.write() as uow:
            await uow.sessions.add(examples.session())
            await uow.files.add(examples.file(size=len(content)), content)

    await _limit_pages(store, 100)
    with pytest.raises(DiskFullError):
        await fill()
    await _limit_pages(store, 1 << 20)
    async with store.write() as uow:
        assert await uow.sessions.of_case(CASE) == []
        await uow.files.add(examples.file(size=len(content)), content)
    with closing(sqlite3.connect(sqlite_file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_nothing_is_committed_after_a_full_disk_was_swallowed(
    sqlite_store: SqlStore,
) -> None:
    """SQLite has rolled back by then, and would commit each statement that follows by itself."""
    async with sqlite_store.write() as uow:
        await Story(uow).begin()
    content = bytes(ENCRYPTED_AT_ONCE)

    async def swallow() -> None:
        async with sqlite_store.write() as uow:
            with pytest.raises(DiskFullError):
                await uow.files.add(examples.file(size=len(content)), content)
            await uow.sessions.add(examples.session())

    await _limit_pages(sqlite_store, 100)
    with pytest.raises(DiskFullError):
        await swallow()
    await _limit_pages(sqlite_store, 1 << 20)
    async with sqlite_store.read() as uow:
        assert await uow.sessions.of_case(CASE) == []


async def test_a_lock_held_elsewhere_is_told_and_readers_go_on(
    sqlite_file: Path, sqlite_store: SqlStore
) -> None:
    store = sqlite_store
    await _on_writer(store, "PRAGMA busy_timeout=20")
    with closing(sqlite3.connect(sqlite_file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnavailableError):
            async with store.write() as uow:
                await uow.committees.all()
        async with store.read() as uow:
            assert await uow.committees.all() == []
    async with store.write() as uow:
        await Story(uow).begin()


async def test_two_programs_write_in_turn(sqlite_file: Path, sqlite_store: SqlStore) -> None:
    got: list[int] = []

    async def allot(store: SqlStore) -> None:
        async with store.write() as uow:
            serial = await uow.register.allot(COMMITTEE, 2025)
        got.append(serial)

    async with opened(f"sqlite:///{sqlite_file}") as other:
        await asyncio.gather(*(allot(store) for store in [sqlite_store, other] * 10))
    assert sorted(got) == list(range(1, 21))


async def test_errors_quote_nothing_personal(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).tell()
    with pytest.raises(DomainError) as refused:
        async with store.write() as uow:
            await uow.invitations.add(examples.invitation("inv-2", token_hash="token-inv-1"))
    assert "token-inv-1" not in repr(refused.value.__cause__)
    assert refused.value.facts == {}


async def test_every_commit_is_synced(sqlite_file: Path) -> None:
    engines = open_engines(f"sqlite:///{sqlite_file}")
    for engine in (engines.writer, engines.reader):
        async with engine.connect() as connection:
            for pragma, value in {
                "journal_mode": "wal",
                "synchronous": 2,
                "foreign_keys": 1,
                "secure_delete": 1,
                "busy_timeout": 5000,
                "recursive_triggers": 1,
            }.items():
                assert (await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar() == value
    await engines.close()


async def test_a_read_is_one_snapshot(store: SqlStore) -> None:
    content = bytes(ENCRYPTED_AT_ONCE + 1)
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.files.add(examples.file(size=len(content)), content)
    async with store.read() as reading:
        kept = await reading.files.get(examples.file(size=0).id)
        async with store.write() as uow:
            await uow.files.shred(kept.id, AT)
        assert await reading.files.content(kept.id) == content
    async with store.read() as reading:
        with pytest.raises(ShreddedError):
            await reading.files.content(kept.id)


async def test_a_read_can_write_nothing(store: SqlStore) -> None:
    with pytest.raises((DomainError, DBAPIError)):
        async with store.read() as reading:
            await Story(reading).begin()
    async with store.read() as reading:
        assert await reading.committees.all() == []


@pytest.mark.parametrize("address", ["sqlite://", "mysql://x/y", "sqlite:///:memory:"])
def test_other_databases_are_refused(address: str) -> None:
    with pytest.raises(InvalidValueError):
        open_engines(address)


async def test_times_without_a_zone_are_refused(store: SqlStore) -> None:
    with pytest.raises(StatementError, match="without a zone"):
        async with store.write() as uow:
            await uow.staff.revoke_sessions(examples.member().id, AT.replace(tzinfo=None))


async def _on_writer(store: SqlStore, statement: str) -> None:
    async with store._engines.writer.connect() as connection:
        await connection.exec_driver_sql(statement)


async def _limit_pages(store: SqlStore, pages: int) -> None:
    await _on_writer(store, f"PRAGMA max_page_count={pages}")


def _dsn(address: str) -> str:
    return address.replace("+asyncpg", "")


async def _cut_others(address: str) -> None:
    connection = await asyncpg.connect(_dsn(address))
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()


async def _allow_connections(address: str, allowed: str) -> None:
    base, name = _dsn(address).rsplit("/", 1)
    connection = await asyncpg.connect(f"{base}/postgres")
    await connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {allowed}')
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name
    )
    await connection.close()
