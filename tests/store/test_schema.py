"""A database is brought to the newest schema whole, and an unknown one is left alone."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from server.domain.agreement import AgreementState
from server.domain.case import CaseState
from server.domain.ids import StaffId
from server.domain.session_log import happened
from server.ports.keeping import ClosedBefore, KeepingQuery
from server.ports.store import CaseQuery
from server.store.engines import open_engines
from server.store.errors import OutdatedSchemaError, UnavailableError, UnknownSchemaError
from server.store.schema import migrate, revert
from server.store.tables import metadata
from tests.store import examples
from tests.store.conftest import opened
from tests.store.examples import CASE, COMMITTEE, Story


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'deep' / 'heyi.db'}"
    address: str = request.getfixturevalue("postgres_url")
    return address


async def test_a_database_goes_up_down_and_up(empty: str) -> None:
    await migrate(empty)
    await migrate(empty)
    async with opened(empty) as store, store.write() as uow:
        await Story(uow).begin()
    await revert(empty, "base")
    assert await _tables(empty) == {"alembic_version"}
    await migrate(empty)
    async with opened(empty) as store, store.write() as uow:
        assert await uow.committees.all() == []
        await Story(uow).begin()
        assert await uow.cases.get(CASE) == examples.case()


async def test_the_migrations_make_the_tables_the_program_knows(empty: str) -> None:
    await migrate(empty)
    engines = open_engines(empty)
    async with engines.reader.connect() as connection:
        assert await connection.run_sync(_differences) == []
    await engines.close()


async def test_what_an_earlier_release_closed_gets_its_moment(empty: str) -> None:
    await migrate(empty)
    sealed = examples.case("case-s", state=CaseState.SEALED)
    ended = examples.case("case-e", state=CaseState.ENDED)
    later = examples.AT + timedelta(days=1)
    async with opened(empty) as store, store.write() as uow:
        await Story(uow).begin()
        for case in (sealed, ended):
            await uow.cases.add(case)
        await uow.register.add(examples.entry(1, case_id=sealed.id))
        await uow.log.append(ended.id, (happened("case.ended", "staff-1"),), later)
    await revert(empty, "0004")
    await migrate(empty)
    due = ClosedBefore(dispute_types=frozenset({"none"}), years=1, moment=later)
    async with opened(empty) as store, store.read() as uow:
        for moment, found in ((later, ["case-s"]), (later + timedelta(seconds=1), 2 * ["case-"])):
            query = KeepingQuery(committee_id=COMMITTEE, due=(replace(due, moment=moment),))
            cases, _ = await uow.cases.in_keeping(query)
            assert [one.id[: len(name)] for one, name in zip(cases, found, strict=True)] == found


async def test_what_an_earlier_release_wrote_is_found_by_its_recorder_and_its_days(
    empty: str,
) -> None:
    await migrate(empty)
    recorder = StaffId("staff-2")
    async with opened(empty) as store, store.write() as uow:
        await Story(uow).begin()
        await uow.cases.add(examples.case("case-r", recorder_id=recorder))
        sealed = examples.case("case-s", recorder_id=recorder, state=CaseState.SEALED)
        await uow.cases.add(sealed)
        text = examples.agreement(case_id=sealed.id, state=AgreementState.SEALED)
        await uow.agreements.add(text)
    await revert(empty, "0005")
    await migrate(empty)
    query = CaseQuery(committee_id=COMMITTEE, own=recorder)
    async with opened(empty) as store, store.read() as uow:
        cases, _ = await uow.cases.search(query)
        due, total = await uow.cases.due(query, examples.AT.date())
    assert [one.id for one in cases] == ["case-s", "case-r"]
    assert ({one.id for one in due}, total) == ({"case-s", "case-r"}, 2)


async def test_what_an_earlier_release_wrote_is_found_by_its_legal_representative(
    empty: str,
) -> None:
    await migrate(empty)
    party = replace(examples.PARTIES[1], legal_representative="郑国栋")
    recorder = StaffId("staff-2")
    async with opened(empty) as store, store.write() as uow:
        await Story(uow).begin()
        await uow.cases.add(examples.case("case-l", parties=(party,), recorder_id=recorder))
    await revert(empty, "0010")
    engines = open_engines(empty)
    async with engines.writer.begin() as connection:
        await connection.execute(text("DELETE FROM case_terms"))
    await engines.close()
    await migrate(empty)
    async with opened(empty) as store, store.read() as uow:
        for query in (
            CaseQuery(committee_id=COMMITTEE, text="郑国栋"),
            CaseQuery(committee_id=COMMITTEE, own=recorder),
        ):
            cases, _ = await uow.cases.search(query)
            assert [one.id for one in cases] == ["case-l"]


async def test_a_case_that_cannot_be_read_keeps_nobody_out(
    empty: str, caplog: pytest.LogCaptureFixture
) -> None:
    await migrate(empty)
    recorder = StaffId("staff-2")
    async with opened(empty) as store, store.write() as uow:
        await Story(uow).begin()
        for one in ("case-1x", "case-2x"):
            await uow.cases.add(examples.case(one, recorder_id=recorder))
    await revert(empty, "0005")
    engines = open_engines(empty)
    async with engines.writer.begin() as connection:
        spoilt = text("UPDATE cases SET body = :body WHERE id = 'case-1x'")
        await connection.execute(spoilt, {"body": b"spoilt"})
    await engines.close()
    await migrate(empty)
    query = CaseQuery(committee_id=COMMITTEE, own=recorder)
    async with opened(empty) as store, store.read() as uow:
        cases, _ = await uow.cases.search(query)
    assert [one.id for one in cases] == ["case-2x"]
    assert "case-1x" in caplog.text


async def test_entries_of_an_earlier_release_get_their_sm3(empty: str) -> None:
    await migrate(empty)
    other, step = examples.case("case-2x"), happened("admitted", "staff-1")
    async with opened(empty) as store, store.write() as uow:
        await Story(uow).begin()
        await uow.cases.add(other)
        written = [
            await uow.log.append(case, [step] * length, examples.AT)
            for case, length in ((CASE, 1100), (other.id, 1))
        ]
    await revert(empty, "0008")
    await migrate(empty)
    async with opened(empty) as store, store.read() as uow:
        assert [await uow.log.of_case(case) for case in (CASE, other.id)] == written
    assert None not in {entry.sm3 for log in written for entry in log}
    engines = open_engines(empty)
    with pytest.raises(DBAPIError, match="never changed"):
        async with engines.writer.begin() as connection:
            await connection.execute(text("UPDATE session_log SET sm3 = NULL"))
    await engines.close()


async def test_programs_that_start_together_migrate_once(empty: str) -> None:
    await asyncio.gather(*(migrate(empty) for _ in range(4)))
    async with opened(empty) as store:
        assert await store.healthy()


async def test_an_unmigrated_database_is_not_opened(empty: str) -> None:
    await migrate(empty)
    await revert(empty, "base")
    with pytest.raises(OutdatedSchemaError):
        async with opened(empty):
            pass


async def test_a_newer_schema_is_neither_opened_nor_migrated(address: str) -> None:
    engines = open_engines(address)
    async with engines.writer.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await engines.close()
    with pytest.raises(UnknownSchemaError) as refused:
        async with opened(address):
            pass
    assert refused.value.facts["revision"] == "9999"
    with pytest.raises(UnknownSchemaError):
        await migrate(address)


async def test_a_migration_that_fails_leaves_everything_as_it_was(empty: str) -> None:
    await migrate(empty)
    await revert(empty, "base")
    engines = open_engines(empty)
    async with engines.writer.begin() as connection:
        await connection.execute(text("CREATE TABLE staff (id INTEGER)"))
    await engines.close()
    with pytest.raises(Exception, match="already exists"):
        await migrate(empty)
    assert await _tables(empty) == {"alembic_version", "staff"}


async def test_a_fresh_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "made" / "heyi.db"
    await migrate(f"sqlite:///{path}")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    async with opened(f"sqlite:///{path}"):
        modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}


async def test_a_missing_file_or_server_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        async with opened(f"sqlite:///{tmp_path / 'none' / 'heyi.db'}"):
            pass
    with pytest.raises(UnavailableError):
        async with opened("postgresql://heyi@127.0.0.1:9/heyi"):
            pass


def test_a_migrated_file_is_whole(migrated_file: Path) -> None:
    with closing(sqlite3.connect(migrated_file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def _tables(address: str) -> set[str]:
    engines = open_engines(address)
    async with engines.reader.connect() as connection:
        found = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    await engines.close()
    return found


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))
