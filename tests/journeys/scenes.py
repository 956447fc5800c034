"""The story's scenes, from the waiting room to the closed sitting, as its people act them."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import FilePayload, expect

from server.rehearsal import story
from server.rehearsal.party import seal_scan
from tests.journeys import papers
from tests.journeys.desk import Desk
from tests.journeys.eyes import expect_silence, receives_more
from tests.journeys.phone import PATIENCE_MS, Phone
from tests.journeys.stage import Stage

ISOLATED_S = 10.0
SIDES = ("applicant", "respondent")
LINK = re.compile(r"http\S+/j/\S+")
SPOKEN = tuple(row for row in story.MINUTES if row[0] != "双方")


@dataclass(slots=True)
class Cast:
    """Who takes part, each with a screen; the languages differ on purpose."""

    su: Desk
    jiang: Desk
    worker: Phone
    agent: Phone

    @property
    def phones(self) -> tuple[Phone, Phone]:
        """Both sides' phones."""
        return self.worker, self.agent

    @property
    def everybody(self) -> tuple[Phone | Desk, ...]:
        """Every screen in the room."""
        return self.worker, self.agent, self.su, self.jiang

    async def look(self, name: str) -> None:
        """Keep a picture of every screen."""
        await asyncio.gather(*(one.look(name) for one in self.everybody))


def links_in(folder: Path) -> list[str]:
    """Return both links that the demonstration printed at its start."""
    return LINK.findall((folder / "server.log").read_text())


async def bring_together(
    people: Stage, folder: Path, *, recorded: bool = False
) -> tuple[Desk, Phone, Phone]:
    """Take the demonstration's case into its joint session, without looking around."""
    links = links_in(folder)
    su = await people.desk("su")
    worker = await people.phone("陈水根", story.WORKER_MOBILE, "zh")
    agent = await people.phone("林启航", story.AGENT_MOBILE, "en")
    phones = worker, agent
    await su.sign_in()
    arrivals = (
        phone.arrive(link, recorded=recorded) for phone, link in zip(phones, links, strict=True)
    )
    await asyncio.gather(*arrivals)
    await su.follow("enterRoom")
    await su.press("roomOpen")
    for side, phone in zip(SIDES, phones, strict=True):
        await su.receive(side)
        await su.check_identity(side)
        await tell_rights(su, phone)
        await su.admit(side)
    await su.go_joint()
    await asyncio.gather(*(receives_more(one.page) for one in (su, *phones)))
    return su, worker, agent


async def tell_rights(desk: Desk, phone: Phone, look: str = "") -> None:
    """Read the notice block by block, each until it is heard."""
    await desk.press("toolRights")
    total = await desk.sheet.locator(".blocks button").count()
    for block in range(1, total + 1):
        await desk.press("rightsRead" if block == 1 else "rightsNext", desk.sheet)
        await phone.sees("rightsOf", n=block, total=total)
        if look and block == 2:
            await phone.look(look)
            await desk.look(look)
        await phone.tap("rightsHeard")
    await desk.press("close", desk.sheet)


async def come_in(phone: Phone, link: str) -> None:
    """From the link to the lobby, looking at every screen on the way."""
    await phone.open(link)
    await phone.look("01-link")
    await phone.identify()
    await phone.look("02-invitation")
    await phone.tap("otherTime")
    await phone.look("02-other-time")
    await phone.tap("close")
    await phone.tap("decline")
    await phone.look("02-decline")
    await phone.tap("back")
    await phone.tap("takePart")
    await phone.consent(look=True)
    await phone.look("04-consents-done")
    await phone.tap("consentsNext")
    await phone.check_device(look=True)
    await phone.look("07-lobby")


async def receive(cast: Cast, side: str, phone: Phone, beside: str = "") -> None:
    """Reception: who is there, identity, the notice of rights, and in."""
    first = side == "applicant"
    await cast.su.receive(side)
    await receives_more(phone.page)
    await cast.look(f"12-reception-{side}")
    await phone.declare(beside)
    await cast.su.check_identity(side, look="13-identity" if first else "")
    await tell_rights(cast.su, phone, f"14-rights-{side}")
    await cast.su.admit(side)
    await phone.look(f"15-told-{side}")


