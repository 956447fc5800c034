"""A disk that is full: signing refuses before it asks, nothing is lost, room again helps."""

import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.access import callers
from tests.access.asks import ASKS, Ask
from tests.access.office import Office, Reply, open_office
from tests.access.prepare import Preparation
from tests.support import signing
from tests.support.disk import small_disk

SIZE_MB = 48
STATEMENT, SIGN = "POST /api/seat/signing/statement", "POST /api/seat/signing"
FINISH = "POST /api/seat/signing/finish"
LOCK, SEAL = "POST /api/cases/{case_id}/agreement/lock", "POST /api/cases/{case_id}/agreement/seal"


@pytest.fixture
async def mounted(prepared: Preparation, moment: str, tmp_path: Path) -> AsyncIterator[Office]:
    folder, facts = prepared.folder(moment), prepared.facts[moment]
    with small_disk(tmp_path / "disk", f"{SIZE_MB}m") as disk:
        async with open_office(folder, disk / "office", facts) as opened:
            yield opened


def fill(office: Office) -> Path:
    """Take what room there is, to the last byte."""
    ballast = office.folder.parent / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while file.write(b"\0" * size):
                    pass
    return ballast


async def send(office: Office, name: str, letter: str, ask: Ask) -> Reply:
    method, path = name.split(" ")
    cookies = callers.caller(letter, office.facts).cookies
    return await office.ask(method, ask.url(path), cookies=cookies, **ask.body())


async def limit_pages(office: Office, more: int | None) -> None:
    """Let the database grow by so many pages alone; None lifts the limit."""
    writer = office.world.store._engines.writer  # type: ignore[attr-defined]
    async with writer.connect() as connection:
        present = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        most = 1 << 30 if more is None else present + more
        await connection.exec_driver_sql(f"PRAGMA max_page_count={most}")


async def signatures(office: Office) -> int:
    return len((await signing.agreement(office.world, office.facts["case"])).signatures)


@pytest.mark.parametrize("moment", ["locked"])
async def test_nobody_is_asked_to_sign_on_a_full_disk(mounted: Office) -> None:
    ask = await ASKS[STATEMENT].build(mounted, "P")
    before = mounted.dump()
    ballast = fill(mounted)
    told = await send(mounted, STATEMENT, "P", ask)
    assert (told.status, told.code) == (507, "disk_full")
    assert mounted.dump() == before
    assert (await send(mounted, "GET /api/seat", "P", Ask())).status == 200
    ballast.unlink()
    assert (await send(mounted, STATEMENT, "P", ask)).status == 200


@pytest.mark.parametrize(("step", "given"), [(SIGN, 0), (FINISH, 1)])
@pytest.mark.parametrize("moment", ["locked"])
async def test_a_signature_that_finds_no_room_is_refused_whole_and_taken_later(
    mounted: Office, step: str, given: int
) -> None:
    ask = await ASKS[step].build(mounted, "P")
    ballast = fill(mounted)
    told = await send(mounted, step, "P", ask)
    assert (told.status, told.code) == (507, "disk_full")
    assert await signatures(mounted) == 0
    ballast.unlink()
    assert (await send(mounted, step, "P", ask)).status == 200
    assert await signatures(mounted) == given


@pytest.mark.parametrize("moment", ["agreed"])
async def test_nothing_is_locked_on_a_full_disk(mounted: Office) -> None:
    ask = await ASKS[LOCK].build(mounted, "M")
    ballast = fill(mounted)
    told = await send(mounted, LOCK, "M", ask)
    assert (told.status, told.code) == (507, "disk_full")
    ballast.unlink()
    assert (await send(mounted, LOCK, "M", ask)).status == 200


@pytest.mark.parametrize("moment", ["signed"])
async def test_a_seal_waits_for_room_and_the_record_is_whole(mounted: Office) -> None:
    ask = await ASKS[SEAL].build(mounted, "H")
    ballast = fill(mounted)
    told = await send(mounted, SEAL, "H", ask)
    assert (told.status, told.code) == (507, "disk_full")
    assert await signatures(mounted) == 4
    ballast.unlink()
    again = await send(mounted, SEAL, "H", ask)
    assert again.status == 200
    assert again.fields["number"]
    path = f"/api/records/{again.fields['record_id']}/open"
    cookies = callers.member("O", mounted.facts).cookies
    opened = await mounted.ask("POST", path, cookies=cookies, json={"reason": "核对"})
    assert opened.status == 200
    assert shutil.disk_usage(mounted.folder).free > 0


@pytest.mark.parametrize("moment", ["locked"])
async def test_a_database_that_cannot_grow_takes_a_signature_whole_or_not(office: Office) -> None:
    ask = await ASKS[FINISH].build(office, "P")
    before, refused = office.dump(), 0
    for pages in (0, 1, 2, 4, 8):
        await limit_pages(office, pages)
        told = await send(office, FINISH, "P", ask)
        if told.status == 200:
            break
        assert (told.status, told.code) == (507, "disk_full"), pages
        refused += 1
        assert office.dump() == before
        assert (await send(office, "GET /api/seat", "P", Ask())).status == 200
    assert refused
    await limit_pages(office, None)
    assert (await send(office, FINISH, "P", ask)).status == 200
    assert await signatures(office) == 1
