"""The page that a clerk opens from a disk, in a real browser, with no network to reach."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from server.archive.guide import PAGE
from server.archive.package import package
from server.domain.canonical import sha256_hex
from server.domain.record import RecordParts, pem_body
from tests.archive.example import Files
from tests.archive.test_verifier import written
from tests.journeys.eyes import AXE, SCREENS
from tests.journeys.stage import chromium

pytestmark = pytest.mark.browser
JUDGED = 18
FACTS = """(shown) => Object.fromEntries([...document.querySelectorAll('.facts li')].map(
    (one) => [one.dataset.code, one.className]))"""


@asynccontextmanager
async def opened(page_file: Path, **shape: Any) -> AsyncIterator[tuple[Page, list[str]]]:
    """Open the page as a file; what it asks of any network is kept beside it."""
    asked: list[str] = []
    async with chromium() as browser:
        context = await browser.new_context(offline=True, locale="zh-CN", **shape)
        page = await context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda told: asked.append(told.text))
        await page.goto(page_file.as_uri())
        yield page, asked


async def told(page: Page) -> dict[str, str]:
    await page.wait_for_selector(".facts")
    facts: dict[str, str] = await page.evaluate(FACTS)
    return facts


async def test_a_clerk_reads_each_fact_without_a_network(
    files: Files, parts: RecordParts, tmp_path: Path
) -> None:
    folder = written(files, tmp_path / "record-17")
    packed = tmp_path / "record.zip"
    packed.write_bytes(package("record-17", files))
    async with opened(folder / PAGE, viewport={"width": 1366, "height": 768}) as (page, asked):
        await page.set_input_files("#zip", packed)
        first = await told(page)
        assert [first[code] for code in list(first)[:JUDGED]] == ["yes"] * JUDGED
        assert list(first.values())[JUDGED:] == ["open"] * 2
        assert "还须另行核对签发证书的指纹" in await page.inner_text(".verdict")
        assert await page.locator(".signers li.yes").count() == len(parts.signatures)
        await page.fill("#known", sha256_hex(pem_body(parts.issuer_certificate)).upper())
        await page.click("form button")
        await page.wait_for_selector(".facts [data-code=trusted].yes")
        await page.fill("#known", "00:11")
        await page.click("form button")
        await page.wait_for_selector(".facts [data-code=trusted].no")
        await page.click("button[lang=en]")
        assert "does not hold" in await page.inner_text(".verdict")
        await page.screenshot(path=SCREENS / "verify-page.png", full_page=True)
        assert asked == [(folder / PAGE).as_uri()]


async def test_a_folder_says_the_same_and_a_change_is_named(files: Files, tmp_path: Path) -> None:
    folder = written(files, tmp_path / "record-17")
    name = "signatures/person-lin/statement.json"
    (folder / name).write_bytes(files[name].replace(b"party", b"agent"))
    async with opened(folder / PAGE, viewport={"width": 360, "height": 640}) as (page, asked):
        await page.set_input_files("#folder", folder)
        facts = await told(page)
        failing = {code for code, kind in facts.items() if kind == "no"}
        assert failing == {
            "intact",
            "signatures",
            "everybody_signed",
            "pdf_signatures",
            "log_tells",
        }
        assert name in await page.inner_text(".facts")
        await page.screenshot(path=SCREENS / "verify-page-small.png", full_page=True)
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360
        assert asked == [(folder / PAGE).as_uri()]


async def test_the_page_is_accessible(files: Files, tmp_path: Path) -> None:
    page_file = tmp_path / PAGE
    page_file.write_bytes(files[PAGE])
    packed = tmp_path / "record.zip"
    packed.write_bytes(package("record-17", files))
    # axe is no part of the page, whose policy lets no other script in.
    async with opened(page_file, bypass_csp=True) as (page, _):
        await page.set_input_files("#zip", packed)
        await told(page)
        await page.evaluate(AXE.read_text("utf-8"))
        found = await page.evaluate("axe.run()")
        assert [one["id"] for one in found["violations"]] == []