async def look_into_sheets(desk: Desk) -> None:
    """Open the desk's smaller sheets, those this role has, without using them."""
    await desk.side("applicant").locator(".seat-name").first.click()
    await desk.look("11-seat-sheet")
    await desk.press("checkIdentity", desk.sheet)
    await desk.look("11-identity-sheet")
    await desk.press("close", desk.sheet)
    await desk.side("applicant").locator(".seat-name").first.click()
    await desk.press("oralConsent", desk.sheet)
    await desk.look("11-consent-sheet")
    await desk.press("close", desk.sheet)
    for key, name in (("roomAdjourn", "adjourn"), ("roomClose", "close"), ("toolTell", "tell")):
        if not await desk.button(key).is_visible():
            continue
        await desk.press(key)
        await desk.look(f"11-{name}-sheet")
        await desk.press("close", desk.sheet)


async def talk(cast: Cast) -> None:
    """The joint session: everybody sees everybody, signs are given, minutes are written."""
    await cast.su.go_joint()
    await asyncio.gather(*(receives_more(one.page) for one in cast.everybody))
    await cast.look("16-joint")
    await cast.worker.tap("soundOn")
    await cast.worker.look("17-muted")
    await cast.worker.tap("soundOff")
    await cast.worker.tap("findMediator")
    await cast.worker.look("17-find")
    await cast.worker.tap("findAlone")
    await cast.su.sees("call.talk_alone")
    await cast.su.look("17-wish")
    await cast.su.press("callAnswer")
    await cast.agent.tap("rest")
    await cast.agent.look("17-rest")
    await cast.agent.tap("close")
    await cast.agent.tap("leave")
    await cast.agent.look("17-leave")
    await cast.agent.tap("leaveStay")
    for speaker, text, mark in SPOKEN:
        await cast.jiang.add_minutes(speaker, text, mark)
    await cast.look("18-minutes")


async def caucus(cast: Cast, side: str, inside: Phone, outside: Phone, seconds: float) -> None:
    """One side alone with the mediator; the other receives nothing from the lamp on."""
    await cast.su.go_caucus(side)
    await asyncio.gather(
        expect_silence(outside.page, seconds),
        receives_more(inside.page),
        receives_more(cast.su.page),
    )
    await inside.sees("lampCut")
    await outside.sees("holdTitle")
    await cast.look(f"19-caucus-{side}")


async def say_words_to_who_waits(cast: Cast, waiting: Phone) -> None:
    """A neutral line travels to the side that waits, and a wish back."""
    await cast.su.press("toolTell")
    line = cast.su.words("tellLine.soon")
    await cast.su.press("tellLine.soon", cast.su.sheet)
    await cast.su.press("tellGo", cast.su.sheet)
    await expect(waiting.page.get_by_text(line)).to_be_visible(timeout=PATIENCE_MS)
    await waiting.tap("askMediator")
    await cast.su.sees("call.come")
    await waiting.look("20-hold-message")
    await cast.su.look("20-asked-to-come")
    await cast.su.press("callAnswer")


async def agree(cast: Cast) -> list[str]:
    """Draft at the desk, read back clause by clause; one clause is wished otherwise first."""
    await cast.su.page.locator("#room-panel-agreement").click()
    await cast.su.look("21-draft-empty")
    clauses = await papers.draft(cast.su)
    await cast.jiang.page.locator("#room-panel-agreement").click()
    await cast.su.press("readFrom", no="一")
    for n, text in enumerate(clauses, 1):
        if n > 1:
            await cast.su.press("readNext")
        await asyncio.gather(*(phone.hear_clause(text) for phone in cast.phones))
        if n == 1:
            await cast.look("22-read-back")
            await _misunderstand(cast, text)
        if n == 5:
            await _wish(cast)
        await asyncio.gather(*(phone.answer_clause(text) for phone in cast.phones))
        if n == 2:
            await cast.look("23-answered")
    await cast.su.sees("readAll")
    await cast.look("25-agreed")
    return clauses


