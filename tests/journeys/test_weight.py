"""How little a phone must load before the four boxes take a figure."""

from pathlib import Path
from typing import Any

import pytest

from server.rehearsal import story
from tests.journeys import scenes
from tests.journeys.phone import Phone
from tests.journeys.stage import Stage

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]
MOST_BYTES = 15 * 1024
FORM_WORKS = """() => document.querySelector(".digit")?.getAttribute("aria-label") !== "1" """
PAINTED = """() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null"""
LINES = {
    "slow 4G": {"latency": 170, "downloadThroughput": 1_600_000 // 8, "uploadThroughput": 90_000},
    "weak 4G": {"latency": 300, "downloadThroughput": 400_000 // 8, "uploadThroughput": 40_000},
}


async def test_the_link_page_is_light(
    people: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    link, _ = scenes.links_in(tmp_path)
    phone = await people.phone("陈水根", story.WORKER_MOBILE)
    bytes_of = await _weighed(phone, link)
    assert 0 < sum(bytes_of.values()) <= MOST_BYTES, bytes_of
    figures = [
        f"{name}: {await _painted(phone, link, line):.0f} ms" for name, line in LINES.items()
    ]
    with capsys.disabled():
        print(f"\nlink page: {sum(bytes_of.values())} bytes; first paint {', '.join(figures)}")  # noqa: T201
    assert people.faults == []


async def _weighed(phone: Phone, link: str) -> dict[str, int]:
    """Load the page afresh; return the bytes on the wire by address until its form works."""
    addresses: dict[str, str] = {}
    bytes_of: dict[str, int] = {}
    tool = await phone.page.context.new_cdp_session(phone.page)

    def asked(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = event["request"]["url"].rsplit("/", 1)[1]

    def loaded(event: dict[str, Any]) -> None:
        bytes_of[addresses[event["requestId"]]] = int(event["encodedDataLength"])

    tool.on("Network.requestWillBeSent", asked)
    tool.on("Network.loadingFinished", loaded)
    await tool.send("Network.enable")
    await phone.page.goto(link, wait_until="commit")
    await phone.page.wait_for_function(FORM_WORKS)
    weighed = dict(bytes_of)
    await tool.detach()
    return weighed


async def _painted(phone: Phone, link: str, line: dict[str, int]) -> float:
    tool = await phone.page.context.new_cdp_session(phone.page)
    await tool.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await tool.send("Network.emulateNetworkConditions", {"offline": False, **line})
    await phone.page.goto(link)
    await phone.page.wait_for_function(f"() => ({PAINTED})() !== null")
    at = float(await phone.page.evaluate(PAINTED))
    await tool.detach()
    return at
