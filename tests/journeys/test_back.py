"""A phone's way back: it closes what is open, asks before leaving the room, and traps nobody."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from server.rehearsal import story
from tests.journeys import scenes
from tests.journeys.phone import Phone
from tests.journeys.stage import Stage

pytestmark = [pytest.mark.journey, pytest.mark.alone, pytest.mark.timeout(120)]
BEFORE = "about:blank"


async def test_back_closes_a_sheet_asks_in_the_room_and_then_leaves(
    people: Stage, tmp_path: Path
) -> None:
    link, _ = scenes.links_in(tmp_path)
    worker = await people.phone("陈水根", story.WORKER_MOBILE)
    await worker.arrive(link)
    await _closes_a_sheet(worker)
    await _asks_and_stays(worker)
    await worker.page.go_back()
    await worker.sees("leaveTitle")
    await worker.page.go_back()
    await expect(worker.page).to_have_url(BEFORE)
    assert people.faults == []


async def _closes_a_sheet(phone: Phone) -> None:
    """The sheet that was opened by a tap goes, and no other comes."""
    await phone.tap("leave")
    await phone.sees("leaveTitle")
    await phone.page.go_back()
    await expect(phone.page.locator(".sheet")).to_have_count(0)
    await phone.sees("lobbyTitle")


async def _asks_and_stays(phone: Phone) -> None:
    """Back asks once, and again after who was asked has stayed."""
    await phone.page.go_back()
    await phone.sees("leaveTitle")
    await phone.tap("leaveStay")
    await expect(phone.page.locator(".sheet")).to_have_count(0)