async def _misunderstand(cast: Cast, text: str) -> None:
    await cast.worker.tap("notUnderstood")
    await cast.worker.sees("notUnderstoodSent")
    await cast.worker.hear_clause(text)
    await cast.agent.tap("payments")
    await cast.agent.look("22-payments")
    await cast.agent.tap("close")


async def _wish(cast: Cast) -> None:
    await cast.agent.tap("heard")
    await cast.agent.tap("wantsChange")
    field = cast.agent.page.get_by_label(cast.agent.words("wishLabel"))
    await field.fill("七日改为十日")
    await cast.agent.look("24-wish")
    await cast.agent.tap("wishSend")
    await expect(cast.su.page.get_by_text("七日改为十日")).to_be_visible(timeout=PATIENCE_MS)
    await cast.look("24-wished")
    await cast.su.press("wishKeep")


async def lock(cast: Cast) -> None:
    """Fix the text; from here on nobody changes a letter."""
    await cast.su.press("lock")
    await asyncio.gather(*(phone.sees("signTitle") for phone in cast.phones))
    await cast.look("26-locked")


async def declines_for_now(cast: Cast) -> None:
    """The worker says no to signing; both desks see it, in the room and at the agreement."""
    await cast.worker.tap("signNo")
    await cast.worker.look("26-sign-no")
    await cast.worker.tap("signNoConfirm")
    await cast.worker.sees("refusedTitle")
    for desk in (cast.su, cast.jiang):
        await desk.sees("refusedBy", name=cast.worker.name)
        await desk.sees("signsDeclined")
        await desk.look("26-declined")
        await desk.press("backToPictures")
        await desk.sees("step.declined")
        await desk.look("26-declined-room")
        await desk.page.locator("#room-panel-agreement").click()
    await cast.worker.tap("goSign")
    await cast.worker.look("26-still-not")
    await cast.worker.tap("refusedUndo")


async def party_signs(phone: Phone, *, finger: bool, scan: bool) -> None:
    """See every page, write the name, give the code, sign."""
    await phone.see_pages()
    await phone.look("27-pages-seen")
    await phone.write_name(finger=finger)
    await phone.look("27-name-written")
    if scan:
        file = FilePayload(name="seal.png", mimeType="image/png", buffer=seal_scan())
        await phone.page.locator("input[type=file]").set_input_files(file)
        await phone.sees("sealScanDone")
        await phone.look("27-seal-scan")
    await phone.tap("signCodeGet")
    await expect(phone.page.locator(".digits-6")).to_be_visible(timeout=PATIENCE_MS)
    await phone.lose_the_page()
    await phone.look("28-came-back")
    await phone.type_digits(await phone.code())
    await phone.look("28-ready")
    assert await phone.asked() == {"generateKey": 0, "sign": 0}
    await phone.tap("sign")
    await phone.sees("receiptTitle")
    # The key is made after the code, and both its signatures after the last tap.
    assert await phone.asked() == {"generateKey": 1, "sign": 2}
    await phone.look("29-receipt")


async def staff_sign(desk: Desk, name: str) -> None:
    """Sign with the work certificate, once the second factor has been given again."""
    await desk.press_and_confirm("signNow", f"{name}-step-up")
    await desk.look(f"{name}-signed")


async def confirm_minutes(cast: Cast) -> None:
    """The minutes are shown, and each party says whether they are right."""
    await cast.su.press("backToPictures")
    await cast.su.press("minutesReady")
    for phone in cast.phones:
        await phone.sees("minutesText")
        await phone.look("34-minutes")
        await phone.tap("minutesRight")
    for phone in cast.phones:
        found = cast.su.page.get_by_text(cast.su.words("minutesAgreed", name=phone.name))
        await expect(found).to_be_visible(timeout=PATIENCE_MS)
    await cast.look("35-minutes-confirmed")


async def close(cast: Cast) -> None:
    """End the sitting with its result."""
    await cast.su.press("roomClose")
    await cast.su.look("36-close")
    await cast.su.press("closeGo", cast.su.sheet)
    await cast.su.sees("overTitle")
    await cast.look("37-over")
