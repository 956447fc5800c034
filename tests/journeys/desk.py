"""What staff do at the console, click by click."""

import re

from playwright.async_api import Locator, Page, expect

from server.rehearsal import story
from tests.journeys.eyes import Eyes
from tests.journeys.words import Words, console_words

PATIENCE_MS = 20_000
ACCOUNTS = {one.login: one for one in story.ACCOUNTS}


class Desk:
    """One console. The words are those of its language."""

    def __init__(self, page: Page, eyes: Eyes, words: Words, *, login: str, url: str) -> None:
        self.page = page
        self.eyes = eyes
        self.words = words
        self.account = ACCOUNTS[login]
        self.url = url

    # ---------------------------------------------------------------- small things

    def button(self, key: str, within: Locator | None = None, **values: object) -> Locator:
        """Return the button that says these words and nothing else."""
        place = within if within is not None else self.page
        return place.get_by_role("button", name=self.words(key, **values), exact=True).first

    async def press(self, key: str, within: Locator | None = None, **values: object) -> None:
        """Press it."""
        await self.button(key, within, **values).click(timeout=PATIENCE_MS)

    async def follow(self, key: str, within: Locator | None = None) -> None:
        """Follow the link that says these words."""
        place = within if within is not None else self.page
        link = place.get_by_role("link", name=self.words(key), exact=True).first
        await link.click(timeout=PATIENCE_MS)

    async def sees(self, key: str, **values: object) -> None:
        """Wait until these words, or a sentence with them, stand on the screen."""
        found = self.page.get_by_text(self.words(key, **values)).filter(visible=True).first
        await expect(found).to_be_visible(timeout=PATIENCE_MS)

    async def look(self, name: str, *, whole: bool = False) -> None:
        """Keep a picture of the screen, or of the whole page, and judge it."""
        await self.eyes.look(self.page, f"desk-{name}", whole=whole)

    async def look_both(self, name: str, *, whole: bool = False) -> None:
        """Keep and judge the screen in its own language and in the other one."""
        for _ in range(2):
            await self.look(name, whole=whole)
            await self.switch_language()

    async def switch_language(self) -> None:
        """Take the other language from the menu under the own name."""
        menu = self.page.locator("details.who")
        await menu.locator("summary").click()
        await menu.get_by_role("button", name=self.words("otherLanguage"), exact=True).click()
        await menu.locator("summary").click()
        spoken = await self.page.evaluate("() => document.documentElement.lang.slice(0, 2)")
        self.words = console_words(spoken)

    def label(self, key: str, within: Locator | None = None) -> Locator:
        """Return the field with this label."""
        place = within if within is not None else self.page
        label, optional = self.words(key), self.words("optional").strip()
        pattern = rf"^{re.escape(label)}\s*({re.escape(optional)})?$"
        return place.get_by_label(re.compile(pattern)).first

    @property
    def sheet(self) -> Locator:
        """The dialog that is open."""
        return self.page.locator("dialog[open]").last

    # ---------------------------------------------------------------- the door

    async def digits(self) -> str:
        """Return what the authenticator shows."""
        answer = await self.page.context.request.get(f"{self.url}/api/demo/codes")
        staff: dict[str, str] = (await answer.json())["staff"]
        return staff[self.account.login]

    async def sign_in(self, *, look: bool = False) -> None:
        """Name, password, six digits."""
        await self.page.goto(f"{self.url}/console/")
        await expect(self.button("signIn")).to_be_visible(timeout=PATIENCE_MS)
        if look:
            await self.look("01-sign-in")
        await self.label("login").fill(self.account.login)
        await self.label("password").fill(self.account.password)
        await self.label("totp").fill(await self.digits())
        await self.press("signIn")
        await expect(self.page.locator("header.top")).to_be_visible(timeout=PATIENCE_MS)

    async def press_and_confirm(self, key: str, look: str) -> None:
        """Press what needs a fresh second factor while the last one is old, and give it.

        Until it is given nothing happens, however often it is asked for.
        """
        asked = self.sheet.get_by_text(self.words("stepUpTitle"))
        await self.press(key)
        await expect(asked).to_be_visible(timeout=PATIENCE_MS)
        await self.press("cancel", self.sheet)
        await expect(self.page.locator("dialog[open]")).to_have_count(0)
        await self.press(key)
        await expect(asked).to_be_visible(timeout=PATIENCE_MS)
        await self.look(look)
        await self.label("totp", self.sheet).fill(await self.digits())
        await self.press("stepUpGo", self.sheet)
        await expect(self.button(key)).to_be_hidden(timeout=PATIENCE_MS)

    # ---------------------------------------------------------------- in the room

    def side(self, side: str) -> Locator:
        """Return the card of one side."""
        return self.page.get_by_role("region", name=self.words(f"sideOf.{side}"), exact=True)

    async def receive(self, side: str) -> None:
        """Go to a side in its lobby."""
        await self.press("receive", self.side(side))
        name = self.words(f"side.{side}")
        await self.sees("frameReception", side=name)

    async def check_identity(self, side: str, *, look: str = "") -> None:
        """Compare face and document of the side's first person who is not checked."""
        await self.press("checkIdentity", self.side(side))
        await expect(self.button("identityMatches", self.sheet)).to_be_visible()
        if look:
            await self.look(look)
        await self.press("identityMatches", self.sheet)
        await expect(self.page.locator("dialog[open]")).to_have_count(0)

    async def admit(self, side: str) -> None:
        """Let the side's first person in."""
        await self.press("admit", self.side(side))

    async def go_joint(self) -> None:
        """Bring everybody together."""
        await self.press("switchJoint")
        await self.sees("frameJoint")

    async def go_caucus(self, side: str) -> None:
        """Speak to one side alone; return once the lamp is green."""
        await self.press("switchCaucus", side=self.words(f"side.{side}"))
        await expect(self.page.locator(".stage.caucus .lamp.green")).to_be_visible(
            timeout=PATIENCE_MS
        )

    async def add_minutes(self, speaker: str, text: str, mark: str) -> None:
        """Write one sentence of the minutes."""
        await self.label("minutesSpeaker").select_option(speaker)
        await self.label("minutesMark").select_option(mark)
        await self.label("minutesText").fill(text)
        await self.press("minutesAdd")
        row = self.page.locator(".minutes-list li").filter(has_text=speaker).filter(has_text=text)
        await expect(row.first).to_be_visible(timeout=PATIENCE_MS)
