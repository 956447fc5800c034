"""A hold reaches the storage of records, whatever fails in between; both stop destruction."""

import asyncio
import shutil
from dataclasses import replace
from datetime import date

import pytest

from server.api.views.keeping import keeping_list
from server.archive.bucket import ArchiveUnavailableError
from server.archive.local import LocalArchive
from server.archive.s3 import S3Archive
from server.domain.custody import HeldError
from server.domain.errors import WrongStateError
from server.domain.ids import CaseId, RecordId, StaffId
from server.ports.archive import Holding as Held
from server.ports.store import DiskFullError
from server.usecases import keep_files
from server.usecases.hold_records import hold_again
from server.usecases.world import World
from tests.archive.example import TOOLS
from tests.support import signing
from tests.support.beginnings import begun
from tests.support.s3 import S3Server
from tests.support.signing import Sitting, stepped_up
from tests.support.world import Stage, actor
from tests.usecases.agreement.kept_files import DOCUMENT, WHY, keep_ten_years, past
from tests.usecases.agreement.test_keep_files import record_of


class Holding(LocalArchive):
    """An archive with locks of its own, which may be away."""

    __slots__ = ("asked", "away", "locked")

    asked: list[bool]
    away: bool
    locked: set[RecordId]

    @property
    def holds(self) -> bool:
        return True

    async def hold(self, record_id: RecordId, *, held: bool) -> Held:
        if self.away:
            raise ArchiveUnavailableError(status=503)
        await self.files(record_id)
        self.asked.append(held)
        found = Held.FOUND if record_id in self.locked else Held.PLACED
        (self.locked.add if held else self.locked.discard)(record_id)
        return found

    async def held(self, record_id: RecordId) -> bool:
        if self.away:
            raise ArchiveUnavailableError(status=503)
        await self.files(record_id)
        return record_id in self.locked


@begun
async def sealed_for_ten_years(office: Stage) -> Sitting:
    """Return the sealed example, kept for ten years."""
    await keep_ten_years(office)
    return await signing.sealed(office)


@pytest.fixture
async def made(office: Stage) -> Sitting:
    return await sealed_for_ten_years(office)


@pytest.fixture
def archive(made: Sitting) -> Holding:
    kept = made.world.archive
    assert isinstance(kept, LocalArchive)
    archive = Holding(kept.folder, kept.work, kept.tools)
    for name, value in {"asked": [], "away": False, "locked": set()}.items():
        object.__setattr__(archive, name, value)
    return archive


@pytest.fixture
def world(made: Sitting, archive: Holding) -> World:
    return replace(made.world, archive=archive)


async def holds(world: World, case: CaseId) -> list[str]:
    async with world.store.read() as uow:
        return [hold.id for hold in (await uow.cases.get(case)).custody.held]


async def told(world: World) -> list[str | None]:
    """Return what the officer reads of each file's storage."""
    found = await keep_files.review(world, actor("officer"), 1)
    return [one.storage for one in keeping_list(found, world.pack, StaffId("officer")).files]


def away(archive: Holding, *, now: bool) -> None:
    object.__setattr__(archive, "away", now)


async def test_the_storage_holds_from_the_first_hold_to_the_last(
    world: World, made: Sitting, archive: Holding
) -> None:
    case, officer = made.case.id, actor("officer")
    for _ in range(2):
        await keep_files.hold(world, officer, case, DOCUMENT, WHY)
    first, second = await holds(world, case)
    assert archive.locked == {await record_of(made)}
    assert await told(world) == ["held"]
    await keep_files.lift(world, officer, case, first)
    assert archive.locked
    assert await told(world) == ["held"]
    with pytest.raises(WrongStateError):
        await keep_files.lift(world, officer, case, first)
    assert archive.locked
    await keep_files.lift(world, officer, case, second)
    assert not archive.locked
    assert archive.asked == [True, True, False]


async def test_a_storage_that_is_away_owes_the_hold_until_it_is_back(
    world: World, made: Sitting, archive: Holding, caplog: pytest.LogCaptureFixture
) -> None:
    away(archive, now=True)
    await keep_files.hold(world, actor("officer"), made.case.id, DOCUMENT, WHY)
    assert await holds(world, made.case.id)
    assert "每天再试" in caplog.text
    assert await hold_again(world) == 1
    assert await told(world) == ["owed"]
    away(archive, now=False)
    assert await hold_again(world) == 0
    assert await told(world) == ["held"]
    assert archive.locked == {await record_of(made)}


async def test_a_hold_is_not_lifted_while_the_storage_is_away(
    world: World, made: Sitting, archive: Holding
) -> None:
    await keep_files.hold(world, actor("officer"), made.case.id, DOCUMENT, WHY)
    (one,) = await holds(world, made.case.id)
    away(archive, now=True)
    with pytest.raises(ArchiveUnavailableError):
        await keep_files.lift(world, actor("officer"), made.case.id, one)
    assert await holds(world, made.case.id) == [one]
    away(archive, now=False)
    await keep_files.lift(world, actor("officer"), made.case.id, one)
    assert not archive.locked


