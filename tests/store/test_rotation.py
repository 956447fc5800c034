"""A new key opens everything, the old one nothing, wherever the replacing was interrupted."""

import asyncio
import multiprocessing
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server.__main__ import main
from server.config import Settings
from server.documents.key_files import FileKeys, KeyUnreadableError
from server.domain.ids import FileId
from server.domain.register import RegisterQuery
from server.ports.store import CaseQuery
from server.signing_keys import master
from server.store.engines import open_engines
from server.store.errors import WrongKeyError
from server.store.keys import KeyInUseError, UnfinishedRotationError, in_use, next_of
from server.store.rotation import rotate
from server.store.schema import migrate, revert
from server.store.store import SqlStore
from server.store.transaction import STORE_KEY
from server.store.vault import Vault
from server.system import SystemIds
from server.upkeep import SAID, rotate_key
from tests.store.conftest import KEK, opened
from tests.store.examples import CASE, COMMITTEE, Story
from tests.store.old_form import as_before, keys_of, rewrapped
from tests.store.rotating import STATEMENT, TRACE, rotate_until

NEW = bytes(range(32, 64))
STRIDE = 1 if "TORTURE_KILLS" in os.environ else 12
"""Of the statements, all in one transaction, so many are left out between two kills."""
NAMES = ("seal-c-1", "issuer-c-1", "log")
UNDER_KEK = {STORE_KEY, COMMITTEE, CASE}
"""Whose keys the KEK wraps in the example; the file's is under the case's."""


@pytest.fixture
async def folder(sqlite_file: Path, tmp_path: Path) -> Path:
    """Return a data folder with one of everything and some key files."""
    data = tmp_path / "office"
    (data / "keys").mkdir(mode=0o700, parents=True)
    (data / "keys" / "kek").touch(mode=0o600)
    (data / "keys" / "kek").write_bytes(KEK)
    shutil.copy(sqlite_file, data / "heyi.db")
    async with opened(_address(data)) as store, store.write() as uow:
        await Story(uow).tell()
    for name in NAMES:
        FileKeys(data / "keys", KEK).public(name)
    return data


def _address(data: Path) -> str:
    return f"sqlite:///{data / 'heyi.db'}"


def kek(data: Path) -> bytes:
    return (data / "keys" / "kek").read_bytes()


async def expect_whole(store: SqlStore) -> None:
    """See that everything is found by what people search, and can be read."""
    async with store.read() as uow:
        for text in ("陈水根", "盛达", "512099197904123018", "湖禾调字〔2025〕第case-1号"):
            cases, _ = await uow.cases.search(CaseQuery(committee_id=COMMITTEE, text=text))
            assert [case.id for case in cases] == [CASE], text
        for query in (
            RegisterQuery(committee_id=COMMITTEE, name="陈水"),
            RegisterQuery(committee_id=COMMITTEE, number="湖禾调字〔2025〕第12号"),
        ):
            entries, _ = await uow.register.search(query)
            assert [entry.serial for entry in entries] == [12]
        assert await uow.staff.by_login("LOGIN-canary-staff-1")
        assert await uow.files.content(FileId("file-1")) == "小声说的话123".encode()
        assert (await uow.committees.get(COMMITTEE)).short_name == "湖禾"


async def test_the_new_key_opens_everything_and_the_old_one_nothing(address: str) -> None:
    async with opened(address) as store, store.write() as uow:
        await Story(uow).tell()
        name = await store.name()
    before = await keys_of(address)
    assert await rotate(address, KEK, NEW, SystemIds()) == len(UNDER_KEK)
    assert await rotate(address, KEK, NEW, SystemIds()) == 0
    after = await keys_of(address)
    assert {owner for owner in after if after[owner] != before[owner]} == UNDER_KEK
    assert {after[owner].kek_id for owner in UNDER_KEK} == {Vault(NEW, SystemIds()).kek_id}
    with pytest.raises(WrongKeyError):
        async with opened(address):
            pass
    with pytest.raises(WrongKeyError):
        await rotate(address, KEK, bytes(32), SystemIds())
    async with opened(address, NEW) as store:
        await expect_whole(store)
        assert await store.name() == name, "its archive stays its own"


@pytest.mark.parametrize("done", [{"store"}, {COMMITTEE}, {CASE}, {"store", CASE}])
async def test_keys_that_tell_of_the_old_one_follow_those_of_the_new(
    address: str, done: set[str]
) -> None:
    async with opened(address) as store, store.write() as uow:
        await Story(uow).tell()
    await rewrapped(address, done, KEK, NEW)
    assert await rotate(address, KEK, NEW, SystemIds()) == len(UNDER_KEK - done)
    async with opened(address, NEW) as store:
        await expect_whole(store)


