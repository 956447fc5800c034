"""The command that takes a seal from an authority's file, as an operator runs it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa

from server.documents.seal_words import SAID
from server.store.keys import in_use, load_or_create
from server.store.schema import migrate
from server.store.store import open_store
from server.system import SystemIds
from server.upkeep import SAID as REFUSED
from tests.documents.seal_authority import OFFICE, PASSWORD, SealAuthority, kept, made_key
from tests.process.test_signing_keys import where
from tests.store.examples import committee
from tests.support.server import heyi
from tests.support.tokens import TokenDrawer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
async def authority() -> AsyncIterator[SealAuthority]:
    made = SealAuthority(datetime.now(UTC).replace(microsecond=0))
    async with TestServer(made.site()) as server:
        made.url = str(server.make_url("/"))
        yield made


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    """Return the data folder of a server with one committee."""
    folder = tmp_path / "data"
    url = f"sqlite:///{folder / 'heyi.db'}"
    kek = load_or_create(folder / "keys" / "kek")
    await migrate(url)
    store = await open_store(url, kek, SystemIds())
    async with store.write() as uow:
        await uow.committees.add(committee())
    await store.close()
    return folder


async def test_it_is_taken_renewed_and_told(
    authority: SealAuthority, data: Path, tmp_path: Path
) -> None:
    root = str(kept(tmp_path, "root.pem", authority.root))
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    for _ in range(2):
        key = made_key()
        (tmp_path / "seal.pfx").write_bytes(authority.pfx(key, authority.certify(key)))
        words = ["keys", "seal", str(tmp_path / "seal.pfx"), "--root", root]
        done = await heyi(data, *words, "--password-file", str(tmp_path / "password"))
        assert done.status == 0, done.err
        assert OFFICE in done.out
        assert len([*(data / "keys").glob("seal-*.key")]) == 1
        assert "files ·" in (await heyi(data, "keys")).out
    (named,) = (data / "keys").glob("seal-*.outside")
    assert len(named.read_text().split()) == 2
    done = await heyi(data, "serve", HEYI_SIGNATURE_SUITE="sm2-sm3")
    assert done.status == 1
    assert SAID["suite"][0] in done.err


async def test_it_goes_into_the_token_where_that_holds_the_keys(
    authority: SealAuthority, data: Path, tmp_path: Path, tokens: TokenDrawer
) -> None:
    root, key = str(kept(tmp_path, "root.pem", authority.root)), made_key()
    (tmp_path / "seal.pfx").write_bytes(authority.pfx(key, authority.certify(key)))
    (tmp_path / "password").write_text(PASSWORD)
    words = ["keys", "seal", str(tmp_path / "seal.pfx"), "--root", root]
    words += ["--password-file", str(tmp_path / "password")]
    done = await heyi(data, *words, **where(tokens, tokens.new()))
    assert done.status == 0, done.err
    assert not [*(data / "keys").glob("*.key")]
    assert [*(data / "keys").glob("seal-*.pub")]


async def test_a_refusal_is_a_sentence_and_changes_nothing(
    authority: SealAuthority, data: Path, tmp_path: Path
) -> None:
    root, key = str(kept(tmp_path, "root.pem", authority.root)), made_key()
    rsa_key = rsa.generate_private_key(65537, 2048)
    (tmp_path / "seal.pfx").write_bytes(authority.pfx(key, authority.certify(key)))
    (tmp_path / "rsa.pfx").write_bytes(authority.pfx(rsa_key, authority.certify(rsa_key)))
    (tmp_path / "password").write_text(PASSWORD)
    (tmp_path / "wrong").write_text("wrong")
    before = sorted(path.name for path in (data / "keys").iterdir())
    right = ["--root", root, "--password-file", str(tmp_path / "password")]
    for reason, words in {
        "password": ["seal.pfx", "--root", root, "--password-file", str(tmp_path / "wrong")],
        "key_type": ["rsa.pfx", *right],
        "unreadable": ["none.pfx", *right],
        "committee": ["seal.pfx", *right, "--committee", "another"],
        "root_unreadable": ["seal.pfx", "--root", right[3], *right[2:]],
    }.items():
        done = await heyi(data, "keys", "seal", str(tmp_path / words[0]), *words[1:])
        assert done.status == 1, (reason, done)
        for said in SAID[reason]:  # type: ignore[index]  # the names are those of the words
            assert said.partition("{")[0] in done.err
        assert "Traceback" not in done.err
    assert (await heyi(data, "keys", "seal")).status == 2
    with in_use(data / "keys" / "kek"):
        done = await heyi(data, "keys", "seal", str(tmp_path / "seal.pfx"), *right)
    assert REFUSED["key_in_use"][0] in done.err
    assert {path.name for path in (data / "keys").iterdir()} - {*before} <= {"kek.lock"}
