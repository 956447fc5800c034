"""`heyi backup` while the office works on, `heyi restore` elsewhere, and every record verifies."""

import asyncio
import errno
import shutil
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from hashlib import sha256
from pathlib import Path
from typing import get_args

import pytest

from server.archive.backup_words import SAID, say
from server.archive.backups import UNFINISHED, Backups
from server.archive.bundle import new_key
from server.config import Settings
from server.domain.ids import RecordId
from server.ports.backup import BackupError, NoBackup
from server.ports.store import CaseQuery, DiskFullError
from server.store.partings import PartingFiles
from server.store.schema import migrate, revert
from server.store.store import open_store
from server.system import SystemIds
from tests.backup.conftest import backups_of
from tests.store.conftest import opened
from tests.store.old_form import as_before, keys_of
from tests.support import cases
from tests.support.builders import SESSION
from tests.support.server import heyi
from tests.support.signing import Sitting
from tests.support.world import COMMITTEE, KEK, Stage

ATTEMPTS = 3


class Writer:
    """Registers one case after another; `done` of them are committed."""

    def __init__(self, office: Stage) -> None:
        self._office = office
        self.done = 0
        self._moved = asyncio.Event()

    async def write(self) -> None:
        while True:
            await cases.registered(self._office.world)
            self.done += 1
            self._moved.set()

    async def another(self) -> int:
        """Wait for one more and return how many there are."""
        self._moved.clear()
        await self._moved.wait()
        return self.done


@asynccontextmanager
async def writing(office: Stage) -> AsyncIterator[Writer]:
    writer = Writer(office)
    task = asyncio.get_running_loop().create_task(writer.write())
    try:
        yield writer
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def cases_in(database: Path) -> int:
    """Return how many cases a database holds, having read each."""
    store = await open_store(f"sqlite:///{database}", KEK, SystemIds())
    try:
        async with store.read() as uow:
            query = CaseQuery(committee_id=COMMITTEE, page_size=10_000)
            found, total = await uow.cases.search(query)
            assert len(found) == total
            for case in found:
                assert await uow.log.of_case(case.id)
            return total
    finally:
        await store.close()


