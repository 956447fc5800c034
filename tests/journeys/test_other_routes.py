"""A recorded sitting signed on paper, and one in which somebody declares before witnesses."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Locator, expect

from server.rehearsal.play import CHINA
from tests.documents.brush import UNKNOWN, photo
from tests.journeys import papers, scenes, stranger
from tests.journeys.desk import Desk
from tests.journeys.phone import PATIENCE_MS, Phone
from tests.journeys.stage import Stage
from tests.support.paper import bound, sheets

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
HURT = "甲方双手受伤，到现场签"
SAW = "我看见并听见他说同意上述协议"


async def test_a_recorded_sitting_is_signed_on_paper(people: Stage, tmp_path: Path) -> None:
    su, *phones = await scenes.bring_together(people, tmp_path, recorded=True)
    await _record_until_one_withdraws(su, phones)
    await _agree(su, phones, f"甲方曾用名陈{UNKNOWN}。")
    await _draw_the_name(su)
    await _lock(su, phones, "wet_ink")
    jiang = await _open_agreement(people, "jiang")
    await _bring_the_paper(jiang)
    await _compare_the_paper(su)
    await _officials_sign(su, jiang)
    await _seal_and_open(people)
    told = await stranger.ask(people, stranger.printed_in(tmp_path / "data"), "80-verify-paper")
    assert "2 on paper" in told["signatures"]
    assert people.faults == []


async def test_somebody_declares_before_two_witnesses(people: Stage, tmp_path: Path) -> None:
    su, worker, agent = await scenes.bring_together(people, tmp_path, recorded=True)
    await _record(su)
    await _agree(su, (worker, agent))
    await _lock(su, (worker,), "witnessed")
    await scenes.party_signs(agent, finger=False, scan=True)
    await _declare(su, worker)
    jiang = await _open_agreement(people, "jiang")
    await _witness(jiang)
    await _officials_sign(su, jiang)
    he = await _seal_and_open(people)
    await he.sees("factText.declared_recording", declarations=1, recorded=1)
    told = await stranger.ask(people, stranger.printed_in(tmp_path / "data"), "81-verify-aloud")
    assert "1 aloud" in told["signatures"]
    assert people.faults == []


# ------------------------------------------------------------------------------ recording


async def _record_until_one_withdraws(su: Desk, phones: list[Phone]) -> None:
    """The companion answers aloud; all are told that it runs, and that it has stopped."""
    await _record(su)
    for phone in phones:
        await phone.sees("recordingOn")
        await phone.look("70-recording")
    await su.look("70-recording")
    agent = phones[-1]
    await agent.tap("recordingOff")
    await agent.look("71-recording-off")
    await agent.tap("recordingOffYes")
    for phone in phones:
        await phone.sees("recordingStopped")
        await phone.look("71-recording-stopped")
    await expect(su.button("recordingState.stopped")).to_be_visible(timeout=PATIENCE_MS)
    await su.look("71-recording-stopped")


async def _record(su: Desk) -> None:
    await su.press("recordingState.off")
    await su.look("70-recording-owed")
    await _companion_agrees(su)
    await su.press("recordingStart", su.sheet)
    await expect(su.button("recordingState.on")).to_be_visible(timeout=PATIENCE_MS)


async def _companion_agrees(su: Desk) -> None:
    await su.press("oralConsent", su.sheet)
    await expect(su.label("consentScope", su.sheet)).to_have_value("recording")
    await su.look("70-recording-oral")
    await su.press("consentYes", su.sheet)


# ------------------------------------------------------------------------------ the text


async def _agree(su: Desk, phones: list[Phone] | tuple[Phone, ...], also: str = "") -> None:
    """Draft, read back and answer, as in the other journey but without looking around."""
    await su.page.locator("#room-panel-agreement").click()
    clauses = await papers.draft(su, also)
    await su.press("readFrom", no="一")
    for n, text in enumerate(clauses, 1):
        if n > 1:
            await su.press("readNext")
        await asyncio.gather(*(phone.answer_clause(text) for phone in phones))
    await su.sees("readAll")


async def _draw_the_name(su: Desk) -> None:
    """A character that no font has waits for its picture, and shows it."""
    await su.look("71-character")
    taken = FilePayload(name="户口簿.jpg", mimeType="image/jpeg", buffer=photo())
    await _upload(su, "characterBring", taken)
    drawn = su.page.get_by_alt_text(su.words("characterPicture", code="U+31350"))
    await expect(drawn).to_be_visible(timeout=PATIENCE_MS)
    await su.look("71-character-drawn")


async def _lock(su: Desk, phones: list[Phone] | tuple[Phone, ...], route: str) -> None:
    await su.press("lockPaper")
    await su.look(f"72-{route}-why")
    await su.label("lockRoute", su.sheet).select_option(route)
    await su.label("lockReason", su.sheet).fill(HURT)
    if route == "witnessed":
        await su.sheet.get_by_role("checkbox").first.check()
    await su.look(f"72-{route}-lock")
    await su.press("lockPaperGo" if route == "wet_ink" else "lock", su.sheet)
    title = "signPaperTitle" if route == "wet_ink" else "signWitnessTitle"
    for phone in phones:
        await phone.sees(title)
        await phone.look(f"72-{route}")
    await su.look(f"72-{route}-locked")


async def _open_agreement(people: Stage, login: str) -> Desk:
    desk = await people.desk(login)
    await desk.sign_in()
    await desk.follow("enterRoom")
    await desk.page.locator("#room-panel-agreement").click()
    return desk


# ------------------------------------------------------------------------------ on paper


async def _bring_the_paper(jiang: Desk) -> None:
    """Print the locked text, sign it, and bring the scanner's file and one photo anew."""
    link = jiang.page.get_by_role("link", name=jiang.words("paperPrint"), exact=True)
    address = await link.get_attribute("href")
    assert address is not None
    printed = await jiang.page.context.request.get(f"{jiang.url}{address}")
    inked = sheets(await printed.body())
    await jiang.look("73-paper-none")
    scan = FilePayload(name="签字页.pdf", mimeType="application/pdf", buffer=bound(inked))
    await _upload(jiang, "paperAll", scan)
    last = jiang.page.get_by_alt_text(jiang.words("paperScan", page=len(inked)))
    await expect(last).to_be_attached(timeout=PATIENCE_MS)
    await jiang.sees("paperNotYours")
    await jiang.look("73-paper-brought")


