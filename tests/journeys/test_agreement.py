"""The whole job by clicking: from the registration to the record in an officer's hands."""

import asyncio
import contextlib
import re
from io import StringIO
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest
from playwright.async_api import Route, expect

from server.archive.cli import main as verify
from server.documents.form import fields_of
from server.documents.updates import update_of
from server.rehearsal import story
from server.system import SystemClock
from server.verifying import VERIFIER_TOOLS, issuers_in
from tests.journeys import papers, scenes
from tests.journeys.desk import Desk
from tests.journeys.eyes import receives_more
from tests.journeys.factor import grow_old
from tests.journeys.phone import PATIENCE_MS, Phone
from tests.journeys.scenes import Cast
from tests.journeys.stage import Stage

pytestmark = [pytest.mark.journey, pytest.mark.timeout(400)]
PRINTED = ("陈水根", "林启航", "鹭岛恒筑建设劳务有限公司", "苏慧珍", "115,000.00", "48,632.70")
FILLED = {
    "parties": ".person",
    "sittings": ".row-list li",
    "messages": ".message",
    "files": ".file-add",
    "log": "tbody tr",
}
"""What a tab of the case page shows once it has been loaded."""
REASON = "法院来函调卷，文号（2026）41"


async def test_a_case_becomes_a_sealed_record(people: Stage, tmp_path: Path) -> None:
    cast = await _prepare(people)
    await _gather(people, cast)
    for side, phone, beside in zip(scenes.SIDES, cast.phones, ("妻子刘春梅", ""), strict=True):
        await scenes.receive(cast, side, phone, beside)
    await scenes.talk(cast)
    await scenes.caucus(cast, "applicant", cast.worker, cast.agent, scenes.ISOLATED_S)
    await scenes.say_words_to_who_waits(cast, cast.agent)
    await scenes.caucus(cast, "respondent", cast.agent, cast.worker, 3.0)
    await cast.su.go_joint()
    await asyncio.gather(*(receives_more(one.page) for one in cast.everybody))
    await scenes.agree(cast)
    await scenes.lock(cast)
    await _sign(cast, tmp_path / "data")
    number = await _seal(people, tmp_path / "data")
    await _receive(cast, number, tmp_path)
    await scenes.confirm_minutes(cast)
    await scenes.close(cast)
    await _retrieve(people, number, tmp_path)
    await _audit(people)
    assert people.faults == []


async def _prepare(people: Stage) -> Cast:
    su, jiang = await people.desk("su"), await people.desk("jiang", "en")
    for desk in (su, jiang):
        await desk.sign_in(look=True)
        await desk.sees("enterRoom")
        await desk.look("02-today")
        await desk.follow("navCases")
        await desk.sees("colCaseNo")
        await desk.look("03-cases")
    return Cast(
        su=su,
        jiang=jiang,
        worker=await people.phone("陈水根", story.WORKER_MOBILE, "zh"),
        agent=await people.phone("林启航", story.AGENT_MOBILE, "en"),
    )


async def _gather(people: Stage, cast: Cast) -> None:
    su = cast.su
    number = await papers.register(su, "江一帆")
    await su.sees("tabParties")
    await su.look_both("07-case")
    links = [
        await papers.invite(su, phone.name, look="08" if phone is cast.worker else "")
        for phone in cast.phones
    ]
    await asyncio.gather(
        *(scenes.come_in(phone, link) for phone, link in zip(cast.phones, links, strict=True))
    )
    await _open_case(cast.jiang, number)
    for desk in (su, cast.jiang):
        await _look_at_tabs(desk)
        await desk.follow("caseRoom")
        await expect(desk.side("applicant")).to_be_visible(timeout=PATIENCE_MS)
    await cast.look("10-before")
    await su.press("roomOpen")
    await su.sees("frameLobby")
    await cast.look("11-open")
    for desk in (su, cast.jiang):
        await scenes.look_into_sheets(desk)


async def _open_case(desk: Desk, number: str) -> None:
    await desk.label("casesSearch").fill(number)
    await desk.press("casesGo")
    row = desk.page.get_by_role("row").filter(has_text=number)
    await desk.follow("open", row)


async def _look_at_tabs(desk: Desk) -> None:
    for tab, shown in FILLED.items():
        found = desk.page.locator(f"#case-part-{tab}")
        if await found.is_visible():
            await found.click()
            await expect(desk.page.locator(shown).first).to_be_visible(timeout=PATIENCE_MS)
            await (desk.look_both if tab == "log" else desk.look)(f"09-case-{tab}", whole=True)


async def _sign(cast: Cast, data: Path) -> None:
    await scenes.declines_for_now(cast)
    await scenes.party_signs(cast.worker, finger=True, scan=False)
    await scenes.party_signs(cast.agent, finger=False, scan=True)
    await cast.su.look("29-parties-signed")
    await asyncio.to_thread(grow_old, data)
    for desk, name in ((cast.su, "30"), (cast.jiang, "31")):
        await scenes.staff_sign(desk, name)