@pytest.mark.slow
async def test_what_was_backed_up_while_writing_is_restored_and_verified(
    office: Stage, made: Sitting, folder: Path, tmp_path: Path
) -> None:
    file, empty = tmp_path / "office.heyi", tmp_path / "elsewhere" / "data"
    assert made.case.id
    (folder / "media").mkdir()
    (folder / "media" / "one.bin").write_bytes(b"recorded")
    async with writing(office) as writer:
        before = await writer.another()
        said = await heyi(folder, "backup", str(file))
        after = await writer.another()
    assert (said.status, said.err) == (0, "")
    assert "1" in said.out
    assert str(file) in said.out
    assert file.stat().st_mode & 0o777 == 0o600

    shutil.move(file.with_name("office.heyi.key"), tmp_path / "safe.key")
    without = await heyi(empty, "restore", str(file))
    assert without.err.splitlines() == list(SAID["no_key"])

    said = await heyi(empty, "restore", str(file), "--key", str(tmp_path / "safe.key"))
    assert (said.status, said.err) == (0, "")
    assert "记录 1 件，验证通过 1 件" in said.out
    held = await cases_in(empty / "heyi.db") - 1
    assert before <= held <= after
    assert (empty / "media" / "one.bin").read_bytes() == b"recorded"
    assert (empty / "keys").stat().st_mode & 0o777 == 0o700
    assert (empty / "keys" / "kek").stat().st_mode & 0o777 == 0o600
    assert not (empty / UNFINISHED).exists()
    assert tree(folder / "records") == tree(empty / "records")


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return every file and folder with its mode and content."""
    return {
        str(p.relative_to(folder)): (p.stat().st_mode, b"" if p.is_dir() else p.read_bytes())
        for p in sorted(folder.glob("*/*/**/*"))
    }


@pytest.mark.slow
async def test_a_record_that_was_changed_in_the_backup_is_named(
    office: Stage, made: Sitting, folder: Path, backups: Backups, tmp_path: Path
) -> None:
    file, empty = tmp_path / "office.heyi", tmp_path / "elsewhere"
    assert made.case.id
    [consents] = folder.glob("records/*/*/consents.json")
    consents.chmod(0o644)
    consents.write_bytes(b"{}")
    await backups.make(file, (), "")
    said = await heyi(empty, "restore", str(file))
    assert said.status == 1
    assert "记录 1 件，验证通过 0 件" in said.out
    assert said.err.strip().endswith("第001号: intact, log_tells")


class Copier:
    """Copies the file as `cp` would: the mistake that snapshots are there for."""

    name = "heyi.db"

    def __init__(self, folder: Path) -> None:
        self._file = folder / "heyi.db"

    async def take(self, file: Path) -> Sequence[RecordId]:
        shutil.copy(self._file, file)
        return ()

    async def expect_empty(self) -> None: ...

    async def put(self, file: Path) -> None:
        file.rename(self._file)


async def test_a_plain_copy_of_a_database_in_use_misses_what_was_committed(
    office: Stage, folder: Path, tmp_path: Path
) -> None:
    for taken in (Backups(folder, Copier(folder)), backups_of(folder)):
        kept = await cases_in(await _copied(office, taken, tmp_path))
        whole = await cases_in(folder / "heyi.db")
        assert (kept == whole) == (not isinstance(taken.snapshots, Copier))


async def _copied(office: Stage, taken: Backups, tmp_path: Path) -> Path:
    name = type(taken.snapshots).__name__
    for _ in range(ATTEMPTS):
        await cases.registered(office.world)
    await taken.make(tmp_path / name, (), "")
    (tmp_path / f"{name}.restored").mkdir()
    await backups_of(tmp_path / f"{name}.restored").restore(tmp_path / name, None, "")
    return tmp_path / f"{name}.restored" / "heyi.db"


async def test_a_backup_from_before_files_hung_under_their_case_is_read(
    office: Stage, made: Sitting, folder: Path, tmp_path: Path
) -> None:
    await as_before(f"sqlite:///{folder / 'heyi.db'}", KEK)
    database = await _copied(office, backups_of(folder), tmp_path)
    address = f"sqlite:///{database}"
    await revert(address, "0007")
    await migrate(address)
    async with opened(address, KEK) as store, store.read() as uow:
        files = [one for one in await uow.files.of_case(made.case.id) if one.shredded_at is None]
        for file in files:
            assert sha256(await uow.files.content(file.id)).hexdigest() == file.sha256
    hung = {owner for owner, key in (await keys_of(address)).items() if key.under == made.case.id}
    assert {f"file:{file.id}" for file in files} == hung
    assert len(files) > 1


async def test_only_records_that_the_database_knows_are_taken(
    office: Stage, made: Sitting, folder: Path, backups: Backups, tmp_path: Path
) -> None:
    assert made.case.id
    [known] = folder.glob("records/*/*")
    shutil.copytree(known, known.with_name("later"))
    assert await backups.make(tmp_path / "file", (), "") == 1
    (tmp_path / "empty").mkdir()
    await backups_of(tmp_path / "empty").restore(tmp_path / "file", None, "")
    assert [p.name for p in tmp_path.glob("empty/records/*/*")] == [known.name]


def test_the_list_of_a_recording_is_copied_before_what_it_lists(
    folder: Path, backups: Backups
) -> None:
    written = ("0000.log", "0000.manifest", "0001.log", "0001.manifest")
    # A grid comes and goes while the backup runs, and can be made again.
    for name in (*written, "grid.film", "grid.json", "grid.asked", "grid.film.part"):
        path = folder / "media/r" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    names = [path.name for _, path in backups._below(folder / "media")]
    assert names == ["0000.manifest", "0001.manifest", "0000.log", "0001.log"]


async def test_nothing_is_overwritten(folder: Path, backups: Backups, tmp_path: Path) -> None:
    for name in ("file", "file.key"):
        (tmp_path / name).write_bytes(b"mine")
        assert await refusal(backups.make(tmp_path / "file", (), "")) == "exists"
        assert (tmp_path / name).read_bytes() == b"mine"
        (tmp_path / name).unlink()
    await backups.make(tmp_path / "file", (), "")
    for name in ("heyi.db", "keys/kek", "records/2025/one", "media/x", "anything"):
        full = tmp_path / "full" / name
        full.parent.mkdir(parents=True)
        full.write_bytes(b"mine")
        target = backups_of(tmp_path / "full")
        assert await refusal(target.restore(tmp_path / "file", None, "")) == "not_empty"
        assert full.read_bytes() == b"mine"
        assert [p for p in (tmp_path / "full").rglob("*") if p.is_file()] == [full]
        shutil.rmtree(tmp_path / "full")


async def refusal(attempt: object) -> str:
    with pytest.raises(BackupError) as refused:
        await attempt  # type: ignore[misc]  # one of the two coroutines
    assert say(refused.value)
    return str(refused.value.facts["reason"])


async def test_a_cut_or_foreign_file_leaves_the_folder_empty(
    backups: Backups, tmp_path: Path
) -> None:
    await backups.make(tmp_path / "file", (), "")
    content, key = (tmp_path / "file").read_bytes(), tmp_path / "file.key"
    (tmp_path / "empty").mkdir()
    target = backups_of(tmp_path / "empty")
    for bad, reason in (
        (content[: len(content) // 2], "cut_or_damaged"),
        (content[:-1], "cut_or_damaged"),
        (b"PK\3\4", "not_a_backup"),
    ):
        (tmp_path / "bad").write_bytes(bad)
        assert await refusal(target.restore(tmp_path / "bad", key, "")) == reason
        assert list((tmp_path / "empty").iterdir()) == []
    assert await refusal(target.restore(tmp_path / "nothing", key, "")) == "no_file"
    assert await refusal(target.restore(tmp_path / "file", tmp_path, "")) == "no_key"
    await target.restore(tmp_path / "file", None, "")


async def test_a_killed_restore_is_run_again_and_no_server_starts_beside_it(
    backups: Backups, tmp_path: Path
) -> None:
    await backups.make(tmp_path / "file", (), "")
    half = tmp_path / "half"
    (half / UNFINISHED / "records" / "2025").mkdir(parents=True)
    (half / "keys").mkdir()
    (half / "keys" / "kek").write_bytes(b"some")
    (half / "heyi.db").write_bytes(b"some")
    said = await heyi(half, "migrate")
    assert said.status == 1
    assert said.err.splitlines() == list(SAID["unfinished"])
    await backups_of(half).restore(tmp_path / "file", None, "")
    assert await cases_in(half / "heyi.db") == 0


async def test_what_a_folder_noted_of_partings_counts_no_more_after_a_restore(
    backups: Backups, tmp_path: Path
) -> None:
    await backups.make(tmp_path / "file", (), "")
    settings = Settings(data=tmp_path / "again")
    partings = PartingFiles(settings.partings)
    await partings.begin(1)
    await partings.stored(SESSION)
    await backups_of(settings.data).restore(tmp_path / "file", None, "")
    await partings.begin(2)
    assert await partings.in_doubt(SESSION)


async def test_a_backup_that_fails_leaves_nothing_behind(
    folder: Path, backups: Backups, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise DiskFullError

    monkeypatch.setattr("server.archive.backups.write_bundle", full)
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(DiskFullError) as refused:
        await backups.make(out / "file", (), "")
    assert say(refused.value)
    assert list(out.iterdir()) == []
    assert not (folder / "spool" / "backup").exists()


async def test_a_backup_for_recipients_leaves_no_key(
    folder: Path, backups: Backups, tmp_path: Path
) -> None:
    key, recipient = new_key()
    said = await heyi(folder, "backup", str(tmp_path / "file"), HEYI_BACKUP_RECIPIENTS=recipient)
    assert said.status == 0
    assert not (tmp_path / "file.key").exists()
    (tmp_path / "bureau.key").write_text(key)
    (tmp_path / "empty").mkdir()
    await backups_of(tmp_path / "empty").restore(tmp_path / "file", tmp_path / "bureau.key", "")


async def test_a_backup_into_a_folder_that_is_none_says_which(
    backups: Backups, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    for folder in ("missing", "file"):
        into = tmp_path / folder / "office.heyi"
        assert await refusal(backups.make(into, (), "")) == "no_folder"
    assert await refusal(backups.make(tmp_path / ("n" * 300), (), "")) == "not_written"
    assert [one.name for one in tmp_path.glob("*.heyi*")] == []


async def test_a_disk_that_breaks_on_the_way_is_told_in_words(
    backups: Backups, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise OSError(errno.EIO, "Input/output error", "records/one")

    monkeypatch.setattr("server.archive.backups.write_bundle", broken)
    with pytest.raises(BackupError, match="backup") as refused:
        await backups.make(tmp_path / "office.heyi", (), "")
    assert "records/one: Input/output error" in say(refused.value)


async def test_two_backups_at_once_do_not_mix(
    folder: Path, backups: Backups, tmp_path: Path
) -> None:
    with backups._alone():
        assert await refusal(backups.make(tmp_path / "file", (), "")) == "busy"


async def test_a_folder_without_a_database_has_no_backup(tmp_path: Path) -> None:
    assert (
        await refusal(backups_of(tmp_path / "none").make(tmp_path / "f", (), "")) == "no_database"
    )
    assert list(tmp_path.iterdir()) == []


def test_every_reason_has_its_words() -> None:
    facts = dict.fromkeys(("where", "program", "recipient", "said", "name", "count"), "x")
    for reason in get_args(NoBackup):
        chinese, english = say(BackupError(reason=reason, **facts)).splitlines()
        assert any("\u4e00" <= sign <= "\u9fff" for sign in chinese)
        assert english.isascii() or "…" in english


async def test_the_copy_is_one_moment(office: Stage, backups: Backups, tmp_path: Path) -> None:
    async with writing(office) as writer:
        for turn in range(ATTEMPTS):
            before = await writer.another()
            await backups.make(tmp_path / str(turn), (), "")
            (tmp_path / f"r{turn}").mkdir()
            await backups_of(tmp_path / f"r{turn}").restore(tmp_path / str(turn), None, "")
            database = tmp_path / f"r{turn}" / "heyi.db"
            with closing(sqlite3.connect(database)) as copy:
                assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert before <= await cases_in(database) <= writer.done
