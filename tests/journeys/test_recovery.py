"""What is killed comes back by itself: the room, its pictures, and everything written."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from server.rehearsal import story
from server.rehearsal.play import today
from tests.journeys import scenes
from tests.journeys.desk import Desk
from tests.journeys.eyes import receives_more
from tests.journeys.phone import PATIENCE_MS, Phone
from tests.journeys.stage import Stage
from tests.support.server import Server

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
SENTENCE = "住院 20 天，医疗费由被申请人支付。"


async def test_worker_and_app_die_in_the_joint_session(
    server: Server, people: Stage, tmp_path: Path
) -> None:
    su, worker, agent = await scenes.bring_together(people, tmp_path)
    await su.add_minutes("陈水根", SENTENCE, "undisputed")
    clause = await _write_a_clause(su)
    people.expect_outage()

    await server.kill("server media")
    await _everybody_is_back(su, worker, agent)
    await su.look("50-after-worker")

    dying = server.kill("server app")
    noticed = worker.sees("lostTitle")
    await asyncio.gather(dying, noticed)
    await worker.look("50-lost")
    await _everybody_is_back(su, worker, agent)
    await su.look("51-after-app")

    await _nothing_is_lost(su, clause)
    await _it_goes_on(su, worker, agent, clause)
    assert people.faults == []


async def _write_a_clause(su: Desk) -> str:
    clause = story.clauses(today())[1]
    await su.page.locator("#room-panel-agreement").click()
    await su.press("clauseAdd")
    await su.page.locator(".clause-cell textarea").last.fill(clause)
    await su.press("draftSave")
    await expect(su.button("draftSave")).to_be_hidden()
    await su.press("backToPictures")
    return clause


async def _everybody_is_back(su: Desk, *phones: Phone) -> None:
    """Pictures and sound flow again, and every screen says the joint session goes on."""
    pages = su.page, *(phone.page for phone in phones)
    await asyncio.gather(*(receives_more(page) for page in pages))
    lost = su.page.get_by_text(su.words("lineLost"))
    await expect(lost).to_be_hidden(timeout=PATIENCE_MS)
    await su.sees("frameJoint")
    for phone in phones:
        await phone.sees("jointTitle")
        await expect(phone.page.get_by_text(phone.words("lostTitle"))).to_be_hidden(
            timeout=PATIENCE_MS
        )


async def _nothing_is_lost(su: Desk, clause: str) -> None:
    consents = su.words("seatConsents", given=5, asked=6)
    await expect(su.page.locator(".minutes-list")).to_contain_text(SENTENCE)
    for side in scenes.SIDES:
        await expect(su.side(side)).to_contain_text(consents)
        await expect(su.side(side)).to_contain_text(su.words("seatChecked"))
    await su.page.locator("#room-panel-agreement").click()
    await expect(su.page.locator(".clause-line").last).to_have_text(clause)


async def _it_goes_on(su: Desk, worker: Phone, agent: Phone, clause: str) -> None:
    await su.press("readFrom", no="一")
    await asyncio.gather(*(phone.answer_clause(clause) for phone in (worker, agent)))
    await su.sees("readAll")
