"""SQLite behind one visit to its thread: the names it rests on, answers, errors and threads."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.engines import parse, sqlite_writer
from server.store.sqlite_driver import OneVisitConnection, connecting


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[AsyncConnection]:
    engine = sqlite_writer(parse(f"sqlite:///{tmp_path / 'one.db'}"))
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE one (n INTEGER PRIMARY KEY, word TEXT)"))
        yield connection
    await engine.dispose()


async def reached(address: str) -> OneVisitConnection:
    connection = await connecting(parse(address))()
    assert isinstance(connection, OneVisitConnection)
    return connection


async def test_this_release_has_the_private_names(tmp_path: Path) -> None:
    connection = await reached(f"sqlite:///{tmp_path / 'one.db'}")
    assert connection._thread.daemon
    answer = await connection.cursor().execute("SELECT 1, 'a' AS word")
    assert await answer.fetchall() == [(1, "a")]
    await connection.close()


async def test_rows_counts_and_numbers_come_back(line: AsyncConnection) -> None:
    put = text("INSERT INTO one (word) VALUES (:word)")
    assert (await line.execute(put, {"word": "a"})).lastrowid == 1
    await line.execute(put, [{"word": "b"}, {"word": "c"}])
    changed = await line.execute(text("UPDATE one SET word = 'd' WHERE n > 1"))
    assert changed.rowcount == 2
    read = await line.execute(text("SELECT n, word FROM one ORDER BY n"))
    assert list(read.keys()) == ["n", "word"]
    assert read.all() == [(1, "a"), (2, "d"), (3, "d")]
    none = await line.execute(text("SELECT n, word FROM one WHERE n > 9"))
    assert none.all() == []


async def test_a_statement_costs_one_visit(
    line: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = list[object]()
    put: Callable[..., Awaitable[object]] = aiosqlite.Connection._execute

    async def counted(self: aiosqlite.Connection, *work: object) -> object:
        visits.append(work)
        return await put(self, *work)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    (await line.execute(text("SELECT n FROM one"))).all()
    await line.execute(text("INSERT INTO one (word) VALUES ('a')"))
    assert len(visits) == 2


async def test_faults_keep_their_kind(line: AsyncConnection) -> None:
    await line.execute(text("INSERT INTO one VALUES (1, 'a')"))
    with pytest.raises(IntegrityError):
        await line.execute(text("INSERT INTO one VALUES (1, 'b')"))
    with pytest.raises(OperationalError, match="no such table"):
        await line.execute(text("SELECT * FROM two"))
    read = await line.execute(text("SELECT word FROM one"))
    assert read.scalar_one() == "a"


async def test_what_is_closed_says_so(tmp_path: Path) -> None:
    connection = await reached(f"sqlite:///{tmp_path / 'one.db'}")
    await connection.close()
    with pytest.raises(ValueError, match="no active connection"):
        await connection.cursor().execute("SELECT 1")


async def test_the_loop_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    connection = await reached(f"sqlite:///{tmp_path / 'one.db'}")
    where = list[int]()

    def work(cursor: sqlite3.Cursor) -> sqlite3.Cursor:
        where.append(threading.get_ident())
        return cursor.execute("SELECT 1")

    assert (await connection.visit(work)).rows == [(1,)]
    assert where != [threading.get_ident()]
    await connection.close()


async def test_what_the_address_says_reaches_the_driver(tmp_path: Path) -> None:
    path = tmp_path / "one.db"
    sqlite3.connect(path).close()
    connection = await reached(f"sqlite:///file:{path}?mode=ro&uri=true")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await connection.cursor().execute("CREATE TABLE two (n)")
    await connection.close()


def test_a_connection_that_outlives_its_loop_ends_in_silence(tmp_path: Path) -> None:
    ended = asyncio.new_event_loop()
    connection = ended.run_until_complete(reached(f"sqlite:///{tmp_path / 'one.db'}"))
    ended.close()
    asyncio.set_event_loop(ended)  # the loop that aiosqlite would ask the thread to tell
    try:
        connection.stop()
        expect_ended(connection, tmp_path / "one.db")
    finally:
        asyncio.set_event_loop(None)


def test_a_loop_that_ends_before_the_thread_is_told_nothing(tmp_path: Path) -> None:
    connection = asyncio.run(reached(f"sqlite:///{tmp_path / 'one.db'}"))
    over = threading.Event()
    connection._tx.put_nowait((None, over.wait))

    async def stop() -> None:
        connection.stop()

    asyncio.run(stop())
    over.set()
    expect_ended(connection, tmp_path / "one.db")


def expect_ended(connection: OneVisitConnection, path: Path) -> None:
    """Expect that its thread has ended and holds nothing; a fault in it fails the test."""
    connection._thread.join(5)
    assert not connection._thread.is_alive()
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("CREATE TABLE alone (n)")
    other.close()
