"""The master key gone or another beside what it opened: no command makes a new one, all say so."""

import os
from pathlib import Path

import pytest

from server.documents.key_files import FileKeys
from server.store.keys import load_or_create
from server.store.schema import migrate
from server.store.store import open_store
from server.system import SystemIds
from server.upkeep import SAID
from tests.support.server import Said, heyi

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