async def _seal(people: Stage, data: Path) -> str:
    he = await people.desk("he")
    await he.sign_in()
    await he.follow("navSeal")
    await he.sees("sealListText")
    await he.look_both("32-seal-list")
    await he.follow("sealListOpen")
    await he.sees("sealNow")
    await he.look_both("32-before-seal")
    await asyncio.to_thread(grow_old, data)
    await he.press_and_confirm("sealNow", "32-step-up")
    await he.sees("sealedTitle")
    await he.look_both("33-sealed")
    facts = await he.page.locator(".agreement-side dd").first.inner_text()
    return facts.strip()


async def _receive(cast: Cast, number: str, folder: Path) -> None:
    for phone in cast.phones:
        await phone.sees("effectiveTitle")
        await expect(phone.page.get_by_text(number)).to_be_visible()
        await phone.look("33-effective")
        await _boxes_wait_for_the_code(phone)
        await phone.look("33-download")
        async with phone.page.expect_download() as waiting:
            await expect(phone.page.locator(".digits-6")).to_be_visible()
            await phone.type_digits(await phone.code())
        path = folder / f"{phone.digits}.pdf"
        await (await waiting.value).save_as(path)
        _expect_agreement(path, number)


async def _boxes_wait_for_the_code(phone: Phone) -> None:
    """Ask for the download; while the code is on its way there is nowhere to type an old one."""
    let_go = asyncio.Event()

    async def hold(route: Route) -> None:
        await let_go.wait()
        await route.continue_()

    await phone.page.route("**/api/seat/code", hold)
    await phone.tap("download")
    await phone.sees("codeSending")
    await expect(phone.page.locator(".digits-6")).to_have_count(0)
    let_go.set()
    await expect(phone.page.locator(".digits-6")).to_be_visible(timeout=PATIENCE_MS)
    await phone.page.unroute("**/api/seat/code")


def _expect_agreement(path: Path, number: str) -> None:
    with pypdfium2.PdfDocument(path) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    filled = [str(f.get("/V", "")) for f in fields_of(update_of(path.read_bytes())).values()]
    text = re.sub(r"\s", "", "".join((*pages, *filled)))
    for wanted in (
        number,
        "陈水根",
        "林启航",
        "鹭岛恒筑建设劳务有限公司",
        "苏慧珍",
        "115,000.00",
        "48,632.70",
    ):
        assert wanted in text, wanted


async def _retrieve(people: Stage, number: str, folder: Path) -> None:
    ye = await people.desk("ye")
    await ye.sign_in()
    await expect(ye.page.locator(".next")).to_be_visible(timeout=PATIENCE_MS)
    into_room = ye.page.get_by_role("link", name=ye.words("enterRoom"), exact=True)
    await expect(into_room).to_have_count(0)
    await ye.follow("navRecords")
    await ye.label("recordsName").fill("陈水根")
    await ye.press("recordsGo")
    await ye.sees("recordsFound", n=1)
    await ye.look_both("40-records")
    row = ye.page.get_by_role("row").filter(has_text=number)
    await ye.follow("open", row)
    await ye.sees("openTitle")
    await ye.look("41-reason")
    await ye.label("reason", ye.sheet).fill(REASON)
    await ye.press("openGo", ye.sheet)
    await ye.sees("verification")
    for side in scenes.SIDES:
        await ye.sees("log.room.open.caucus", side=ye.words(f"side.{side}"))
    await ye.look_both("42-record", whole=True)
    await expect(ye.page.get_by_text(REASON)).to_be_visible()
    await expect(ye.page.locator(".fact-list .failed")).to_have_count(0)
    package = await _download(ye, "packageGet", folder)
    with contextlib.redirect_stdout(StringIO()):
        now = SystemClock().now()
        own = issuers_in(folder / "data" / "keys")
        assert await asyncio.to_thread(verify, [str(package)], VERIFIER_TOOLS, now, own) == 0
    await ye.press("wholeText")
    await ye.look("43-whole")


async def _audit(people: Stage) -> None:
    """The auditor follows the log by the case's number, and meets nobody's name in it."""
    yin = await people.desk("yin")
    await yin.sign_in()
    await yin.sees("logsTitle")
    for closed in ("navToday", "navCases", "navRecords", "navAdmin"):
        await expect(
            yin.page.get_by_role("link", name=yin.words(closed), exact=True)
        ).to_have_count(0)
    await yin.sees("checkpointTitle")
    await yin.look_both("50-logs")
    row = yin.page.locator("tbody tr").first
    await yin.label("logsNumber").fill(await row.locator("b").inner_text())
    await yin.press("logsGo")
    await yin.sees("logsFound", n=1)
    await yin.follow("open", row)
    await expect(yin.page.locator("tbody tr").nth(5)).to_be_visible(timeout=PATIENCE_MS)
    await yin.look_both("51-log", whole=True)
    shown = await yin.page.locator("main").inner_text()
    assert not [name for name in (*PRINTED, "刘春梅") if name in shown and name != "苏慧珍"]


async def _download(desk: Desk, key: str, folder: Path) -> Path:
    async with desk.page.expect_download() as waiting:
        await desk.follow(key)
    path = folder / "package.zip"
    await (await waiting.value).save_as(path)
    return path