async def test_what_stopped_between_storage_and_database_is_held_again(
    world: World, made: Sitting, archive: Holding
) -> None:
    await keep_files.hold(world, actor("officer"), made.case.id, DOCUMENT, WHY)
    archive.locked.clear()  # the storage let go, and the server stopped before it was written
    assert await hold_again(world) == 0
    assert archive.locked


async def test_nothing_is_destroyed_that_the_storage_holds(
    office: Stage, world: World, made: Sitting, archive: Holding
) -> None:
    past(office, date(2036, 1, 1))
    await keep_files.propose(world, actor("officer"), made.case.id, "保管期满")
    archive.locked.add(await record_of(made))  # by whoever looks after the storage
    with pytest.raises(HeldError):
        await keep_files.confirm(world, stepped_up("he"), made.case.id)
    assert await hold_again(world) == 0
    assert archive.locked
    archive.locked.clear()
    assert await keep_files.confirm(world, stepped_up("he"), made.case.id)


async def test_what_others_hold_in_the_storage_stays_when_ours_is_lifted(
    world: World, made: Sitting, archive: Holding, caplog: pytest.LogCaptureFixture
) -> None:
    archive.locked.add(await record_of(made))  # the bureau's
    await keep_files.hold(world, actor("officer"), made.case.id, DOCUMENT, WHY)
    assert await told(world) == ["held"]
    (one,) = await holds(world, made.case.id)
    await keep_files.lift(world, actor("officer"), made.case.id, one)
    assert archive.locked == {await record_of(made)}
    assert await holds(world, made.case.id) == []
    assert "予以保留" in caplog.text


async def test_a_hold_of_ours_is_ours_though_it_is_found_every_day(
    world: World, made: Sitting, archive: Holding
) -> None:
    await keep_files.hold(world, actor("officer"), made.case.id, DOCUMENT, WHY)
    assert await hold_again(world) == 0
    (one,) = await holds(world, made.case.id)
    await keep_files.lift(world, actor("officer"), made.case.id, one)
    assert not archive.locked


async def test_the_storage_holds_again_where_the_end_could_not_be_written(
    world: World, made: Sitting, archive: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep_files.hold(world, actor("officer"), made.case.id, DOCUMENT, WHY)
    (one,) = await holds(world, made.case.id)

    async def failing(*_: object) -> None:
        assert not archive.locked
        raise DiskFullError

    with monkeypatch.context() as patched:
        patched.setattr(keep_files, "_save", failing)
        with pytest.raises(DiskFullError):
            await keep_files.lift(world, actor("officer"), made.case.id, one)
    assert archive.locked == {await record_of(made)}
    await keep_files.lift(world, actor("officer"), made.case.id, one)
    assert not archive.locked


@pytest.mark.parametrize("storage", ["folder", "locks"])
async def test_a_record_that_is_gone_blocks_neither_lifting_nor_destroying(
    office: Stage, world: World, made: Sitting, storage: str
) -> None:
    kept = world if storage == "locks" else made.world
    officer, case = actor("officer"), made.case.id
    await keep_files.hold(kept, officer, case, DOCUMENT, WHY)
    (one,) = await holds(kept, case)
    assert isinstance(kept.archive, LocalArchive)
    await asyncio.to_thread(shutil.rmtree, kept.archive.folder / "records")
    await keep_files.lift(kept, officer, case, one)
    assert await holds(kept, case) == []
    past(office, date(2036, 1, 1))
    await keep_files.propose(kept, officer, case, "保管期满")
    assert await keep_files.confirm(kept, stepped_up("he"), case)


async def test_a_folder_says_that_it_cannot_hold(made: Sitting) -> None:
    await keep_files.hold(made.world, actor("officer"), made.case.id, DOCUMENT, WHY)
    assert await told(made.world) == ["cannot"]
    assert await hold_again(made.world) == 0


@pytest.fixture
async def in_bucket(office: Stage, s3_server: S3Server) -> Stage:
    bucket = await s3_server.new_bucket()
    archive = S3Archive(bucket=bucket, work=office.world.pool, tools=TOOLS)
    return replace(office, world=replace(office.world, archive=archive))


@pytest.mark.slow
async def test_a_real_bucket_holds_lets_go_and_holds_again(in_bucket: Stage) -> None:
    made = await signing.sealed(in_bucket)
    world, record = made.world, await record_of(made)
    await keep_files.hold(world, actor("officer"), made.case.id, DOCUMENT, WHY)
    assert await world.archive.held(record)
    await world.archive.hold(record, held=False)
    assert await hold_again(world) == 0
    assert await world.archive.held(record)
    (one,) = await holds(world, made.case.id)
    await keep_files.lift(world, actor("officer"), made.case.id, one)
    assert not await world.archive.held(record)
