"""One app serves a PostgreSQL database, whatever data folder it has; a killed one is followed."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool, StaticPool

from server.alone import BESIDE_ANOTHER
from server.ports.store import DiskFullError
from server.rehearsal.own_server import ready
from server.store import sole as soles
from server.store.engines import parse
from server.store.sole import (
    EVERY_S,
    ServedElsewhereError,
    SharedConnectionError,
    Sole,
    sole_app,
)
from server.system import SystemClock
from server.upkeep import SAID
from tests.support.clock import FakeClock
from tests.support.postgres import PostgresServer
from tests.support.server import Server, children, gone, heyi, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


class Impatient(FakeClock):
    """A clock on which whoever waits has waited at once."""

    async def sleep(self, seconds: float) -> None:
        self._elapsed += seconds
        await asyncio.sleep(0)


@pytest.fixture
def address(postgres_server: PostgresServer, postgres_database: str) -> str:
    return postgres_server.dsn(postgres_database)


async def break_all(address: str) -> None:
    """End every connection to the database but ours, as a restart of it does."""
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    finally:
        await connection.close()


async def test_a_second_one_is_refused_until_the_first_has_ended(address: str) -> None:
    async with sole_app(address, Impatient()):
        with pytest.raises(ServedElsewhereError):
            async with sole_app(address, Impatient()):
                pass
    async with sole_app(address, Impatient()):
        pass


async def test_a_broken_connection_is_made_anew_and_holds_again(address: str) -> None:
    clock = Impatient()
    async with sole_app(address, clock) as sole:
        assert sole is not None
        keeping = asyncio.create_task(sole.keep())
        await break_all(address)
        begun = clock.monotonic()
        async with asyncio.timeout(20):
            while clock.monotonic() < begun + 3 * EVERY_S:
                await asyncio.sleep(0)
        assert not keeping.done()
        with pytest.raises(ServedElsewhereError):
            async with sole_app(address, Impatient()):
                pass
        keeping.cancel()


async def test_who_lost_it_to_another_ends(address: str) -> None:
    async with sole_app(address, Impatient()) as sole:
        assert sole is not None
        await break_all(address)
        async with sole_app(address, SystemClock()), asyncio.timeout(20):
            await sole.keep()


async def test_a_pooler_that_shares_connections_is_refused(address: str) -> None:
    """To us it looks like one connection for whoever asks."""
    shared = create_async_engine(parse(address), poolclass=StaticPool, isolation_level="AUTOCOMMIT")
    sole = Sole(shared, Impatient())
    try:
        await sole.take()
        with pytest.raises(SharedConnectionError):
            await sole.expect_unshared()
        assert await holders(address) == []
    finally:
        await sole.let_go()
        await shared.dispose()


@pytest.mark.parametrize("moved", [True, False], ids=["moved", "let go"])
async def test_a_busy_pooler_is_refused_that_answers_from_elsewhere_or_let_go(
    address: str, *, moved: bool
) -> None:
    """Its second connection ends elsewhere than the lock's; the lock's own tells it."""
    engine = create_async_engine(parse(address), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as elsewhere:
        sole = Sole(engine, Impatient())
        await sole.take()
        await sole.expect_unshared()
        held = sole._held
        assert held is not None
        if moved:
            sole._held = elsewhere
        else:
            await held.execute(text("SELECT pg_advisory_unlock_all()"))
        with pytest.raises(SharedConnectionError):
            await sole.expect_unshared()
        async with asyncio.timeout(20):
            while await holders(address):
                await asyncio.sleep(0.01)
        await held.invalidate()
        await held.close()
    await engine.dispose()


async def test_a_start_looks_whether_connections_are_shared(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shared(url: URL, **told: Any) -> AsyncEngine:
        return create_async_engine(url, **told | {"poolclass": StaticPool})

    monkeypatch.setattr("server.store.sole.create_async_engine", shared)
    with pytest.raises(SharedConnectionError):
        await soles.expect_none_serving(address, Impatient())


class Nat:
    """Carries connections to a port, and can forget those that are open without a word."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._carried: set[asyncio.Task[None]] = set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        flowing = self._flowing
        for one, other in ((reader, far_writer), (far_reader, writer)):
            self._carried.add(asyncio.create_task(self._pass(flowing, one, other)))

    async def _pass(
        self, flowing: asyncio.Event, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            with suppress(OSError):
                while content := await reader.read(65_536):
                    await flowing.wait()
                    writer.write(content)
            await flowing.wait()
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def stall(self) -> asyncio.Event:
        """Carry nothing more of what is open until the event is set; new lines are carried."""
        stalled, self._flowing = self._flowing, asyncio.Event()
        stalled.clear()
        self._flowing.set()
        return stalled

    async def end(self) -> None:
        """Close whatever is open."""
        for one in self._carried:
            one.cancel()
        await asyncio.gather(*self._carried, return_exceptions=True)


@pytest.fixture
async def nat(postgres_server: PostgresServer) -> AsyncIterator[Nat]:
    made = Nat(postgres_server.port)
    yield made
    await made.end()


@pytest.fixture
async def through(nat: Nat, postgres_database: str) -> AsyncIterator[str]:
    """The address of the database through the NAT."""
    server = await asyncio.start_server(nat.carry, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield f"postgresql://heyi@127.0.0.1:{port}/{postgres_database}"
    server.close()
    await server.wait_closed()


async def holders(address: str) -> list[int]:
    """Return the backends that hold the lock."""
    connection = await asyncpg.connect(address)
    try:
        found = await connection.fetch(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    finally:
        await connection.close()
    return [one["pid"] for one in found]


async def looks(sole: Sole, clock: Impatient, times: int) -> asyncio.Task[None]:
    """Let it look so often at least, and go on."""
    begun = clock.monotonic()
    keeping = asyncio.create_task(sole.keep())
    async with asyncio.timeout(30):
        while not keeping.done() and clock.monotonic() <= begun + times * EVERY_S:
            await asyncio.sleep(0.01)
    return keeping


async def test_a_line_that_died_in_silence_is_replaced_though_its_lock_is_still_held(
    address: str, through: str, nat: Nat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soles, "BUSY_SECONDS", 0.3)
    clock = Impatient()
    async with sole_app(through, clock) as sole:
        assert sole is not None
        before = await holders(address)
        nat.stall()
        keeping = await looks(sole, clock, 4)
        after = await holders(address)
        assert not keeping.done()
        assert len(after) == 1
        assert after != before
        keeping.cancel()


async def test_a_line_that_stalls_for_a_moment_keeps_the_lock(
    address: str, through: str, nat: Nat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soles, "BUSY_SECONDS", 0.3)
    clock = Impatient()
    async with sole_app(through, clock) as sole:
        assert sole is not None
        before = await holders(address)
        stalled, silent = nat.stall(), asyncio.Event()
        there = sole._there

        async def looking() -> bool | None:
            found = await there()
            stalled.set()
            silent.set()
            return found

        monkeypatch.setattr(sole, "_there", looking)
        keeping = await looks(sole, clock, 4)
        assert silent.is_set()
        assert not keeping.done()
        assert await holders(address) == before
        keeping.cancel()


@pytest.mark.parametrize("fault", [DiskFullError, RuntimeError], ids=["full", "odd"])
async def test_no_fault_ends_the_watch(
    address: str, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    clock = Impatient()
    async with sole_app(address, clock) as sole:
        assert sole is not None
        taken, faults = sole._taken, [fault(), fault()]

        async def failing() -> bool:
            if faults:
                raise faults.pop()
            return await taken()

        monkeypatch.setattr(sole, "_taken", failing)
        await break_all(address)
        keeping = await looks(sole, clock, 5)
        assert not keeping.done()
        assert not faults
        assert len(await holders(address)) == 1
        keeping.cancel()


async def test_a_vanished_host_is_noticed_without_a_word_that_a_pooler_refuses(
    address: str,
) -> None:
    """PgBouncer passes on no parameter of the start but a few; SET is a statement as any other."""
    async with sole_app(address, Impatient()) as sole:
        assert sole is not None
        assert sole._held is not None
        found = await sole._held.execute(
            text("SELECT name, setting, source FROM pg_settings WHERE name LIKE 'tcp%'")
        )
        assert set(map(tuple, found)) == {
            ("tcp_keepalives_idle", "10", "session"),
            ("tcp_keepalives_interval", "5", "session"),
            ("tcp_keepalives_count", "3", "session"),
            ("tcp_user_timeout", "25000", "session"),
        }


def same_keys(one: Path, other: Path) -> None:
    """Give a data folder the keys of another, as whoever moves a server does."""
    shutil.copytree(one / "keys", other / "keys")


def start_of(server: Server) -> str:
    """Return which start on the database its last one was."""
    return (server.data / "run" / "stored-at").read_text()


async def test_a_second_start_is_refused_in_words_and_a_crash_lets_go(
    address: str, tmp_path: Path
) -> None:
    (tmp_path / "one").mkdir()
    async with serving(tmp_path / "one", "--demo", HEYI_DATABASE_URL=address) as server:
        same_keys(tmp_path / "one" / "data", tmp_path / "two" / "data")
        for words, status in ((("serve",), 1), (("app",), BESIDE_ANOTHER)):
            said = await heyi(tmp_path / "two" / "data", *words, HEYI_DATABASE_URL=address)
            assert said.status == status
            assert said.err.splitlines()[-2:] == list(SAID["served_elsewhere"])
            assert "Traceback" not in said.err
        await server.kill("server app")
        await ready(server.url)
        family = [server.pid, *children(server.pid)]
        server.process.kill()
        await server.process.wait()
        await gone(family)
        assert start_of(server) == "2"
    async with serving(tmp_path / "two", "--demo", HEYI_DATABASE_URL=address) as server:
        assert start_of(server) == "3"
