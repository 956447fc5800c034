"""SQLite behind one visit to a thread: answers, errors, places that are free, and threads."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, OperationalError, TimeoutError as NoneFreeError

from server.store.engines import parse, sqlite_writer
from server.store.finishing import finished
from server.store.sqlite_engine import SqliteConnection, SqliteEngine, WholeConnection, Worker

ONE = text("SELECT 1 AS one")


def at(folder: Path, longest_wait: float = 0.05) -> SqliteEngine:
    """Return an engine of two connections."""
    return SqliteEngine(parse(f"sqlite:///{folder / 'one.db'}"), 2, longest_wait)


async def thread_of(connection: SqliteConnection) -> int:
    return await connection.run_sync(lambda _: threading.get_ident())


def inside(connection: Connection) -> bool:
    """Whether the driver's connection was in a transaction before anything was asked of it."""
    driver = connection.connection.driver_connection
    assert driver is not None
    return bool(driver.in_transaction)


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[SqliteConnection]:
    engine = sqlite_writer(parse(f"sqlite:///{tmp_path / 'one.db'}"))
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE one (n INTEGER PRIMARY KEY, word TEXT)"))
        yield connection
    await engine.dispose()


async def test_rows_counts_and_numbers_come_back(line: SqliteConnection) -> None:
    put = text("INSERT INTO one (word) VALUES (:word)")
    assert (await line.execute(put, {"word": "a"})).lastrowid == 1
    await line.execute(put, [{"word": "b"}, {"word": "c"}])
    changed = await line.execute(text("UPDATE one SET word = 'd' WHERE n > 1"))
    assert changed.rowcount == 2
    ordered = text("SELECT n, word FROM one ORDER BY n")
    read = await line.execute(ordered)
    assert list(read.keys()) == ["n", "word"]
    assert list(map(tuple, read.all())) == [(1, "a"), (2, "d"), (3, "d")]
    assert (await line.execute(ordered)).first() == (1, "a")
    assert len((await line.execute(ordered)).fetchmany(2)) == 2
    none = await line.execute(text("SELECT n, word FROM one WHERE n > 9"))
    assert none.all() == []


async def test_what_is_read_here_asks_nothing_of_the_thread(line: SqliteConnection) -> None:
    """All of a statement happens in the thread, and once it is done the rows are here."""
    visits = list[object]()
    visit = Worker.visit

    def counted(self: Worker, *work: Any) -> Any:
        visits.append(work)
        return visit(self, *work)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Worker, "visit", counted)
        (await line.execute(text("SELECT n FROM one"))).all()
        await line.execute(text("INSERT INTO one (word) VALUES ('a')"))
        assert len(visits) == 2
        await line.commit()
        await line.close()
        assert len(visits) == 3, "nothing is left to be rolled back"
        await line.start()  # the fixture goes on with it


async def test_faults_keep_their_kind(line: SqliteConnection) -> None:
    await line.execute(text("INSERT INTO one VALUES (1, 'a')"))
    with pytest.raises(IntegrityError):
        await line.execute(text("INSERT INTO one VALUES (1, 'b')"))
    with pytest.raises(OperationalError, match="no such table"):
        await line.execute(text("SELECT * FROM two"))
    read = await line.execute(text("SELECT word FROM one"))
    assert read.scalar_one() == "a"


async def test_what_is_not_open_says_so(tmp_path: Path) -> None:
    engine = at(tmp_path)
    with pytest.raises(RuntimeError, match="not open"):
        await engine.connect().execute(ONE)
    async with engine.connect() as connection:
        await connection.execute(ONE)
    with pytest.raises(RuntimeError, match="not open"):
        await connection.execute(ONE)
    await connection.close()  # again, as at the end of a `with`
    await engine.dispose()


async def test_the_loop_does_not_wait_for_the_disk(line: SqliteConnection) -> None:
    where = await line.run_sync(lambda _: threading.get_ident())
    assert where != threading.get_ident()


async def test_what_the_address_says_reaches_the_driver(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "one.db").close()
    engine = SqliteEngine(parse(f"sqlite:///file:{tmp_path / 'one.db'}?mode=ro&uri=true"), 1, 1)
    async with engine.connect() as connection:
        with pytest.raises(OperationalError, match="readonly"):
            await connection.execute(text("CREATE TABLE two (n)"))
    await engine.dispose()


