"""A committee that seals by two: the head sets the rule, the mediator releases, the head seals."""

import pytest
from playwright.async_api import expect

from server.rehearsal.play import play_until_seal
from tests.journeys.desk import Desk
from tests.journeys.stage import Stage

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]
WHY = "核对两个人盖章"


async def test_one_releases_and_another_seals(people: Stage) -> None:
    he = await people.desk("he")
    await he.sign_in()
    await _two_shall_seal(he)
    await play_until_seal(he.url)
    await _expect_no_seal_yet(he)
    su = await people.desk("su", "en")
    await su.sign_in()
    await _releases(su)
    await _seals(he)
    await _opens(he)
    assert people.faults == []


async def _two_shall_seal(he: Desk) -> None:
    await he.follow("navAdmin")
    await he.sees("sealingOneText")
    await he.look_both("80-sealing-one")
    await he.press("sealingToTwo")
    await he.sees("sealingTwoText")
    await he.look_both("80-sealing-two")


async def _expect_no_seal_yet(he: Desk) -> None:
    """Who opens the text before the release is told for whom it waits."""
    await he.follow("navSeal")
    await he.follow("sealListOpen")
    await expect(he.button("sealNow")).to_have_attribute("aria-disabled", "true")
    await he.look("81-seal-unreleased")


async def _releases(su: Desk) -> None:
    await su.sees("sealsToday")
    await su.look_both("82-today-release")
    await su.follow("open", su.page.locator("section").filter(has_text=su.words("sealsToday")))
    await su.press("releaseNow")
    await expect(su.button("releaseBack")).to_be_visible()
    await su.look("82-released")


async def _seals(he: Desk) -> None:
    await he.page.reload()
    await he.look("83-before-seal")
    await he.press("sealNow")
    await he.sees("sealedTitle")
    await he.look("83-sealed")


async def _opens(he: Desk) -> None:
    await he.follow("openRecordLink")
    await he.label("reason", he.sheet).fill(WHY)
    await he.press("openGo", he.sheet)
    await he.sees("fact.two_people")
    await he.look("84-record", whole=True)
    await expect(he.page.locator(".fact-list .failed")).to_have_count(0)
