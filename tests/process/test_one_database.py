"""One app serves a PostgreSQL database, whatever data folder it has; a killed one is followed."""

import asyncio
import shutil
from pathlib import Path

import asyncpg
import pytest

from server.rehearsal.own_server import ready
from server.store.sole import EVERY_S, ServedElsewhereError, sole_app
from server.system import SystemClock
from server.upkeep import SAID
from tests.support.clock import FakeClock
from tests.support.postgres import PostgresServer
from tests.support.server import children, gone, heyi, serving

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


def same_keys(one: Path, other: Path) -> None:
    """Give a data folder the keys of another, as whoever moves a server does."""
    shutil.copytree(one / "keys", other / "keys")


async def test_a_second_start_is_refused_in_words_and_a_crash_lets_go(
    address: str, tmp_path: Path
) -> None:
    (tmp_path / "one").mkdir()
    async with serving(tmp_path / "one", "--demo", HEYI_DATABASE_URL=address) as server:
        same_keys(tmp_path / "one" / "data", tmp_path / "two" / "data")
        for words in (("serve",), ("app",)):
            said = await heyi(tmp_path / "two" / "data", *words, HEYI_DATABASE_URL=address)
            assert (said.status, said.err.splitlines()[-2:]) == (1, list(SAID["served_elsewhere"]))
            assert "Traceback" not in said.err
        await server.kill("server app")
        await ready(server.url)
        family = [server.pid, *children(server.pid)]
        server.process.kill()
        await server.process.wait()
        await gone(family)
    async with serving(tmp_path / "two", "--demo", HEYI_DATABASE_URL=address):
        pass
