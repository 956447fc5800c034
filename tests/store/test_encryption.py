"""Whoever has the database has nothing: no name, number, telephone, account or word."""

import base64
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
from hypothesis import given, strategies as st
from sqlalchemy import update

from server.domain.errors import UnreadableError
from server.domain.ids import FileId
from server.store import tables
from server.store.errors import WrongKeyError
from server.store.store import SqlStore
from server.store.transaction import Transaction
from server.store.vault import Place, Vault, Wrapped
from server.system import SystemIds
from tests.store import examples
from tests.store.conftest import KEK, opened
from tests.store.examples import AT, CANARIES, CASE, Story
from tests.support.ids import SeededIds

PLACE = Place(table="cases", id="case-1", version=3)


def readable(stored: bytes) -> list[str]:
    """Return the canaries that stand in the bytes, in clear or in an encoding nobody calls one."""
    forms = {
        canary: [
            canary.encode(),
            canary.encode("utf-16-le"),
            canary.encode("gb18030"),
            canary.encode("unicode_escape") if not canary.isascii() else canary.encode(),
            base64.b64encode(canary.encode()).rstrip(b"="),
            canary.encode().hex().encode(),
        ]
        for canary in CANARIES
    }
    return [canary for canary, seen in forms.items() if any(form in stored for form in seen)]


async def write_twice(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).tell()
    async with store.write() as uow:
        await uow.cases.save(examples.case(matter="陈水根"))
        await uow.agreements.save(examples.agreement(facts="两指压伤"))


def contents(database: Path) -> dict[str, bytes]:
    """Return what stands in the database's files now."""
    return {file.name: file.read_bytes() for file in database.parent.glob("heyi.db*")}


def test_the_scan_sees_what_it_looks_for() -> None:
    story = repr([examples.case(), examples.agreement(), examples.message()])
    assert "陈水根" in readable(story.encode())
    assert "6222021234567890123" in readable(story.encode("utf-16-le"))


async def test_the_files_of_sqlite_hold_nothing_readable(
    sqlite_file: Path, sqlite_store: SqlStore
) -> None:
    await write_twice(sqlite_store)
    open_files = contents(sqlite_file)
    assert sorted(open_files) == ["heyi.db", "heyi.db-shm", "heyi.db-wal"]
    assert readable(b"".join(open_files.values())) == []
    await sqlite_store.close()
    closed = contents(sqlite_file)["heyi.db"]
    assert readable(closed) == []
    assert b"case-1" in closed


@pytest.mark.postgres
async def test_the_tables_of_postgresql_hold_nothing_readable(
    migrated_postgres: str, postgres_store: SqlStore
) -> None:
    await write_twice(postgres_store)
    connection = await asyncpg.connect(migrated_postgres.replace("+asyncpg", ""))
    for table in tables.metadata.sorted_tables:
        rows = await connection.fetch(f"SELECT * FROM {table.name}")
        for value in (value for row in rows for value in row.values()):
            stored = value if isinstance(value, bytes) else str(value).encode()
            assert readable(stored) == [], table.name
    await connection.close()


async def test_a_wrong_key_is_refused_at_once(address: str) -> None:
    async with opened(address) as store, store.write() as uow:
        await Story(uow).begin()
    for kek in (bytes(32), b"short"):
        with pytest.raises(WrongKeyError):
            async with opened(address, kek):
                pass
    async with opened(address) as store, store.read() as uow:
        assert await uow.cases.get(CASE) == examples.case()


@pytest.mark.parametrize("change", ["flipped", "older", "moved", "cut", "empty"])
async def test_a_changed_or_moved_row_is_refused(store: SqlStore, change: str) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.cases.add(examples.case("case-2"))
    table = tables.cases
    async with store._engines.writer.begin() as connection:
        bodies = {row.id: row.body for row in await connection.execute(table.select())}
        body: bytes = bodies[CASE]
        forgeries: dict[str, dict[str, object]] = {
            "flipped": {"body": body[:-1] + bytes([body[-1] ^ 1])},
            "older": {"version": 7},
            "moved": {"body": bodies["case-2"]},
            "cut": {"body": body[:20]},
            "empty": {"body": b""},
        }
        await connection.execute(
            update(table).where(table.c.id == CASE).values(**forgeries[change])
        )
    async with store.read() as uow:
        with pytest.raises(UnreadableError):
            await uow.cases.get(CASE)
        assert await uow.cases.get(examples.case("case-2").id) == examples.case("case-2")


GONE = {"first piece removed": 0, "last piece removed": 2}


