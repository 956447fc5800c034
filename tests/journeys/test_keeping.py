"""A file whose period is over, at the consoles: one proposes, another destroys, it verifies."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from server.rehearsal.play import play
from tests.journeys import stranger
from tests.journeys.age import age_sealed
from tests.journeys.desk import Desk
from tests.journeys.phone import PATIENCE_MS
from tests.journeys.stage import Stage
from tests.support.server import Server

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]
WHY = "保管期满，2066 年第 1 次会议"


async def test_two_people_destroy_a_file_whose_period_is_over(
    people: Stage, server: Server, tmp_path: Path
) -> None:
    number = (await play(server.url)).number
    await age_sealed(tmp_path / "data")
    ye, he = await people.desk("ye"), await people.desk("he", "en")
    await _proposes(ye, number)
    await _confirms(he, number)
    await ye.page.reload()
    await ye.sees("keepingEmpty")
    await _expect_whole(he, number)
    await _expect_listed(he, number)
    told = await stranger.ask(people, stranger.printed_in(tmp_path / "data"), "82-verify-destroyed")
    assert told["destroyed_on"].startswith("destroyed on ")
    assert people.faults == []


async def _proposes(ye: Desk, number: str) -> None:
    await ye.sign_in()
    await ye.follow("navKeeping")
    await ye.sees("keepingFound", n=1)
    await expect(ye.page.get_by_role("row").filter(has_text=number)).to_be_visible()
    await ye.look_both("70-keeping-due")
    await ye.press("propose")
    await ye.label("proposeReason", ye.sheet).fill(WHY)
    await ye.press("propose", ye.sheet)
    await ye.sees("proposedDone")
    await expect(ye.button("destroy")).to_have_attribute("aria-disabled", "true")
    await ye.sees("waitSecond")
    await ye.look("71-keeping-proposed")


async def _confirms(he: Desk, number: str) -> None:
    await he.sign_in()
    await he.follow("navKeeping")
    await expect(he.page.get_by_text(WHY)).to_be_visible(timeout=PATIENCE_MS)
    await he.press("destroy")
    await expect(he.sheet).to_contain_text(number)
    await he.look("72-keeping-destroy")
    await he.press("destroy", he.sheet)
    await he.sees("keepingEmpty")
    await expect(he.page.locator(".keeping .notice")).to_contain_text(number)
    await he.look("73-keeping-destroyed")


async def _expect_whole(he: Desk, number: str) -> None:
    await he.follow("navRecords")
    await he.follow("open", he.page.get_by_role("row").filter(has_text=number))
    await he.label("reason", he.sheet).fill(WHY)
    await he.press("openGo", he.sheet)
    await he.sees("verification")
    await expect(he.page.locator(".fact-list .failed")).to_have_count(0)
    await he.look("74-record-holds")


async def _expect_listed(he: Desk, number: str) -> None:
    """See the case's own page: names and days, nothing to reveal or to print."""
    await he.follow("navCases")
    await he.follow("open", he.page.get_by_role("row").filter(has_text="陈水根"))
    await expect(he.page.locator("h1")).to_contain_text("陈水根")
    gone = he.words("caseDestroyed", day="(day)").split("(day)")[1]
    await expect(he.page.locator(".notice")).to_contain_text(gone)
    await expect(he.page.locator(".case-head")).to_contain_text(number)
    for key in ("reveal", "acceptancePrint", "invite", "resend"):
        await expect(he.button(key)).to_have_count(0)
    await he.look_both("75-case-destroyed")
