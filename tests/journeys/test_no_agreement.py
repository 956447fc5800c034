"""A mediation that ends without an agreement, and invitations that are not taken up."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from server.rehearsal import story
from tests.journeys import scenes
from tests.journeys.desk import Desk
from tests.journeys.phone import PATIENCE_MS, Phone
from tests.journeys.stage import Stage

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]


async def test_a_party_may_end_it_at_any_time(people: Stage, tmp_path: Path) -> None:
    su, worker, agent = await scenes.bring_together(people, tmp_path)
    await worker.tap("leave")
    await worker.tap("stop")
    await worker.look("60-stop")
    await _it_is_heard_once_there_is_a_line(worker)
    for phone in (worker, agent):
        await phone.sees("endOtherStoppedTitle")
        await phone.sees("remediesTitle")
        await expect(phone.page.locator(".card .lines")).to_be_visible()
        await phone.look("60-ended")
    await su.sees("overTitle")
    await su.look("60-over")
    await su.follow("overCase")
    await su.sees("caseState.ended")
    await su.look("61-case-ended")
    await su.page.locator("#case-part-log").click()
    await expect(su.page.get_by_text(su.words("log.session.stopped"))).to_be_visible()
    assert people.faults == []


async def _it_is_heard_once_there_is_a_line(worker: Phone) -> None:
    worker.eyes.outage = True
    await worker.page.context.set_offline(True)
    await worker.tap("stopConfirm")
    await worker.sees("unheardAct", what=worker.words("stop"))
    await worker.sees("endLeftTitle")
    await worker.look("60-stop-unheard")
    await worker.page.context.set_offline(False)
    await worker.sees("endOtherStoppedTitle")
    worker.eyes.outage = False


async def test_links_that_lead_into_no_room(people: Stage, tmp_path: Path) -> None:
    worker_link, agent_link = scenes.links_in(tmp_path)
    su = await people.desk("su")
    await su.sign_in()
    await _wrong_digits_lock_it_until_staff_open_it(people, su, worker_link)
    await _it_is_declined_and_taken_up_after_all(people, su, agent_link)
    await _the_mediator_ends_it_with_a_reason(su)
    assert people.faults == []


async def _wrong_digits_lock_it_until_staff_open_it(people: Stage, su: Desk, link: str) -> None:
    worker = await people.phone("陈水根", story.WORKER_MOBILE, "zh")
    worker.eyes.forgive("422 POST /api/link/open", "429 POST /api/link/open")
    await worker.open(link)
    for left in (4, 3, 2, 1):
        await worker.type_digits("9999")
        await worker.sees("digitsWrong", n=left)
    await worker.look("64-wrong-digits")
    await worker.type_digits("9999")
    await worker.sees("digitsLocked")
    await worker.look("64-locked")
    await worker.open(link)
    await worker.sees("stateLocked")
    await worker.look("64-locked-link")
    await _open_case_page(su)
    await su.sees("linkState.locked")
    await su.look("64-case-locked")
    await su.press("unlock")
    await expect(su.button("unlock")).to_be_hidden(timeout=PATIENCE_MS)
    await worker.open(link)
    await worker.identify()


async def _it_is_declined_and_taken_up_after_all(people: Stage, su: Desk, link: str) -> None:
    agent = await people.phone("林启航", story.AGENT_MOBILE, "en")
    await agent.open(link)
    await agent.identify()
    await agent.tap("decline")
    field = agent.page.get_by_label(agent.words("reasonOptional"))
    await field.fill("公司要先问律师")
    await agent.tap("declineConfirm")
    await agent.sees("declinedTitle")
    await agent.look("63-declined")
    await _open_case_page(su)
    await su.sees("answer.refused")
    await su.sees("answerSays", text="公司要先问律师")
    await su.look("63-case-declined", whole=True)
    await agent.tap("declinedUndo")
    await agent.sees("consentsTitle")


async def _the_mediator_ends_it_with_a_reason(su: Desk) -> None:
    await su.follow("caseRoom")
    await su.press("roomOpen")
    await su.press("roomClose")
    await su.label("closeOutcome", su.sheet).select_option("not_agreed")
    await expect(su.button("closeGo", su.sheet)).to_have_attribute("aria-disabled", "true")
    await su.label("closeReason", su.sheet).select_option(index=1)
    reason = await su.label("closeReason", su.sheet).locator("option:checked").inner_text()
    await su.look("62-close-not-agreed")
    await su.press("closeGo", su.sheet)
    await su.sees("overTitle")
    await su.follow("overCase")
    await expect(su.page.get_by_text(su.words("caseEnded", reason=reason))).to_be_visible()
    await su.page.locator("#case-part-sittings").click()
    await expect(su.page.locator("#case-part")).to_contain_text(su.words("outcome.not_agreed"))
    await su.look("62-case-not-agreed")


async def _open_case_page(su: Desk) -> None:
    await su.follow("navCases")
    await su.follow("open")
    await su.sees("tabParties")