async def _upload(desk: Desk, key: str, file: FilePayload) -> None:
    await desk.page.get_by_label(desk.words(key), exact=True).set_input_files(file)


async def _compare_the_paper(su: Desk) -> None:
    """The mediator, who brought no scan, ticks every page and what stands on every line."""
    await su.look("74-compare")
    today = datetime.now(UTC).astimezone(CHINA).date().isoformat()
    pages = su.page.locator(".paper-tools").get_by_role("checkbox")
    await expect(pages.first).to_be_visible(timeout=PATIENCE_MS)
    await _tick_all(pages)
    for line in await su.page.locator(".paper-line").all():
        await _tick_all(line.get_by_role("checkbox"))
        await su.label("paperDay", line).fill(today)
    await su.look("74-compare-ticked", whole=True)
    await su.press("paperCompare")
    await su.sees("paperCompared")
    await su.look("74-compared")


async def _tick_all(boxes: Locator) -> None:
    for box in await boxes.all():
        await box.check()


# ------------------------------------------------------------------------------ aloud


async def _declare(su: Desk, worker: Phone) -> None:
    """The mediator writes down what the worker says, recorded, with his neighbour's words."""
    await su.press("witnessRecord")
    await su.sees("taping.on", name="陈水根")
    for key, words in (
        ("witnessName", "马德福"),
        ("witnessRelation", "邻居"),
        ("witnessWords", SAW),
    ):
        await su.label(key, su.sheet).fill(words)
    await su.look("75-declare")
    await su.press("witnessRecordGo", su.sheet)
    await su.sees("witnessCountRecorded", n=1)
    await su.look("75-declared")
    await worker.look("75-declared")


async def _witness(jiang: Desk) -> None:
    """The recorder, who recorded nothing, is the second witness."""
    await jiang.press("witnessOwn")
    await jiang.label("witnessWords", jiang.sheet).fill(SAW)
    await jiang.look("76-witness")
    await jiang.press("witnessOwnGo", jiang.sheet)
    await jiang.sees("witnessCountRecorded", n=2)
    await jiang.look("76-witnessed")


# ------------------------------------------------------------------------------ the end


async def _officials_sign(su: Desk, jiang: Desk) -> None:
    for desk in (su, jiang):
        await desk.press("signNow")
        await expect(desk.button("signNow")).to_be_hidden(timeout=PATIENCE_MS)
    await su.look("77-signed")


async def _seal_and_open(people: Stage) -> Desk:
    """Seal as the head, and open the record: nothing of it fails."""
    he = await people.desk("he")
    await he.sign_in()
    await he.follow("navSeal")
    await he.follow("sealListOpen")
    await he.look("78-before-seal")
    await he.press("sealNow")
    await he.sees("sealedTitle")
    await he.look("78-sealed")
    await he.follow("openRecordLink")
    await he.label("reason", he.sheet).fill("核对纸质签名与录像")
    await he.press("openGo", he.sheet)
    await he.sees("verification")
    await he.look("79-record", whole=True)
    await expect(he.page.locator(".fact-list .failed")).to_have_count(0)
    return he
