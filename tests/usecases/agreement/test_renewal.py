"""Records are renewed when they are due, once, wherever the server is killed; broken ones never."""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from server.archive.local import LocalArchive
from server.archive.reader import load_zip
from server.documents.certificates import Role, issued_from, of_role
from server.documents.chain import Sources
from server.documents.inspection import inspect
from server.documents.issuer import LocalIssuer
from server.documents.key_files import FileKeys
from server.documents.keys import KeysUnavailableError
from server.documents.remote_timestamps import RemoteTimestamps
from server.documents.renewal import PooledStamper
from server.domain.ids import CaseId, RecordId
from server.domain.record import RecordExistsError
from server.domain.renewal import Due, RenewalRules, numbers_in
from server.domain.verification import Fact
from server.usecases import renew_nightly
from server.usecases.renew_records import Result, renew_records
from server.usecases.world import Renewing, World
from tests.documents.later import judged
from tests.support import cases, signing
from tests.support.papers import (
    MASTER,
    TOOLS,
    ThreadPool,
    desk_of,
    equipped,
    fonts,
    with_archive,
)
from tests.support.signing import agreement
from tests.support.world import COMMITTEE, Stage, stage
from tests.usecases.agreement.mortal import KilledError, mortal
from tests.usecases.agreement.spoilt import spoil

