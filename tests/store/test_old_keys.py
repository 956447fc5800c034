"""A file's key opens nothing without its case's, and no key of an earlier release is lost."""

import asyncio
import multiprocessing
import os
from pathlib import Path

import pytest

from server.domain.errors import UnreadableError
from server.domain.ids import FileId
from server.ports.files import ShreddedError
from server.store import old_keys
from server.store.engines import open_engines
from server.store.schema import migrate, revert
from server.store.store import SqlStore
from server.store.vault import Vault
from server.system import SystemIds
from tests.store import examples
from tests.store.conftest import KEK, opened
from tests.store.examples import AT, CASE, COMMITTEE, Story
from tests.store.old_form import as_before, keys_of, opening, spoil
from tests.store.opening import open_until

OTHER = "case-2"
FILES = {"file-a": CASE, "file-b": CASE, "file-c": OTHER, "file-d": COMMITTEE}
"""Each file, and the case or committee it is of."""
UNDER_KEK = {"store", COMMITTEE, CASE, OTHER}
BEFORE = "0007"
STRIDE = 1 if "TORTURE_KILLS" in os.environ else 3


@pytest.fixture
async def filled(address: str) -> str:
    """Return the address of a database with files of two cases and of the committee."""
    async with opened(address) as store, store.write() as uow:
        await Story(uow).begin()
        await uow.cases.add(examples.case(OTHER))
        for file, case in FILES.items():
            content = _content(file)
            await uow.files.add(examples.file(file, size=len(content), case_id=case), content)
    return address


@pytest.fixture
async def earlier(filled: str) -> str:
    """Return the address of the same as an earlier release left it, migrated."""
    await as_before(filled, KEK)
    await revert(filled, BEFORE)
    await migrate(filled)
    return filled


def _content(file: str) -> bytes:
    return f"小声说的话 {file}".encode() * 99


async def expect_read(store: SqlStore, files: set[str]) -> None:
    async with store.read() as uow:
        for file in files:
            assert await uow.files.content(FileId(file)) == _content(file)


async def expect_hung(address: str) -> None:
    keys = await keys_of(address)
    assert {owner: key.under for owner, key in keys.items() if key.under} == {
        f"file:{file}": case for file, case in FILES.items()
    }
    told = {owner: key.kek_id for owner, key in keys.items() if key.kek_id}
    assert told == dict.fromkeys(UNDER_KEK, Vault(KEK, SystemIds()).kek_id)


def _unopened(address: str) -> SqlStore:
    return SqlStore(open_engines(address), Vault(KEK, SystemIds()))


async def test_a_file_hangs_under_its_case_or_its_committee(filled: str) -> None:
    await expect_hung(filled)
    async with opened(filled) as store:
        await expect_read(store, set(FILES))


async def test_without_the_key_of_its_case_a_file_is_noise(filled: str) -> None:
    everything = set(await keys_of(filled))
    assert await opening(filled, KEK) == everything
    await spoil(filled, CASE)
    assert await opening(filled, KEK) == everything - {CASE, "file:file-a", "file:file-b"}
    async with opened(filled) as store:
        await expect_read(store, {"file-c", "file-d"})
        async with store.read() as uow:
            for file in ("file-a", "file-b"):
                with pytest.raises(UnreadableError):
                    await uow.files.content(FileId(file))


async def test_one_file_is_destroyed_alone(earlier: str) -> None:
    async with opened(earlier) as store:
        async with store.write() as uow:
            await uow.files.shred(FileId("file-a"), AT)
        await expect_read(store, set(FILES) - {"file-a"})
        async with store.read() as uow:
            with pytest.raises(ShreddedError):
                await uow.files.content(FileId("file-a"))
    assert set(await keys_of(earlier)) == UNDER_KEK | {f"file:{file}" for file in FILES} - {
        "file:file-a"
    }


@pytest.mark.parametrize("at_once", [1, 3, 500])
async def test_an_earlier_database_is_read_and_its_keys_are_hung(
    earlier: str, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(old_keys, "AT_ONCE", at_once)
    assert {key.under or key.kek_id for key in (await keys_of(earlier)).values()} == {None}
    before = _unopened(earlier)
    await expect_read(before, set(FILES))
    await before.close()
    async with opened(earlier) as store:
        await expect_read(store, set(FILES))
    await expect_hung(earlier)


async def test_what_the_kek_wrapped_lies_nowhere_once_it_is_hung(
    sqlite_file: Path, sqlite_store: SqlStore
) -> None:
    address = f"sqlite:///{sqlite_file}"
    async with sqlite_store.write() as uow:
        await Story(uow).tell()
    await as_before(address, KEK)
    old = (await keys_of(address))["file:file-1"].wrapped
    assert old in _stored(sqlite_file)
    async with opened(address) as store:
        assert store.owes_forgetting
        assert await store.forget() is None
    assert old not in _stored(sqlite_file)


def _stored(database: Path) -> bytes:
    return b"".join(path.read_bytes() for path in database.parent.glob("heyi.db*"))


async def test_programs_that_start_together_hang_each_key_once(earlier: str) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(_open(earlier))
    await expect_hung(earlier)
    async with opened(earlier) as store:
        await expect_read(store, set(FILES))


async def _open(address: str) -> None:
    async with opened(address) as store:
        await expect_read(store, set(FILES))


async def test_a_file_is_not_hung_under_a_key_that_opens_no_more(
    earlier: str, caplog: pytest.LogCaptureFixture
) -> None:
    await spoil(earlier, OTHER)
    async with opened(earlier) as store:
        await expect_read(store, {"file-a", "file-b", "file-d"})
    keys = await keys_of(earlier)
    assert {owner for owner, key in keys.items() if not (key.under or key.kek_id)} == {
        OTHER,
        "file:file-c",
    }
    assert OTHER in caplog.text
    assert "file:file-c" in caplog.text


async def test_there_is_no_way_back_that_would_lose_a_file(filled: str) -> None:
    with pytest.raises(RuntimeError, match="wrapped by their cases"):
        await revert(filled, BEFORE)
    async with opened(filled) as store:
        await expect_read(store, set(FILES))


@pytest.mark.slow
@pytest.mark.timeout(180 if STRIDE > 1 else 3600)
async def test_killed_at_any_step_nothing_is_lost(filled: str) -> None:
    killed, half_done = 0, 0
    for point in range(1, 1000, STRIDE):
        await as_before(filled, KEK)
        if not await asyncio.to_thread(_killed_before, filled, point):
            break
        killed += 1
        left = [key for key in (await keys_of(filled)).values() if not (key.under or key.kek_id)]
        half_done += 0 < len(left) < len(FILES) + len(UNDER_KEK)
        store = _unopened(filled)
        await expect_read(store, set(FILES))
        await store.close()
        async with opened(filled) as store:
            await expect_read(store, set(FILES))
        await expect_hung(filled)
    assert killed > 5
    assert half_done > 2
    await expect_hung(filled)


def _killed_before(address: str, point: int) -> bool:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.opening"])
    process = context.Process(target=open_until, args=(address, KEK, point))
    process.start()
    process.join()
    code = process.exitcode
    process.close()
    assert code in {0, -9}
    return code == -9
