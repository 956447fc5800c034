"""The log's chain stays whole whoever writes, and the database refuses to change it."""

import asyncio
import hashlib

import pytest
from sqlalchemy import Executable, delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from server.domain.ids import CaseId
from server.domain.session_log import (
    GENESIS,
    BrokenChainError,
    Happening,
    chain,
    happened,
    verify,
)
from server.store import tables
from server.store.session_log import PAGE
from server.store.store import SqlStore
from tests.store import examples
from tests.store.examples import AT, CASE, Story

STEP = happened("admitted", "staff-1", seat="seat-1")
OTHER = CaseId("case-2")


async def test_entries_follow_each_other(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        first = await uow.log.append(CASE, [STEP, STEP], AT)
        assert await uow.log.append(CASE, [], AT) == []
    async with store.write() as uow:
        second = await uow.log.append(CASE, [STEP], AT)
    async with store.read() as uow:
        entries = await uow.log.of_case(CASE)
        assert entries == [*first, *second]
        assert await uow.log.head(CASE) == entries[-1]
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert verify(entries) == entries[-1].hash


async def test_sm3_of_the_hashed_bytes_stands_beside_each_hash(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.log.append(CASE, [STEP, STEP], AT)
    async with store.read() as uow:
        entries = await uow.log.of_case(CASE)
    for entry in entries:
        exact = b"\0" + bytes.fromhex(entry.prev) + entry.body.encode()
        assert entry.hash == hashlib.sha256(exact).hexdigest()
        assert entry.sm3 == hashlib.new("sm3", exact).hexdigest()


def test_another_sm3_beside_a_right_hash_breaks_the_chain() -> None:
    first = chain(CASE, None, STEP, AT)
    second = chain(CASE, first, STEP, AT)
    assert verify([first._replace(sm3=None), second]) == second.hash
    with pytest.raises(BrokenChainError) as broken:
        verify([first, second._replace(sm3=first.sm3)])
    assert broken.value.facts["seq"] == second.seq


@pytest.mark.parametrize("length", [1, PAGE, 2 * PAGE + 1])
async def test_a_long_log_is_read_in_pages(store: SqlStore, length: int) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        written = await uow.log.append(CASE, [STEP] * length, AT)
    async with store.read() as uow:
        pages = [page async for page in uow.log.pages(CASE)]
        assert await uow.log.of_case(CASE) == written
    assert [entry for page in pages for entry in page] == written
    assert all(0 < len(page) <= PAGE for page in pages)
    assert len(pages) == -(-length // PAGE)


async def test_entries_are_found_by_kind_alone(store: SqlStore) -> None:
    others = [
        STEP,
        happened("not_ed.twice", "staff-1"),
        happened("notXed", "staff-1"),
        Happening(kind="admitted", actor="staff-1", facts=(("kind", "not_ed"),)),
        happened("admitted", "staff-1", code='"},"kind":"not_ed","seq":1'),
    ]
    meant = [happened("not_ed", "staff-1"), happened("removed", "staff-1", seat="seat-1")]
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.log.append(CASE, others, AT)
        written = await uow.log.append(CASE, meant, AT)
        await uow.log.append(CASE, others, AT)
    async with store.read() as uow:
        assert await uow.log.of_case(CASE, ["not_ed", "removed"]) == written
        assert await uow.log.of_case(CASE, ["not_ed"]) == written[:1]


async def test_the_chain_stays_whole_under_parallel_writers(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.cases.add(examples.case(OTHER))

    async def append(case: CaseId) -> None:
        async with store.write() as uow:
            await uow.log.append(case, [STEP], AT)
            await asyncio.sleep(0)
            await uow.log.append(case, [STEP, STEP], AT)

    await asyncio.gather(*(append(case) for case in [CASE, OTHER] * 15))
    async with store.read() as uow:
        for case in (CASE, OTHER):
            entries = await uow.log.of_case(case)
            assert len(entries) == 45
            assert verify(entries) == entries[-1].hash


async def test_writers_who_lock_in_any_order_end(store: SqlStore) -> None:
    """Where locks are taken crosswise, somebody is told to try again; nobody waits for ever."""
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.cases.add(examples.case(OTHER))

    async def append(one: CaseId, other: CaseId) -> None:
        async with store.write() as uow:
            await uow.log.append(one, [STEP], AT)
            await asyncio.sleep(0.01)
            await uow.log.append(other, [STEP], AT)

    async with asyncio.timeout(30):
        results = await asyncio.gather(
            append(CASE, OTHER), append(OTHER, CASE), return_exceptions=True
        )
    assert None in results
    assert {type(one).__name__ for one in results} <= {"NoneType", "ConflictError"}


FIRST = chain(CASE, None, STEP, AT)
SECOND = chain(CASE, FIRST, STEP, AT)


@pytest.mark.parametrize(
    "statement",
    [
        update(tables.session_log).values(body="{}"),
        delete(tables.session_log),
        text("DELETE FROM session_log WHERE seq = 1"),
        update(tables.register).values(amount=1),
        delete(tables.register),
        update(tables.openings).values(staff_id="nobody"),
        delete(tables.openings),
        delete(tables.register_terms),
    ],
    ids=lambda statement: " ".join(str(statement).split())[:40],
)
async def test_what_was_logged_or_sealed_is_never_changed(
    store: SqlStore, statement: Executable
) -> None:
    await _write_story(store)
    with pytest.raises(DBAPIError, match="never changed"):
        async with store._engines.writer.begin() as connection:
            await connection.execute(statement)
    async with store.read() as uow:
        assert verify(await uow.log.of_case(CASE)) == SECOND.hash
        assert len(await uow.register.openings(examples.entry().record_id)) == 1


@pytest.mark.parametrize(
    ("seq", "prev"),
    [(4, SECOND.hash), (2, FIRST.hash), (1, GENESIS), (3, FIRST.hash), (3, GENESIS)],
)
async def test_an_entry_that_does_not_follow_is_refused(
    store: SqlStore, seq: int, prev: str
) -> None:
    await _write_story(store)
    row = {"case_id": CASE, "seq": seq, "body": "{}", "prev": prev, "hash": "f" * 64}
    with pytest.raises(DBAPIError, match="continues its chain"):
        async with store._engines.writer.begin() as connection:
            await connection.execute(insert(tables.session_log).values(**row))


async def test_a_replacing_insert_does_not_get_past(sqlite_store: SqlStore) -> None:
    await _write_story(sqlite_store)
    replacing = f"INSERT OR REPLACE INTO session_log VALUES ('{CASE}', 1, '{{}}', '0', '0', '')"
    with pytest.raises(DBAPIError, match=r"continues its chain|never changed"):
        async with sqlite_store._engines.writer.begin() as connection:
            await connection.exec_driver_sql(replacing)


@pytest.mark.postgres
async def test_a_table_is_not_emptied_past_the_triggers(postgres_store: SqlStore) -> None:
    await _write_story(postgres_store)
    with pytest.raises(DBAPIError, match="never changed"):
        async with postgres_store._engines.writer.begin() as connection:
            await connection.execute(text("TRUNCATE session_log"))


async def _write_story(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).tell()
        await uow.log.append(CASE, [STEP, STEP], AT)