YEAR = timedelta(days=366)
CACHED = replace(TOOLS, inspect=cache(inspect))
"""Every PDF is taken apart once: the next night begins with what the last one ended with."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def sealed(
    empty_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, CaseId, RecordId]:
    """Return a folder with one sealed record, which each test gets a copy of.

    The first certificate of its time stamp authority ends in 2030.
    """
    folder = tmp_path_factory.mktemp("sealed")
    file = Path(shutil.copy(empty_database, folder / "heyi.db"))

    async def seal() -> tuple[CaseId, RecordId]:
        async with stage(file) as scene:
            office = equipped(scene, folder)
            role = Role(f"stamps-{COMMITTEE}", "TIME-STAMPS", stamps=True, years=5)
            of_role(FileKeys(folder / "keys", MASTER), COMMITTEE, role, office.clock.now())
            case_id = (await signing.sealed(office)).case.id
            found = (await agreement(office.world, case_id)).seal
            assert found is not None
            return case_id, found.record_id

    return folder, *asyncio.run(seal())


@pytest.fixture
def folder(sealed: tuple[Path, CaseId, RecordId], tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed[0], tmp_path / "office"))


@pytest.fixture
async def office(folder: Path) -> AsyncIterator[Stage]:
    async with stage(folder / "heyi.db", settled=True) as scene:
        made = equipped(scene, folder)
        made.clock.jump(86_400)
        yield replace(made, world=with_archive(made.world, tools=CACHED))


@pytest.fixture
def case_id(sealed: tuple[Path, CaseId, RecordId]) -> CaseId:
    return sealed[1]


@pytest.fixture
def record(sealed: tuple[Path, CaseId, RecordId]) -> RecordId:
    return sealed[2]


async def run(world: World, **how: Any) -> list[tuple[Result, Due, str]]:
    return [(o.result, o.why, o.trouble) async for o in renew_records(world, **how)]


def later(office: Stage, years: int = 1) -> None:
    office.clock.jump((years * YEAR).total_seconds())


def tree(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def records(world: World) -> Path:
    assert isinstance(world.archive, LocalArchive)
    return world.archive.folder / "records"


async def fact(world: World, record: RecordId) -> Fact:
    issuer = await world.signer.issuer(COMMITTEE, world.clock.now())
    report = await world.archive.verify(record, (issuer,), world.clock.now())
    assert [one.code for one in report.failed] == []
    return next(one for one in report.facts if one.code == "archive_stamp")


async def renewals_logged(world: World, case_id: CaseId) -> list[dict[str, Any]]:
    entries = await cases.logged(world, case_id)
    return [one["facts"] for one in entries if one["kind"] == "archive_timestamp.renewed"]


async def test_a_young_record_is_looked_at_once_and_left(office: Stage, record: RecordId) -> None:
    async with office.world.store.read() as uow:
        assert (await uow.stamps.get(record)).until is None
    assert await run(office.world) == []
    async with office.world.store.read() as uow:
        found = await uow.stamps.get(record)
        assert await uow.stamps.due(RenewalRules(), office.clock.now(), None, 10) == []
    assert found.until is not None
    assert found.until.year == 2030


async def test_a_dry_run_names_what_is_due_and_writes_nothing(
    office: Stage, record: RecordId, folder: Path
) -> None:
    assert record
    later(office)
    before = tree(folder / "data")
    async with office.world.store.read() as uow:
        stamp = await uow.stamps.get(record)
    found = [one async for one in renew_records(office.world, dry_run=True)]
    assert [(one.result, one.why) for one in found] == [(Result.WOULD_RENEW, Due.YEARLY)]
    assert tree(folder / "data") == before
    async with office.world.store.read() as uow:
        assert await uow.stamps.get(record) == stamp


async def test_a_year_later_it_is_renewed_beside_the_record(
    office: Stage, case_id: CaseId, record: RecordId
) -> None:
    world = office.world
    sealed, before = await world.archive.read(record, "agreement.pdf"), tree(records(world))
    later(office)
    assert await run(world) == [(Result.RENEWED, Due.YEARLY, "")]
    assert await run(world) == []
    after = tree(records(world))
    assert {name: after[name] for name in before} == before
    assert {name.rpartition(".renewals/")[2] for name in after.keys() - before.keys()} == {
        "001/appended.pdf",
        "001/SHA256SUMS",
        "001/stamp.tst",
    }
    assert await world.archive.read(record, "agreement.pdf") == sealed
    assert (await world.archive.pdf(record)).startswith(sealed)
    found = await fact(world, record)
    assert found.holds
    assert dict(found.facts)["renewals"] == 1
    (logged,) = await renewals_logged(office.world, case_id)
    assert logged["record"] == record
    assert logged["valid_until"] == dict(found.facts)["until"]


async def test_the_package_brings_the_renewal_and_verifies_by_itself(
    office: Stage, record: RecordId
) -> None:
    later(office)
    await run(office.world)
    packed = await office.world.archive.package(record)
    stored = await office.world.archive.find(record)
    assert stored is not None
    assert stored.package_size == len(packed)
    files = load_zip(BytesIO(packed))
    shown = await office.world.archive.judge(packed, (), office.clock.now())
    assert shown.report.verified
    assert files["renewals/agreement.pdf"] == await office.world.archive.pdf(record)


async def test_renewed_again_and_again_the_file_proves_itself_in_2035(
    office: Stage, case_id: CaseId, record: RecordId
) -> None:
    world = office.world
    alone = await world.archive.pdf(record)
    for _ in range(5):
        later(office, 2)
        assert [one[0] for one in await run(world)] == [Result.RENEWED]
    assert office.clock.now().year == 2035
    assert dict((await fact(world, record)).facts)["renewals"] == 5
    logged = await renewals_logged(world, case_id)
    assert [one["renewal"] for one in logged] == list(range(1, 6))
    issuer = await world.signer.issuer(COMMITTEE, office.clock.now())
    whole, moment = await world.archive.pdf(record), office.clock.now()
    said = [await asyncio.to_thread(judged, pdf, [issuer], moment) for pdf in (whole, alone)]
    assert set(said[0]) == {"OK"}
    assert set(said[1]) != {"OK"}


async def test_certified_anew_the_same_keys_go_on_renewing(
    office: Stage, record: RecordId, folder: Path
) -> None:
    """docs/deploy: certificates and lists put away, the keys stay."""
    world = office.world
    later(office, 3)
    for ending in ("*.crt", "*.crl"):
        for path in (folder / "keys").glob(ending):
            path.unlink()
    renewed, moment = await run(world), office.clock.now()
    assert [one[0] for one in renewed] == [Result.RENEWED]
    after = await world.signer.issuer(COMMITTEE, moment)
    assert issued_from(after).not_valid_before > moment - timedelta(days=1)
    later(office, 7)
    assert [one[0] for one in await run(world)] == [Result.RENEWED]
    assert (await fact(world, record)).holds


async def test_a_stamp_that_has_ended_is_told_and_not_renewed(
    office: Stage, record: RecordId
) -> None:
    await run(office.world)
    later(office, 6)
    found = await fact(office.world, record)
    assert found.holds is None
    assert str(dict(found.facts)["until"]) < "2031"
    assert await run(office.world) == [(Result.FAILED, Due.ENDS, "stamp_ended")]
    assert dict((await fact(office.world, record)).facts)["renewals"] == 0


async def test_a_broken_record_is_named_and_never_renewed(
    office: Stage, case_id: CaseId, record: RecordId
) -> None:
    world, (pdf,) = office.world, records(office.world).glob("*/*/agreement.pdf")
    whole = pdf.read_bytes()
    pdf.chmod(0o600)
    pdf.write_bytes(whole[:40_000] + bytes([whole[40_000] ^ 1]) + whole[40_001:])
    later(office)
    for dry_run in (True, False):
        ((result, _, trouble),) = await run(world, dry_run=dry_run)
        assert result is Result.FAILED
        assert "intact" in trouble
    assert not list(records(world).glob("*/*.renewals"))
    assert await renewals_logged(office.world, case_id) == []
    async with world.store.read() as uow:
        assert await uow.stamps.count(RenewalRules(), office.clock.now()) == (1, 1, 0)
        assert [s.record_id for s in await uow.stamps.troubled(COMMITTEE, 5)] == [record]
    pdf.write_bytes(whole)
    assert [one[0] for one in await run(world)] == [Result.RENEWED]
    async with world.store.read() as uow:
        assert await uow.stamps.count(RenewalRules(), office.clock.now()) == (0, 0, 0)


async def test_a_digest_is_replaced_over_every_file(office: Stage, record: RecordId) -> None:
    rules = replace(office.world.rules, renewal=RenewalRules(digest="sha512"))
    world = replace(office.world, rules=rules)
    await run(office.world)
    assert await run(world) == [(Result.RENEWED, Due.DIGEST, "")]
    assert await run(world) == []
    listed = (await world.archive.files(record))["renewals/001/SHA512SUMS"].decode()
    assert f"  {record}/manifest.json\n" in listed
    assert "  META-INF/signature001.p7s\n" in listed


async def test_an_authority_that_does_not_answer_ends_the_run_and_blames_no_record(
    office: Stage, record: RecordId, folder: Path
) -> None:
    keys = FileKeys(folder / "keys", MASTER)
    sources = Sources(LocalIssuer(keys), RemoteTimestamps("http://127.0.0.1:9/"))
    silent = PooledStamper(ThreadPool(), replace(desk_of(keys, fonts()), sources=sources))
    later(office)
    ((result, _, trouble),) = await run(replace(office.world, stamper=silent))
    assert (result, trouble) == (Result.FAILED, "timestamps_unavailable")
    async with office.world.store.read() as uow:
        assert (await uow.stamps.get(record)).trouble == ""
    assert [one[0] for one in await run(office.world)] == [Result.RENEWED]


class Away:
    """Stands for a token that is unplugged, and a disk that does not read."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def last_stamp(self, _: bytes) -> Any:
        raise self._error


