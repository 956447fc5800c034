"""Every committed entry gets one place in the tree, none twice, none skipped, none moved."""

import asyncio
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import Executable, delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from server.domain.checkpoint import Checkpoint, checkpoint_text, note_of, read_checkpoint
from server.domain.ids import CaseId
from server.domain.log_check import ForkedTreeError
from server.domain.session_log import BrokenChainError, Entry, chain, happened
from server.domain.tree import (
    Head,
    consistency_path,
    consistent,
    included,
    inclusion_path,
    prove,
    spots_along,
)
from server.store import tables
from server.store.schema import migrate, revert
from server.store.store import SqlStore
from tests.store import examples
from tests.store.conftest import opened
from tests.store.examples import AT, CASE, Story
from tests.support.whole_log import check_log

STEP = happened("admitted", "staff-1", seat="seat-1")
OTHER = CaseId("case-2")


async def begin(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.cases.add(examples.case(OTHER))


async def log(store: SqlStore, case: CaseId, times: int = 1) -> None:
    async with store.write() as uow:
        await uow.log.append(case, [STEP] * times, AT)


async def place_all(store: SqlStore, limit: int = 100) -> int:
    async with store.write() as uow:
        placed = [await uow.tree.place(case, limit) for case in await uow.tree.waiting()]
    return sum(placed)


async def tree_of(store: SqlStore) -> list[Entry]:
    async with store.read() as uow:
        return [Entry(*link) for link in await uow.tree.links(0, 10_000)]


async def head_of(store: SqlStore) -> Head:
    async with store.read() as uow:
        return (await uow.tree.edge()).head


def checkpoint(head: Head) -> Checkpoint:
    return read_checkpoint(checkpoint_text(note_of(b"key", head), b"key", b"signature"))


async def test_what_is_logged_waits_and_then_has_its_place(store: SqlStore) -> None:
    await begin(store)
    await log(store, OTHER, 2)
    await log(store, CASE, 3)
    async with store.read() as uow:
        assert await uow.tree.waiting() == [OTHER, CASE]
        assert (await uow.tree.edge()).size == 0
    assert await place_all(store) == 5
    assert await place_all(store) == 0
    async with store.read() as uow:
        assert await uow.tree.waiting() == []
        assert await uow.tree.positions(CASE, 2) == [2, 3]
    placed = await tree_of(store)
    assert [(e.case_id, e.seq) for e in placed] == [
        (OTHER, 1), (OTHER, 2), (CASE, 1), (CASE, 2), (CASE, 3),
    ]  # fmt: skip
    assert check_log(placed) == await head_of(store)


async def test_a_long_wait_is_worked_off_in_parts(store: SqlStore) -> None:
    await begin(store)
    await log(store, CASE, 7)
    assert [await place_all(store, 3) for _ in range(4)] == [3, 3, 1, 0]
    assert check_log(await tree_of(store)) == await head_of(store)


async def test_proofs_are_made_of_what_is_kept(store: SqlStore) -> None:
    await begin(store)
    heads = [await head_of(store)]
    for _ in range(12):
        await log(store, CASE, 2)
        await log(store, OTHER, 1)
        await place_all(store)
        heads.append(await head_of(store))
    size, placed = heads[-1].size, await tree_of(store)
    async with store.read() as uow:
        for position, entry in enumerate(placed):
            path = inclusion_path(position, size)
            proof = prove(path, await uow.tree.nodes(spots_along([path])))
            assert included(bytes.fromhex(entry.hash), position, size, proof, heads[-1].root)
        for head in heads[1:]:
            path = consistency_path(head.size, size)
            proof = prove(path, await uow.tree.nodes(spots_along([path])))
            assert consistent(head, heads[-1], proof)


async def test_nothing_uncommitted_is_placed_and_nothing_is_skipped(store: SqlStore) -> None:
    """Writers commit in any order while places are given out; some of them fail."""
    await begin(store)

    async def write(case: CaseId, fails: bool) -> None:
        with suppress(LookupError):
            async with store.write() as uow:
                await uow.log.append(case, [STEP], AT)
                await asyncio.sleep(0)
                await uow.log.append(case, [STEP, STEP], AT)
                if fails:
                    raise LookupError

    async def sequence() -> None:
        for _ in range(15):
            await place_all(store, 5)
            await asyncio.sleep(0)

    writers = (write([CASE, OTHER][n % 2], n % 5 == 0) for n in range(30))
    await asyncio.gather(sequence(), *writers, sequence())
    while await place_all(store):
        pass
    placed = await tree_of(store)
    assert len(placed) == 24 * 3
    assert check_log(placed) == await head_of(store)


@pytest.mark.postgres
async def test_an_entry_committed_late_is_placed_late(postgres_store: SqlStore) -> None:
    """The one that began first commits last: what came between has its place before."""
    await begin(postgres_store)
    logged, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with postgres_store.write() as uow:
            await uow.log.append(CASE, [STEP], AT)
            logged.set()
            await go_on.wait()

    writing = asyncio.create_task(slow())
    await logged.wait()
    await log(postgres_store, OTHER)
    assert await place_all(postgres_store) == 1
    go_on.set()
    await writing
    assert await place_all(postgres_store) == 1
    assert [entry.case_id for entry in await tree_of(postgres_store)] == [OTHER, CASE]


async def test_an_entry_that_lost_its_ticket_is_placed_with_the_next(store: SqlStore) -> None:
    await begin(store)
    await log(store, CASE, 2)
    async with store._engines.writer.begin() as connection:
        await connection.execute(delete(tables.tree_waiting))
    await log(store, CASE)
    assert await place_all(store) == 3


async def test_what_was_logged_before_the_tree_is_placed_too(address: str) -> None:
    async with opened(address) as store:
        await begin(store)
        await log(store, CASE, 3)
    await revert(address, "0001")
    await migrate(address)
    async with opened(address) as store:
        assert await place_all(store) == 3


@pytest.mark.parametrize(
    "statement",
    [
        update(tables.tree_entries).values(case_id=OTHER),
        delete(tables.tree_entries),
        update(tables.checkpoints).values(text=""),
        delete(tables.checkpoints),
        insert(tables.tree_entries).values(position=9, case_id=CASE, seq=3, nodes=b"x"),
        insert(tables.tree_entries).values(position=2, case_id=CASE, seq=2, nodes=b"x"),
        insert(tables.tree_entries).values(position=2, case_id=CASE, seq=9, nodes=b"x"),
        insert(tables.checkpoints).values(size=2, at=AT, text="again"),
        insert(tables.checkpoints).values(size=9, at=AT, text="too large"),
    ],
    ids=[
        "moved",
        "removed",
        "changed",
        "withdrawn",
        "gap",
        "twice",
        "skipped",
        "again",
        "too large",
    ],
)
async def test_places_and_checkpoints_are_only_added(
    store: SqlStore, statement: Executable
) -> None:
    await begin(store)
    await log(store, CASE, 2)
    await place_all(store)
    async with store.write() as uow:
        assert await uow.tree.keep(checkpoint((await uow.tree.edge()).head), AT)
    await log(store, CASE)
    with pytest.raises(DBAPIError, match=r"never changed|follows the last|larger tree"):
        async with store._engines.writer.begin() as connection:
            await connection.execute(statement)


@pytest.mark.postgres
@pytest.mark.parametrize("table", ["tree_entries", "checkpoints"])
async def test_no_table_of_the_tree_is_emptied(postgres_store: SqlStore, table: str) -> None:
    with pytest.raises(DBAPIError, match="never changed"):
        async with postgres_store._engines.writer.begin() as connection:
            await connection.execute(text(f"TRUNCATE {table}"))


async def test_checkpoints_are_kept_once_and_found(store: SqlStore) -> None:
    await begin(store)
    kept = []
    for _ in range(3):
        await log(store, CASE, 2)
        await place_all(store)
        kept.append(checkpoint(await head_of(store)))
        async with store.write() as uow:
            assert await uow.tree.keep(kept[-1], AT)
            assert not await uow.tree.keep(kept[-1], AT)
            assert not await uow.tree.keep(kept[0], AT)
    async with store.read() as uow:
        assert await uow.tree.latest() == kept[-1]
        assert await uow.tree.latest_at() == AT
        assert [await uow.tree.covering(size) for size in range(1, 8)] == [
            kept[0], kept[0], kept[1], kept[1], kept[2], kept[2], None,
        ]  # fmt: skip


REWRITING = (
    "DELETE FROM session_log WHERE seq = 2",
    "UPDATE session_log SET body = replace(body, 'admitted', 'left')",
    "UPDATE session_log SET body = (SELECT body FROM session_log WHERE seq = 3) WHERE seq = 2",
)


@pytest.mark.parametrize("statement", [*REWRITING, "recomputed"])
async def test_who_rewrites_the_file_is_found(sqlite_file: Path, statement: str) -> None:
    """An administrator without triggers in his way, even one who computes every hash anew."""
    address = f"sqlite:///{sqlite_file}"
    async with opened(address) as store:
        await begin(store)
        await log(store, CASE, 4)
        await place_all(store)
        exported = await head_of(store)
    _tamper(sqlite_file, statement)
    async with opened(address) as store:
        with pytest.raises((BrokenChainError, ForkedTreeError)):
            check_log(await tree_of(store), [exported])
        if statement == "recomputed":
            # The chain itself is sound; only a checkpoint that he cannot reach says otherwise,
            # and the place that the last entry was given.
            assert check_log(await tree_of(store)).size == exported.size
            async with store.write() as uow:
                await uow.log.append(CASE, [STEP], AT)
            with pytest.raises(BrokenChainError):
                await place_all(store)


def _tamper(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        for trigger in ("session_log_never_update", "session_log_never_delete"):
            connection.execute(f"DROP TRIGGER {trigger}")
        if statement != "recomputed":
            connection.executescript(statement)
        last: Entry | None = None
        for seq in range(1, 5) if statement == "recomputed" else ():
            last = chain(CASE, last, happened("invented", "staff-9"), AT)
            connection.execute(
                "UPDATE session_log SET body = ?, prev = ?, hash = ? WHERE seq = ?",
                (last.body, last.prev, last.hash, seq),
            )
        connection.commit()
