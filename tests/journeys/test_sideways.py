"""A phone held sideways: what is asked, and where one answers, are both in sight."""

from pathlib import Path

import pytest
from playwright.async_api import ViewportSize, expect

from server.rehearsal import story
from tests.journeys import scenes
from tests.journeys.stage import Stage

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]
SIDEWAYS = ViewportSize(width=640, height=360)


async def test_the_boxes_for_the_digits_stand_beside_the_invitation(
    people: Stage, tmp_path: Path
) -> None:
    link, _ = scenes.links_in(tmp_path)
    phone = await people.phone("陈水根", story.WORKER_MOBILE)
    await phone.page.set_viewport_size(SIDEWAYS)
    await phone.open(link)
    for part in (".digit >> nth=0", ".digit >> nth=3", "h1"):
        await expect(phone.page.locator(part)).to_be_in_viewport(ratio=1)
    assert people.faults == []