@pytest.mark.parametrize(
    ("error", "said", "kept"),
    [
        (KeysUnavailableError(reason="no_token"), "keys_unavailable", ""),
        (OSError("EIO"), "unreadable", "unreadable"),
    ],
)
async def test_keys_that_are_away_blame_no_record_and_one_that_cannot_be_read_stops_no_run(
    office: Stage, record: RecordId, error: Exception, said: str, kept: str
) -> None:
    stamper: Any = Away(error)
    ((result, _, trouble),) = await run(replace(office.world, stamper=stamper))
    assert (result, trouble) == (Result.FAILED, said)
    async with office.world.store.read() as uow:
        assert (await uow.stamps.get(record)).trouble == kept


async def test_an_unreadable_entry_stops_no_run(office: Stage, folder: Path, record: str) -> None:
    spoil(folder, "UPDATE register SET body = x'00' WHERE id = ?", record)
    later(office)
    assert await run(office.world) == [(Result.FAILED, Due.UNKNOWN, "unreadable")]


KILLS = 14
"""Steps that a renewal has at least."""


async def test_a_run_overtaken_by_another_leaves_no_trouble_behind(
    office: Stage, record: RecordId
) -> None:
    class Overtaken:
        async def last_stamp(self, _: bytes) -> Any:
            assert [one[0] for one in await run(office.world)] == [Result.RENEWED]
            raise RecordExistsError

    later(office)
    stamper: Any = Overtaken()
    assert [one[0] for one in await run(replace(office.world, stamper=stamper))] == [Result.FAILED]
    async with office.world.store.read() as uow:
        found = await uow.stamps.get(record)
    assert (found.renewals, found.trouble) == (1, "")


async def test_killed_at_any_step_nothing_is_half_and_the_next_run_ends_it(
    office: Stage, case_id: CaseId, record: RecordId
) -> None:
    world, survived = office.world, 0
    await run(world)
    for renewal, kill_at in enumerate(range(1, 50), start=1):
        later(office)
        try:
            await run(mortal(world, kill_at))
            survived += 1
        except KilledError:
            assert {one[0] for one in await run(world)} <= {Result.RENEWED}
        assert numbers_in(await world.archive.files(record)) == list(range(1, renewal + 1))
        assert len(await renewals_logged(office.world, case_id)) == renewal
        if survived:
            break
    assert kill_at > KILLS
    assert dict((await fact(world, record)).facts)["renewals"] == renewal


async def test_the_server_renews_by_night_and_slowly(office: Stage, record: RecordId) -> None:
    world, clock = office.world, office.clock
    await run(world)
    later(office)
    assert not renew_nightly._is_night(world)
    await renew_nightly.count(world)
    assert (world.renewing.counts.due, world.renewing.renewed) == (1, 0)
    hours = (25 - clock.now().astimezone(UTC).hour - 8) % 24 + 1
    clock.jump(hours * 3600)
    assert renew_nightly._is_night(world)
    assert await renew_nightly._through_the_night(_awake(world))
    assert world.renewing == Renewing(renewed=1)
    assert dict((await fact(world, record)).facts)["renewals"] == 1


def _awake(world: World) -> World:
    class Awake:
        def now(self) -> datetime:
            return world.clock.now()

        def monotonic(self) -> float:
            return world.clock.monotonic()

        async def sleep(self, seconds: float) -> None:
            assert seconds > 0

    return replace(world, clock=Awake())
