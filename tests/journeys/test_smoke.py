"""The shortest way into one room: a link, a lobby, a joint session."""

import re
from pathlib import Path

import pytest

from server.rehearsal.story import AGENT_MOBILE, WORKER_MOBILE
from tests.journeys.eyes import receives_more
from tests.journeys.stage import Stage
from tests.support.server import Server

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


async def test_two_links_lead_into_one_room(server: Server, people: Stage, tmp_path: Path) -> None:
    log = (tmp_path / "server.log").read_text()
    links = re.findall(r"http\S+/j/\S+", log)
    worker = await people.phone("陈水根", WORKER_MOBILE, "zh")
    agent = await people.phone("林启航", AGENT_MOBILE, "en")
    su = await people.desk("su")
    await su.sign_in()
    for phone, link in zip((worker, agent), links, strict=True):
        await phone.arrive(link)
    await su.follow("enterRoom")
    await su.press("roomOpen")
    for side, phone in (("applicant", worker), ("respondent", agent)):
        await su.receive(side)
        await phone.declare()
        await su.check_identity(side)
        await su.press("toolRights")
        total = await su.sheet.locator(".blocks button").count()
        for block in range(1, total + 1):
            await su.sheet.locator(".blocks button").nth(block - 1).click()
            await su.press("rightsRead", su.sheet)
            await phone.hear(block, total)
        await su.page.keyboard.press("Escape")
        await su.admit(side)
    await su.go_joint()
    for page in (worker.page, agent.page, su.page):
        await receives_more(page)
    assert people.faults == []
