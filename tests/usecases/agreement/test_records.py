"""Records years later: search, a reason, the verifier's facts, and what is taken away."""

import json
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from server.archive.local import LocalArchive
from server.archive.verifier import verify_path
from server.domain.canonical import sha256_hex
from server.domain.errors import ForbiddenError, NotFoundError
from server.domain.ids import RecordId
from server.domain.register import RegisterQuery
from server.domain.staff import Membership
from server.usecases import retrieve_record, search_records
from tests.support import cases, signing
from tests.support.papers import TOOLS
from tests.support.signing import Sitting, agreement
from tests.support.world import COMMITTEE, OTHER_COMMITTEE, Stage, actor

QUERY = RegisterQuery(committee_id=COMMITTEE)


async def record(made: Sitting) -> RecordId:
    seal = (await agreement(made.world, made.case.id)).seal
    assert seal is not None
    return seal.record_id


async def found(office: Stage, login: str, **query: object) -> list[str]:
    asked = replace(QUERY, **query)  # type: ignore[arg-type]  # a test names real fields
    entries, total = await search_records.search(office.world, actor(login), asked)
    assert total == len(entries)
    return [entry.number for entry in entries]


async def test_officer_head_and_recorder_find_all_a_mediator_his_own(office: Stage) -> None:
    await signing.sealed(office)
    number = "湖禾人调字〔2025〕第001号"
    for login in ("officer", "he", "jiang", "su"):
        assert await found(office, login) == [number]
    assert await found(office, "lin") == []
    for login in ("admin", "auditor"):
        with pytest.raises(ForbiddenError):
            await found(office, login)
    with pytest.raises(ForbiddenError):
        await search_records.search(office.world, actor("officer", OTHER_COMMITTEE), QUERY)


@pytest.mark.parametrize("login", ["officer", "su"])
@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ({"name": "陈水根"}, 1),
        ({"number": "湖禾人调字(2025)第1号"}, 1),
        ({"number": "湖禾人调字〔2025〕1"}, 1),
        ({"name": "恒筑"}, 1),
        ({"name": "林启"}, 1),
        ({"name": "刘春梅"}, 1),
        ({"name": "林启航", "number": "1"}, 1),
        ({"name": "林启航", "number": "2"}, 0),
        ({"name": "王五"}, 0),
        ({"number": "湖禾人调字[2025]第001号"}, 1),
        ({"number": "1"}, 1),
        ({"number": "湖禾人调字〔2025〕第002号"}, 0),
        ({"effective_from": date(2025, 3, 10), "effective_to": date(2025, 3, 10)}, 1),
        ({"effective_from": date(2025, 3, 11)}, 0),
        ({"effective_to": date(2025, 3, 9)}, 0),
        ({"amount_min": 11_500_000, "amount_max": 11_500_000}, 1),
        ({"amount_min": 11_500_001}, 0),
        ({"amount_max": 11_499_999}, 0),
    ],
)
async def test_every_filter_narrows_for_everybody_alike(
    office: Stage, login: str, query: dict[str, object], hits: int
) -> None:
    await signing.sealed(office)
    assert len(await found(office, login, **query)) == hits


async def test_opening_needs_a_reason_that_is_kept_but_not_logged(office: Stage) -> None:
    made = await signing.sealed(office)
    world, record_id = office.world, await record(made)
    reason = "当事人申请司法确认，核对原件"
    opened = await retrieve_record.open_record(world, actor("officer"), record_id, reason)
    assert opened.report.verified
    assert {fact.code for fact in opened.report.facts} >= {"intact", "signatures", "same_text"}
    assert all(fact.holds for fact in opened.report.facts)
    assert opened.openings == []
    bodies = await cases.logged(world, made.case.id)
    viewed = [body for body in bodies if body["kind"] == "record.viewed"]
    assert len(viewed) == 1
    async with world.store.read() as uow:
        kept = json.loads(await uow.files.content(viewed[0]["facts"]["file"]))
    assert kept["opening"] == opened.opening.id
    opens = sha256_hex(bytes.fromhex(kept["salt"]) + reason.encode())
    assert viewed[0]["facts"]["reason_commitment"] == opens
    assert reason not in str(bodies)
    again = await retrieve_record.open_record(world, actor("he"), record_id, "复核")
    assert [(o.staff_id, o.reason) for o in again.openings] == [("staff-officer", reason)]