@pytest.mark.parametrize("change", [*GONE, "pieces swapped"])
async def test_a_file_with_changed_pieces_is_refused(store: SqlStore, change: str) -> None:
    size = 3 << 20
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.files.add(examples.file(size=size), bytes(size))
    table = tables.file_contents
    async with store._engines.writer.begin() as connection:
        if change in GONE:
            await connection.execute(table.delete().where(table.c.part == GONE[change]))
        else:
            for old, new in ((0, 9), (1, 0), (9, 1)):
                await connection.execute(update(table).where(table.c.part == old).values(part=new))
    async with store.read() as uow:
        with pytest.raises(UnreadableError):
            await uow.files.content(FileId("file-1"))


async def test_a_file_without_its_only_piece_is_refused(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.files.add(examples.file(size=9), b"a picture")
    async with store._engines.writer.begin() as connection:
        await connection.execute(tables.file_contents.delete())
    async with store.read() as uow:
        with pytest.raises(UnreadableError):
            await uow.files.content(FileId("file-1"))


async def test_a_file_from_before_it_had_a_key_of_its_own_is_read(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.files.add(examples.file(size=9), b"a picture")
        tx: Transaction = uow.files._tx  # type: ignore[attr-defined]  # as the store makes it
        place = Place(table="file_contents", id="file-1", version=0)
        hidden = tx.vault.encrypt(await tx.wrapped_key(CASE), place, b"a picture")
        await tx.run(update(tables.file_contents).values(content=hidden))
        await tx.forget_key("file:file-1")
    async with store.read() as uow:
        assert await uow.files.content(FileId("file-1")) == b"a picture"


async def test_two_cases_share_no_key_and_no_hash(sqlite_store: SqlStore) -> None:
    async with sqlite_store.write() as uow:
        await Story(uow).begin()
        await uow.committees.add(examples.committee("c-2"))
        await uow.cases.add(examples.case("case-2", committee_id=examples.committee("c-2").id))
    async with sqlite_store._engines.writer.begin() as connection:
        wrapped = [row.wrapped for row in await connection.execute(tables.keys.select())]
        rows = list(await connection.execute(tables.case_terms.select()))
    assert len(set(wrapped)) == len(wrapped) == 5
    first, second = ({row.term for row in rows if row.no == no} for no in (1, 2))
    assert len(first) == len(second)
    assert first & second == set()


async def test_deleted_rows_are_overwritten(sqlite_file: Path, sqlite_store: SqlStore) -> None:
    async with sqlite_store.write() as uow:
        await uow.codes.put(examples.code(code_hash="old-hash" * 8))
    async with sqlite_store.write() as uow:
        await uow.codes.put(examples.code(sent_at=AT.replace(year=2026)))
    await sqlite_store.close()
    assert b"old-hash" not in contents(sqlite_file)["heyi.db"]
    with closing(sqlite3.connect(sqlite_file)) as connection:
        assert connection.execute("SELECT count(*) FROM one_time_codes").fetchone() == (1,)


@given(st.binary(max_size=200), st.integers(0, 250))
def test_a_text_is_read_only_in_its_place_and_unchanged(said: bytes, at: int) -> None:
    vault = Vault(KEK, SeededIds())
    key = vault.new_key("case-1")
    hidden = vault.encrypt(key, PLACE, said)
    assert vault.decrypt(key, PLACE, hidden) == said
    changed = bytearray(hidden)
    changed[at % len(hidden)] ^= 1 << at % 8
    for other, place, stored in (
        (key, PLACE, bytes(changed)),
        (Wrapped("case-2", key.key), PLACE, hidden),
        (vault.new_key("case-1"), PLACE, hidden),
        (key, Place(table="cases", id="case-1", version=2), hidden),
        (key, Place(table="sessions", id="case-1", version=3), hidden),
    ):
        with pytest.raises(UnreadableError):
            vault.decrypt(other, place, stored)


def test_hashes_follow_from_the_key_and_the_purpose() -> None:
    one, same, other = (Vault(kek, SystemIds()) for kek in (KEK, KEK, bytes(32)))
    assert one.keyed_hash("482913") == same.keyed_hash("482913") != other.keyed_hash("482913")
    assert one.term("name", "c-1", "陈") == same.term("name", "c-1", "陈")
    assert (
        len(
            {
                one.term("name", "c-1", "陈"),
                one.term("name", "c-2", "陈"),
                one.term("identity", "c-1", "陈"),
                other.term("name", "c-1", "陈"),
            }
        )
        == 4
    )
