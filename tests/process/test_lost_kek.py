"""The master key gone or another beside what it opened: no command makes a new one, all say so."""

import asyncio
import os
from pathlib import Path

import asyncpg
import pytest

from server.documents.key_files import FileKeys
from server.store.keys import load_or_create
from server.store.schema import migrate
from server.store.store import open_store
from server.system import SystemIds
from server.upkeep import SAID
from tests.support.postgres import PostgresServer
from tests.support.server import Said, heyi, settings, start, stop

pytestmark = pytest.mark.slow

COMMANDS = ("keys", "serve", "app", "rotate-key", "renew")


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    """Return the data folder of a server that ran once, its database filled."""
    folder = tmp_path / "data"
    kek = load_or_create(folder / "keys" / "kek")
    await migrate(f"sqlite:///{folder / 'heyi.db'}")
    store = await open_store(f"sqlite:///{folder / 'heyi.db'}", kek, SystemIds())
    await store.close()
    return folder


def signed(data: Path) -> None:
    """Leave the signing keys of a server that signed."""
    FileKeys(data / "keys", (data / "keys" / "kek").read_bytes()).public("log")


def expect_refused(said: Said, code: str) -> None:
    """Fail unless the command ended with this code's words alone."""
    assert said.status == 1
    for expected in SAID[code]:
        assert expected.partition("{")[0] in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("has_signed", [False, True])
async def test_no_second_key_is_made_where_the_first_is_gone(
    data: Path, command: str, *, has_signed: bool
) -> None:
    if has_signed:
        signed(data)
    (data / "keys" / "kek").unlink()
    expect_refused(await heyi(data, command), "key_missing")
    assert not (data / "keys" / "kek").exists()
    assert not (data / "keys" / "kek.next").exists()


async def test_key_files_without_a_database_keep_their_key_too(data: Path) -> None:
    signed(data)
    for path in (data / "heyi.db", data / "keys" / "kek"):
        path.unlink()
    expect_refused(await heyi(data, "keys"), "key_missing")
    assert not (data / "keys" / "kek").exists()


async def test_signing_keys_are_said_to_be_there_when_each_opens(data: Path) -> None:
    signed(data)
    said = await heyi(data, "keys")
    assert (said.status, said.out.rstrip()[-4:]) == (0, " · 1")
    (data / "keys" / "kek").write_bytes(os.urandom(32))
    expect_refused(await heyi(data, "keys"), "key_unreadable")
    expect_refused(await heyi(data, "serve"), "key_unreadable")


async def test_another_key_than_the_databases_is_told_in_words(data: Path) -> None:
    (data / "keys" / "kek").write_bytes(os.urandom(32))
    expect_refused(await heyi(data, "renew"), "wrong_key")
    expect_refused(await heyi(data, "rotate-key"), "wrong_key")


async def test_a_first_start_waits_for_a_database_that_is_started_later(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    address = postgres_server.dsn("started_later")
    env = settings(tmp_path / "data", HEYI_DATABASE_URL=address)
    starting = asyncio.create_task(start(env, "--demo"))
    async with asyncio.timeout(60):
        while "started_later" not in _said(tmp_path):
            assert not starting.done()
            await asyncio.sleep(0.1)
    assert not (tmp_path / "data" / "keys" / "kek").exists(), "none before it is known to be first"
    admin = await asyncpg.connect(postgres_server.dsn())
    try:
        await admin.execute("CREATE DATABASE started_later TEMPLATE template0 ENCODING UTF8")
        server = await starting
        await stop(server)
    finally:
        await admin.execute("DROP DATABASE IF EXISTS started_later WITH (FORCE)")
        await admin.close()
    assert (tmp_path / "data" / "keys" / "kek").exists()
    assert "Traceback" not in _said(tmp_path)


def _said(folder: Path) -> str:
    log = folder / "server.log"
    return log.read_text() if log.exists() else ""
