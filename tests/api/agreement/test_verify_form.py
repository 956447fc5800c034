"""The public page in a real browser, which alone knows what it says of a form's origin."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest
from aiohttp.test_utils import TestServer, unused_port

from server.api import frame
from server.api.tray import LARGEST
from server.usecases import verify_presented
from server.usecases.registered_facts import RegisteredFacts
from server.usecases.world import World
from tests.api.agreement.test_verify import NUMBER, papers, passed
from tests.api.agreement.test_verify_number import BARE, FULL, WRONG
from tests.journeys.eyes import AXE, SCREENS
from tests.journeys.stage import chromium
from tests.support import signing
from tests.support.site import lay_out_pages, made_site
from tests.support.world import Stage

pytestmark = pytest.mark.browser


@pytest.fixture
async def url(world: World, tmp_path: Path) -> AsyncIterator[str]:
    folder, port = tmp_path / "dist", unused_port()
    folder.mkdir()
    site = made_site(world, lay_out_pages(folder))
    site[frame.ORIGINS] = frozenset({f"http://127.0.0.1:{port}"})
    async with TestServer(site, port=port):
        yield f"http://127.0.0.1:{port}/verify"


async def test_a_person_sends_a_package_and_then_asks_by_number(
    url: str, office: Stage, tmp_path: Path
) -> None:
    await signing.sealed(office)
    package, _, code = await papers(office.world)
    path = tmp_path / "record.zip"
    path.write_bytes(package)
    async with chromium() as browser:
        page = await browser.new_page(viewport={"width": 360, "height": 640}, locale="zh-CN")
        said: list[str] = []
        page.on("console", lambda told: said.append(told.text))
        await page.goto(url)
        await page.set_input_files("#file", path)
        await page.click("form:first-of-type button")
        assert "与本网站存档的一致" in await page.inner_text(".verdict")
        await page.screenshot(path=SCREENS / "verify-public.png", full_page=True)
        await page.fill("#number", NUMBER)
        await page.fill("#code", code)
        asking = asyncio.ensure_future(page.click("form:last-of-type button"))
        await passed(office.clock, asking)
        await asking
        assert "有这份协议" in await page.inner_text(".verdict")
        assert await page.input_value("#number") == NUMBER
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        assert said == []


async def test_a_scanned_code_fills_in_the_check_code_and_tells_nobody(
    url: str, office: Stage
) -> None:
    del office
    code = "0123456789abcdef"
    async with chromium() as browser:
        page = await browser.new_page(viewport={"width": 360, "height": 640}, locale="zh-CN")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda told: asked.append(told.text))
        await page.goto(f"{url}#{code}")
        assert await page.input_value("#code") == code
        assert await page.evaluate("document.activeElement.id") == "number"
        await page.click("header a")
        await page.wait_for_selector("html[lang=en]")
        assert await page.input_value("#code") == code
        assert not any(code in one.partition("#")[0] for one in asked)
        await page.goto(f"{url}#<script>")
        await page.reload()
        assert await page.input_value("#code") == ""


async def test_the_public_page_is_accessible(url: str, office: Stage) -> None:
    del office
    async with chromium() as browser:
        # axe is no part of the page, whose policy lets no script of another's in.
        context = await browser.new_context(bypass_csp=True)
        page = await context.new_page()
        for lang in ("zh-CN", "en"):
            await page.goto(f"{url}?lang={lang}")
            await page.evaluate(AXE.read_text("utf-8"))
            found = await page.evaluate("axe.run()")
            assert [one["id"] for one in found["violations"]] == []


CUT = """
[...document.querySelectorAll("dl, dl *")].filter(
  (one) => one.scrollWidth > one.clientWidth && getComputedStyle(one).display !== "inline",
).map((one) => one.textContent)
"""
"""What of the facts does not fit its place."""


@pytest.mark.parametrize("facts", [FULL, BARE], ids=["all", "few"])
@pytest.mark.parametrize("size", [(360, 640), (1366, 768)], ids=["phone", "desk"])
async def test_the_facts_of_a_number_can_be_read_everywhere(
    url: str,
    office: Stage,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    facts: RegisteredFacts,
) -> None:
    del office
    monkeypatch.setattr(verify_presented, "look_up", AsyncMock(return_value=facts))
    async with chromium() as browser:
        view: Any = {"width": size[0], "height": size[1]}
        context = await browser.new_context(bypass_csp=True, viewport=view)
        page = await context.new_page()
        for lang in ("zh-CN", "en"):
            await page.goto(f"{url}?lang={lang}")
            await page.fill("#number", NUMBER)
            await page.fill("#code", WRONG)
            await page.click("form:last-of-type button")
            await page.wait_for_selector("dl")
            shot = SCREENS / f"verify-number.{size[0]}.{lang}.png"
            await page.screenshot(path=shot, full_page=True)
            assert await page.evaluate(CUT) == []
            assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
            await page.evaluate(AXE.read_text("utf-8"))
            assert (await page.evaluate("axe.run()"))["violations"] == []


async def test_what_is_too_large_is_told_before_it_is_sent(
    url: str, office: Stage, tmp_path: Path
) -> None:
    del office
    path = tmp_path / "huge.zip"
    with path.open("wb") as huge:
        huge.truncate(LARGEST + 1)
    async with chromium() as browser:
        page = await browser.new_page(viewport={"width": 360, "height": 640}, locale="zh-CN")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.method))
        await page.goto(url)
        assert not await page.is_visible("#too-large")
        await page.set_input_files("#file", path)
        assert await page.is_visible("#too-large")
        assert "卷宗里的 verify.html" in await page.inner_text("#too-large")
        await page.click("form:first-of-type button")
        assert sent == ["GET"]
        (tmp_path / "small.zip").write_bytes(b"PK")
        await page.set_input_files("#file", tmp_path / "small.zip")
        assert not await page.is_visible("#too-large")