async def test_who_may_open(office: Stage) -> None:
    made = await signing.sealed(office)
    world, record_id = office.world, await record(made)
    for login in ("officer", "he", "jiang", "su"):
        await retrieve_record.open_record(world, actor(login), record_id, "核对")
    for login in ("lin", "admin", "auditor"):
        with pytest.raises(ForbiddenError):
            await retrieve_record.open_record(world, actor(login), record_id, "核对")
    gone = replace(actor("officer"), membership=Membership.LEFT)
    with pytest.raises(ForbiddenError):
        await retrieve_record.open_record(world, gone, record_id, "核对")
    stranger = actor("officer", OTHER_COMMITTEE)
    with pytest.raises(NotFoundError):
        await retrieve_record.open_record(world, stranger, record_id, "核对")
    with pytest.raises(NotFoundError):
        await retrieve_record.open_record(world, actor("officer"), RecordId("none"), "核对")


async def test_downloads_need_the_members_own_opening_of_this_day(office: Stage) -> None:
    made = await signing.sealed(office)
    world, record_id, officer = office.world, await record(made), actor("officer")
    opened = await retrieve_record.open_record(world, officer, record_id, "核对")
    opening = opened.opening.id
    pdf = await retrieve_record.pdf(world, officer, record_id, opening)
    assert pdf.number == opened.entry.number
    assert pdf.content == await world.archive.read(record_id, "agreement.pdf")
    for wrong in ("", "unknown"):
        with pytest.raises(ForbiddenError):
            await retrieve_record.pdf(world, officer, record_id, wrong)
    with pytest.raises(ForbiddenError):
        await retrieve_record.pdf(world, actor("he"), record_id, opening)
    await office.clock.advance(12 * 3600 - 1)
    await retrieve_record.pdf(world, officer, record_id, opening)
    await office.clock.advance(1)
    for taken in (retrieve_record.pdf, retrieve_record.package):
        with pytest.raises(ForbiddenError):
            await taken(world, officer, record_id, opening)
    kinds = await cases.kinds(world, made.case.id)
    assert kinds.count("record.taken") == 2


async def test_the_pages_carry_the_viewers_name(office: Stage) -> None:
    made = await signing.sealed(office)
    world, record_id, officer = office.world, await record(made), actor("officer")
    opening = (await retrieve_record.open_record(world, officer, record_id, "核对")).opening.id
    page = await retrieve_record.page(world, officer, record_id, opening, (1, 480))
    again = await retrieve_record.page(world, officer, record_id, opening, (1, 480))
    assert page is again
    assert Image.open(BytesIO(page)).format == "WEBP"
    plain = await world.renderer.pages(await world.archive.read(record_id, "agreement.pdf"), 480)
    assert page != plain[0]
    with pytest.raises(NotFoundError):
        await retrieve_record.page(world, officer, record_id, opening, (99, 480))


async def test_the_package_verifies_away_from_here(office: Stage, tmp_path: Path) -> None:
    made = await signing.sealed(office)
    world, record_id, officer = office.world, await record(made), actor("officer")
    opened = await retrieve_record.open_record(world, officer, record_id, "司法确认")
    assert isinstance(world.archive, LocalArchive)
    taken = await retrieve_record.package(world, officer, record_id, opened.opening.id)
    package = taken.content
    assert len(package) == opened.stored.package_size
    path = tmp_path / "package.zip"
    path.write_bytes(package)
    assert (await world.archive.work.run(verify_path, path, TOOLS)).verified
    names = zipfile.ZipFile(path).namelist()
    signer = made.worker.invitation.person_id
    assert f"{record_id}/signatures/{signer}/handwriting.png" in names
    picture = await retrieve_record.handwriting(
        world, officer, record_id, opened.opening.id, signer
    )
    assert picture == made.worker.handwriting
    with pytest.raises(NotFoundError):
        await retrieve_record.handwriting(world, officer, record_id, opened.opening.id, "staff-su")
