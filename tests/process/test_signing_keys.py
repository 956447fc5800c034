"""The commands of an operator whose signing keys move into a token."""

import logging
import os
from pathlib import Path

import pytest

from server.config import load
from server.documents.key_files import FileKeys
from server.documents.key_words import SAID
from server.documents.keys import NoKeys
from server.signing_keys import expect_keys
from server.store.keys import load_or_create
from server.store.schema import migrate
from server.store.store import open_store
from server.system import SystemIds
from server.upkeep import NOT_HERE
from tests.support.server import Said, heyi, serving
from tests.support.tokens import PIN, TokenDrawer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

NAMES = ("log", "seal-hexi")


def where(tokens: TokenDrawer, label: str, pin: str = PIN) -> dict[str, str]:
    """Return the settings that name a token."""
    return {
        "HEYI_KEYS": "pkcs11",
        "HEYI_PKCS11_MODULE": str(tokens.module),
        "HEYI_PKCS11_TOKEN": label,
        "HEYI_PKCS11_PIN": pin,
    }


def expect_refused(said: Said, reason: NoKeys) -> None:
    """Fail unless the command ended with this reason's words."""
    assert said.status == 1
    chinese, english = (words.partition("{")[0] for words in SAID[reason])
    assert chinese in said.err
    assert english in said.err
    assert "Traceback" not in said.err


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return the data folder of a server that has signed with key files."""
    folder = tmp_path / "data"
    keys = FileKeys(folder / "keys", load_or_create(folder / "keys" / "kek"))
    for name in NAMES:
        keys.public(name)
    return folder


async def found(data: Path) -> None:
    """Make the database, as the first start does."""
    await migrate(f"sqlite:///{data / 'heyi.db'}")
    kek = load_or_create(data / "keys" / "kek")
    store = await open_store(f"sqlite:///{data / 'heyi.db'}", kek, SystemIds())
    await store.close()


async def test_without_its_token_a_server_does_not_start(
    tokens: TokenDrawer, data: Path, tmp_path: Path
) -> None:
    label = tokens.new()
    expect_refused(await heyi(data, "serve", **where(tokens, label)), "in_files")
    fresh = tmp_path / "fresh"
    expect_refused(await heyi(fresh, "serve", **where(tokens, "none such")), "no_token")
    expect_refused(await heyi(fresh, "serve", **where(tokens, label, "111111")), "wrong_pin")
    nowhere = where(tokens, label) | {"HEYI_PKCS11_MODULE": "/nowhere.so"}
    expect_refused(await heyi(fresh, "serve", **nowhere), "no_module")
    (tmp_path / "pin").write_text("")
    no_pin = where(tokens, label) | {"HEYI_PKCS11_PIN": ""}
    assert (await heyi(fresh, "serve", **no_pin)).status == 2


def test_the_start_sweeps_what_killed_processes_left(
    data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    part, kept = data / "keys" / ".seal-hexi.key.4242", data / "keys" / ".seal-hexi.key.4243"
    for path in (part, kept):
        path.write_bytes(b"a part")
    os.utime(part, (0, 0))
    expect_keys(load(data=data))
    assert (part.exists(), kept.exists()) == (False, True)
    assert "1 part(s) removed" in caplog.text


async def test_keys_move_in_and_every_command_tells_where_they_are(
    tokens: TokenDrawer, data: Path, tmp_path: Path
) -> None:
    token = where(tokens, tokens.new())
    assert f"files · {data / 'keys'}" in (await heyi(data, "keys")).out
    expect_refused(await heyi(data, "keys", "import"), "files_set")
    moved = await heyi(data, "keys", "import", **token)
    assert moved.status == 0, moved.err
    assert "SoftHSM" in moved.out
    assert not list((data / "keys").glob("*.key"))
    expect_refused(await heyi(data, "serve"), "in_token")
    await found(data)
    assert NOT_HERE in (await heyi(data, "rotate-key", **token)).out
    backup = tmp_path / "all.heyi"
    assert NOT_HERE in (await heyi(data, "backup", str(backup), **token)).out
    elsewhere = tmp_path / "elsewhere"
    restored = await heyi(elsewhere, "restore", str(backup), **token)
    assert restored.status == 0, restored.err
    assert NOT_HERE in restored.out
    assert "SoftHSM" in (await heyi(elsewhere, "keys", **token)).out
    other = where(tokens, tokens.new())
    expect_refused(await heyi(elsewhere, "serve", **other), "other_key")


async def test_a_server_says_at_its_start_what_holds_the_keys(
    tokens: TokenDrawer, tmp_path: Path
) -> None:
    token = where(tokens, tokens.new("counter"))
    async with serving(tmp_path, **token):
        said = (tmp_path / "server.log").read_text()
    assert "signing keys: PKCS#11 · counter (SoftHSM project SoftHSM v2" in said