@pytest.mark.parametrize("kek", [KEK, NEW])
async def test_a_database_of_an_earlier_release_is_rotated_unopened(
    address: str, kek: bytes
) -> None:
    """It may be under either, where the earlier release was killed on the way."""
    async with opened(address) as store, store.write() as uow:
        await Story(uow).tell()
    if kek == NEW:
        await rotate(address, KEK, NEW, SystemIds())
    await as_before(address, kek)
    await revert(address, "0007")
    await migrate(address)
    await rotate(address, KEK, NEW, SystemIds())
    keys = await keys_of(address)
    assert {owner for owner, key in keys.items() if key.under is None} == UNDER_KEK
    assert {keys[owner].kek_id for owner in UNDER_KEK} == {Vault(NEW, SystemIds()).kek_id}
    async with opened(address, NEW) as store:
        await expect_whole(store)


async def test_a_database_of_another_key_is_left_as_it_is(address: str) -> None:
    async with opened(address) as store, store.write() as uow:
        await Story(uow).tell()
    with pytest.raises(WrongKeyError):
        await rotate(address, bytes(32), NEW, SystemIds())
    async with opened(address) as store:
        await expect_whole(store)


@pytest.mark.parametrize("release", ["this", "earlier"])
async def test_old_wrapped_keys_lie_nowhere_any_more(folder: Path, release: str) -> None:
    if release == "earlier":
        await as_before(_address(folder), KEK)
    by_kek = "SELECT wrapped FROM keys WHERE under IS NULL"
    with closing(sqlite3.connect(folder / "heyi.db")) as database:
        old = [row[0] for row in database.execute(by_kek)]
    assert old
    await rotate_key(Settings(data=folder))
    everything = b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
    assert not [wrapped for wrapped in old if wrapped in everything]
    assert KEK not in everything


async def expect_rotated(folder: Path, old: bytes) -> None:
    """See that the old key opens nothing here, and the new one everything."""
    new = kek(folder)
    assert new != old
    assert not next_of(folder / "keys" / "kek").exists()
    with pytest.raises(WrongKeyError):
        async with opened(_address(folder), old):
            pass
    async with opened(_address(folder), new) as store:
        await expect_whole(store)
    for name in NAMES:
        content = (folder / "keys" / f"{name}.key").read_bytes()
        assert FileKeys(folder / "keys", new).opens(content, name)
        with pytest.raises(KeyUnreadableError):
            FileKeys(folder / "keys", old).opened(content, name)


@pytest.mark.slow
@pytest.mark.timeout(180 if STRIDE > 1 else 3600)
async def test_killed_at_any_step_it_is_finished_by_running_it_again(folder: Path) -> None:
    killed, old = 0, kek(folder)
    for kind, stride in ((TRACE, 1), (STATEMENT, STRIDE)):
        for point in range(1, 1000, stride):
            old = kek(folder)
            if not await asyncio.to_thread(_killed_before, folder, kind, point):
                break
            killed += 1
            if next_of(folder / "keys" / "kek").exists():
                with pytest.raises(UnfinishedRotationError):
                    master(Settings(data=folder))
                await rotate_key(Settings(data=folder))
                await expect_rotated(folder, old)
            elif kek(folder) == old:
                async with opened(_address(folder), old) as store:
                    await expect_whole(store)
            else:
                await expect_rotated(folder, old)
    assert killed > 15
    await expect_rotated(folder, old)


def _killed_before(folder: Path, kind: str, point: int) -> bool:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.rotating"])
    process = context.Process(target=rotate_until, args=(folder, kind, point))
    process.start()
    process.join()
    code = process.exitcode
    process.close()
    assert code in {0, -9}
    return code == -9


async def test_beside_a_running_server_nothing_is_replaced(folder: Path) -> None:
    lock = folder / "keys" / "kek"
    with in_use(lock), in_use(lock), pytest.raises(KeyInUseError):
        await rotate_key(Settings(data=folder))
    assert kek(folder) == KEK
    with in_use(lock, alone=True), pytest.raises(KeyInUseError), in_use(lock):
        pass


def test_the_operator_is_told_in_his_words(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEYI_DATA", str(folder))
    with in_use(folder / "keys" / "kek"):
        assert main(["rotate-key"]) == 1
    assert capsys.readouterr().err.splitlines()[:2] == list(SAID["key_in_use"])


async def test_settling_before_the_database_is_done_is_noticed(folder: Path) -> None:
    """The order matters: this is the mistake that the kills above are there to catch."""
    new = next_of(folder / "keys" / "kek")
    new.write_bytes(NEW)
    new.chmod(0o600)
    new.replace(folder / "keys" / "kek")
    with pytest.raises(pytest.fail.Exception):
        await expect_rotated(folder, KEK)


async def test_sealed_rows_stay_protected_afterwards(address: str) -> None:
    async with opened(address) as store, store.write() as uow:
        await Story(uow).tell()
    await rotate(address, KEK, NEW, SystemIds())
    engines = open_engines(address)
    for table in ("register", "register_terms"):
        with pytest.raises(DBAPIError, match="never changed"):
            async with engines.writer.begin() as connection:
                await connection.execute(text(f"DELETE FROM {table}"))
    await engines.close()
