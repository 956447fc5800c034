"""The archive is told how long such a file is kept, and the log which version it has."""

from dataclasses import replace
from datetime import date
from typing import ClassVar

from server.archive.local import LocalArchive
from server.domain.record import RecordParts
from server.domain.retention import Keeping
from server.ports.archive import SignManifest, StoredRecord
from tests.support import cases, signing
from tests.support.world import COMMITTEE, Stage


class Locking(LocalArchive):
    """An archive that notes the lock it was asked for, and answers with a version."""

    until: ClassVar[list[date | None]] = []

    async def write(
        self, parts: RecordParts, sign: SignManifest, keep_until: date | None = None
    ) -> StoredRecord:
        self.until.append(keep_until)
        return replace(await super().write(parts, sign, keep_until), version="v-1")


async def locked_until(office: Stage, *rules: Keeping) -> tuple[date | None, str | None]:
    async with office.world.store.write() as uow:
        committee = await uow.committees.get(COMMITTEE)
        await uow.committees.save(replace(committee, keeping=rules))
    kept = office.world.archive
    assert isinstance(kept, LocalArchive)
    world = replace(office.world, archive=Locking(kept.folder, kept.work, kept.tools))
    made = await signing.sealed(replace(office, world=world))
    logged = await cases.logged(world, made.case.id)
    [written] = [entry for entry in logged if entry["kind"] == "record.written"]
    return Locking.until.pop(), written["facts"].get("archive_version")


async def test_a_work_injury_is_kept_thirty_years_by_suggestion(office: Stage) -> None:
    assert await locked_until(office) == (date(2056, 1, 1), "v-1")


async def test_the_committees_own_rule_reaches_the_archive(office: Stage) -> None:
    rule = Keeping(dispute_type="10", years=None, basis="会议决定")
    assert await locked_until(office, rule) == (None, "v-1")