async def test_a_place_is_waited_for_and_taken_by_one(tmp_path: Path) -> None:
    engine = at(tmp_path)
    async with engine.connect() as first, engine.connect() as second:
        with pytest.raises(NoneFreeError):
            await engine.connect().start()
        later = asyncio.create_task(engine.connect().start())
        await asyncio.sleep(0)
        here = await thread_of(first)
        await first.close()
        third = await later
        assert await thread_of(third) == here != await thread_of(second)
    assert (await third.execute(ONE)).scalar_one() == 1
    await third.close()
    await engine.dispose()


async def test_a_cancelled_wait_leaves_no_place_taken(tmp_path: Path) -> None:
    engine = at(tmp_path, longest_wait=5)

    async def enter() -> None:
        async with engine.connect() as connection:
            await connection.execute(ONE)

    async with engine.connect(), engine.connect():
        waiting = [asyncio.create_task(enter()) for _ in range(3)]
        await asyncio.sleep(0)
        for one in waiting:
            one.cancel()
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in ends] == [asyncio.CancelledError] * 3
    async with engine.connect() as first, engine.connect() as second:
        assert (await first.execute(ONE)).scalar_one() == (await second.execute(ONE)).scalar_one()
    await engine.dispose()


async def test_who_gave_up_while_it_began_leaves_nothing_begun(tmp_path: Path) -> None:
    """Another process writes; the one who waits for its place is called away without `finished`."""
    troubles = list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _, what: troubles.append(what))
    engine = sqlite_writer(parse(f"sqlite:///{tmp_path / 'one.db'}"))
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE one (n INTEGER)"))
    with sqlite3.connect(tmp_path / "one.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        connection = await engine.connect().start()
        beginning = asyncio.create_task(connection.begin())
        await asyncio.sleep(0)
        beginning.cancel()
        closing = asyncio.create_task(connection.close())
        await asyncio.sleep(0)
        assert not closing.done(), "the thread is still at it"
        other.execute("COMMIT")
        await closing
        other.execute("BEGIN IMMEDIATE")  # nobody has the place
        other.execute("COMMIT")
    other.close()
    async with engine.begin() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM one"))).scalar_one() == 0
    await engine.dispose()
    assert troubles == []


async def test_who_gave_up_while_it_opened_leaves_a_free_place(tmp_path: Path) -> None:
    engine = SqliteEngine(parse(f"sqlite:///{tmp_path / 'one.db'}"), 1, 1)
    connection = await engine.connect().start()
    opening = asyncio.create_task(connection.execute(ONE))
    await asyncio.sleep(0)
    opening.cancel()
    await connection.close()
    async with engine.connect() as following:
        assert (await following.execute(ONE)).scalar_one() == 1
    await engine.dispose()


async def test_after_a_failed_commit_the_next_begins_anew(tmp_path: Path) -> None:
    """SQLite keeps the transaction of a COMMIT that it refused; nobody else may come into it."""
    engine = at(tmp_path)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE one (n INTEGER PRIMARY KEY)")
        later = "REFERENCES one (n) DEFERRABLE INITIALLY DEFERRED"
        await connection.exec_driver_sql(f"CREATE TABLE two (n INTEGER {later})")
    async with engine.connect() as connection:
        await connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        await connection.commit()
        await connection.exec_driver_sql("BEGIN")
        await connection.exec_driver_sql("INSERT INTO two VALUES (9)")
        with pytest.raises(IntegrityError):
            await connection.commit()
    async with engine.begin() as following:
        assert not await following.run_sync(inside)
        assert (await following.execute(text("SELECT count(*) FROM two"))).scalar_one() == 0
    await engine.dispose()


async def test_a_rollback_happens_in_the_thread(tmp_path: Path) -> None:
    engine, where = at(tmp_path), list[int]()
    close = Connection.close

    def noted(connection: Connection) -> None:
        where.append(threading.get_ident())
        close(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "close", noted)
        async with engine.connect() as connection:
            await connection.execute(ONE)
        async with engine.begin() as connection:
            await connection.execute(ONE)
    assert where[0] != threading.get_ident(), "a transaction was open"
    assert where[1] == threading.get_ident(), "nothing was left to do with the file"
    await engine.dispose()


async def test_what_is_in_use_goes_on_after_the_others_were_closed(tmp_path: Path) -> None:
    engine = at(tmp_path)
    async with engine.connect() as used:
        thread = await used.run_sync(lambda _: threading.current_thread())
        async with engine.connect() as other:
            await other.execute(ONE)
        await engine.dispose()
        await engine.dispose()  # twice, as at the end of a failed start
        assert (await used.execute(ONE)).scalar_one() == 1
    thread.join(5)
    assert not thread.is_alive()
    async with engine.connect() as anew:
        assert (await anew.execute(ONE)).scalar_one() == 1
    await engine.dispose()


async def test_files_are_closed_in_a_thread(tmp_path: Path) -> None:
    """The last one to close it writes SQLite's log of writes into the file."""
    engine, where = at(tmp_path), list[int]()
    close = WholeConnection.close

    def noted(connection: WholeConnection) -> None:
        where.append(threading.get_ident())
        close(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WholeConnection, "close", noted, raising=False)
        async with engine.connect() as connection:
            await connection.execute(ONE)
        await engine.dispose()
    assert len(where) == 1
    assert where != [threading.get_ident()]


async def test_who_takes_a_place_while_all_are_closed_keeps_it(tmp_path: Path) -> None:
    engine = at(tmp_path)
    async with engine.connect() as first, engine.connect() as second:
        await first.execute(ONE)
        await second.execute(ONE)
    disposing = asyncio.create_task(engine.dispose())
    await asyncio.sleep(0)
    async with engine.connect() as taken:
        await disposing
        assert (await taken.execute(ONE)).scalar_one() == 1
    await engine.dispose()


async def test_a_cursor_keeps_no_rows_of_the_statement_before(line: SqliteConnection) -> None:
    def read(connection: Connection) -> list[list[object]]:
        cursor: Any = connection.connection.cursor()
        cursor.execute("INSERT INTO one VALUES (1, 'a'), (2, 'b')")
        cursor.execute("SELECT n FROM one ORDER BY n")
        walked = list(cursor)
        cursor.execute("SELECT n FROM one")
        with pytest.raises(sqlite3.OperationalError):
            cursor.execute("SELECT n FROM two")
        return [walked, cursor.fetchall()]

    assert await line.run_sync(read) == [[(1,), (2,)], []]


async def test_a_cancelled_statement_ends_before_the_next(line: SqliteConnection) -> None:
    """What runs in the thread cannot be called back: it is waited for."""
    going, go_on = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        going.set()
        go_on.wait()
        connection.execute(text("INSERT INTO one VALUES (7, 'slow')"))

    asked = asyncio.create_task(finished(line.run_sync(slow)))
    await asyncio.to_thread(going.wait)
    asked.cancel()
    await asyncio.sleep(0)
    assert not asked.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert (await line.execute(text("SELECT n FROM one"))).scalar_one() == 7


async def test_what_was_not_committed_is_rolled_back(tmp_path: Path) -> None:
    engine = at(tmp_path)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE one (n INTEGER)"))
    for ends in (False, True):
        async with engine.connect() as connection:
            await connection.begin()
            await connection.execute(text("INSERT INTO one VALUES (1)"))
            if ends:
                await connection.commit()
        async with engine.connect() as connection:
            found = (await connection.execute(text("SELECT count(*) FROM one"))).scalar_one()
            assert found == int(ends)
    await engine.dispose()


def test_threads_that_outlive_their_loop_end_in_silence(tmp_path: Path) -> None:
    engine, held = at(tmp_path), threading.Event()

    async def leave() -> Worker:
        connection = await engine.connect().start()
        await connection.execute(ONE)
        worker = await engine.take()
        _ = worker.visit(held.wait)
        engine.give_back(worker)
        await connection.close()
        await engine.dispose()
        return worker

    worker = asyncio.run(leave())
    held.set()  # its loop is over: nobody is told
    worker.thread.join(5)
    assert not worker.thread.is_alive()
    assert worker.thread.daemon
    with sqlite3.connect(tmp_path / "one.db", isolation_level=None) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("CREATE TABLE alone (n)")
    other.close()
