"""The people of a journey: one browser, a context each, and what their screens did wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.journeys.desk import Desk
from tests.journeys.eyes import SCREENS, Eyes
from tests.journeys.phone import Phone
from tests.journeys.words import console_words, party_words

PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)
"""A hang limit, for sentences as for taps: three browsers share a small machine with the server."""
Lang = Literal["zh", "en"]
CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--no-first-run",
)
DEVICES = ("--use-fake-device-for-media-stream",)
ALLOWED = ("--use-fake-ui-for-media-stream",)
"""Answers the question for camera and microphone; the autoplay policy stays as people have it."""
LOCALES: dict[Lang, str] = {"zh": "zh-CN", "en": "en-GB"}
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 640},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
SCREEN: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}


@dataclass
class Stage:
    """Opens phones and desks against one server."""

    browser: Browser
    url: str
    eyes: list[Eyes] = field(default_factory=list)
    pages: list[tuple[str, Page]] = field(default_factory=list)

    async def phone(self, name: str, mobile: str, lang: Lang = "zh", **more: Any) -> Phone:
        """Hand somebody a phone."""
        page, eyes = await self._page(name, lang, PHONE | more)
        return Phone(page, eyes, party_words(lang), name=name, digits=mobile[-4:])

    async def desk(self, login: str, lang: Lang = "zh") -> Desk:
        """Put somebody at a console."""
        page, eyes = await self._page(login, lang, SCREEN)
        if lang == "en":
            await page.add_init_script("localStorage.setItem('heyi.console.lang', 'en')")
        return Desk(page, eyes, console_words(lang), login=login, url=self.url)

    async def stranger(self) -> tuple[Page, Eyes]:
        """Give somebody outside a phone, who is known to nobody here."""
        return await self._page("stranger", "zh", PHONE)

    async def _page(self, name: str, lang: Lang, shape: dict[str, Any]) -> tuple[Page, Eyes]:
        context: BrowserContext = await self.browser.new_context(
            locale=LOCALES[lang], timezone_id="Asia/Shanghai", **shape
        )
        context.set_default_timeout(PATIENCE_MS)
        eyes = Eyes(name=f"{name} ({lang})", origin=self.url)
        await eyes.watch(context)
        self.eyes.append(eyes)
        page = await context.new_page()
        self.pages.append((name, page))
        return page, eyes

    def expect_outage(self) -> None:
        """From here on a page may find nobody at the other end for a while."""
        for eyes in self.eyes:
            eyes.outage = True

    async def keep(self, test: str) -> None:
        """Keep what every screen showed when a test failed, and what was wrong by then."""
        for name, page in self.pages:
            await page.screenshot(path=SCREENS / f"failed-{test}-{name}.png")
        (SCREENS / f"failed-{test}.txt").write_text("\n".join(self.faults))

    @property
    def faults(self) -> list[str]:
        """Everything that any screen did wrong."""
        return [fault for eyes in self.eyes for fault in eyes.faults]


@asynccontextmanager
async def chromium(*more: str) -> AsyncIterator[Browser]:
    """Open a browser for the length of a test."""
    async with async_playwright() as tools:
        browser = await tools.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *more])
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def stage(url: str) -> AsyncIterator[Stage]:
    """Open a browser with camera and microphone allowed."""
    async with chromium(*DEVICES, *ALLOWED) as browser:
        yield Stage(browser=browser, url=url)
