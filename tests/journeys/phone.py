"""What a party does on a phone, finger by finger."""

import asyncio
import re
from collections.abc import Sequence
from itertools import pairwise

from playwright.async_api import Locator, Page, expect

from tests.journeys.eyes import Eyes
from tests.journeys.words import Words

PATIENCE_MS = 20_000
OWN_CODE = """async () => {
  const [seat, codes] = await Promise.all(
    ["/api/seat", "/api/demo/codes"].map(async (path) => (await fetch(path)).json()));
  return [seat.person_id, codes.codes];
}"""
COUNTED = """
globalThis.asked = { generateKey: 0, sign: 0 };
for (const name of Object.keys(globalThis.asked)) {
  const real = SubtleCrypto.prototype[name];
  SubtleCrypto.prototype[name] = function (...words) {
    globalThis.asked[name] += 1;
    return real.apply(this, words);
  };
}
"""
INKED = """(pad) => pad.getContext("2d").getImageData(0, 0, pad.width, pad.height)
  .data.some((octet, at) => at % 4 === 3 && octet > 0)"""
STROKES = (
    ((0.12, 0.30), (0.30, 0.26), (0.22, 0.70)),
    ((0.40, 0.25), (0.58, 0.40), (0.42, 0.75), (0.56, 0.70)),
    ((0.68, 0.30), (0.88, 0.28), (0.74, 0.72), (0.90, 0.66)),
)
"""Three characters, as shares of the pad's width and height."""


class Phone:
    """One person's phone; `digits` are the last four of the number on file."""

    def __init__(self, page: Page, eyes: Eyes, words: Words, *, name: str, digits: str) -> None:
        self.page = page
        self.eyes = eyes
        self.words = words
        self.name = name
        self.digits = digits

    # ---------------------------------------------------------------- small things

    def button(self, key: str, **values: object) -> Locator:
        """Return the button that says these words and nothing else."""
        return self.page.get_by_role("button", name=self.words(key, **values), exact=True).first

    async def tap(self, key: str, **values: object) -> None:
        """Tap it."""
        await self.button(key, **values).tap(timeout=PATIENCE_MS)

    async def sees(self, key: str, **values: object) -> None:
        """Wait until these words, or a sentence with them, stand on the screen."""
        found = self.page.get_by_text(self.words(key, **values)).filter(visible=True).first
        await expect(found).to_be_visible(timeout=PATIENCE_MS)

    async def code(self) -> str:
        """Return the latest one-time code that this person was sent."""
        person, codes = await self.page.evaluate(OWN_CODE)
        return str(codes[person])

    async def look(self, name: str, *, whole: bool = False) -> None:
        """Keep a picture of the screen, or of the whole page, and judge it."""
        await self.eyes.look(self.page, f"phone-{name}", whole=whole)

    async def type_digits(self, digits: str) -> None:
        """Fill the boxes of a short code, one figure after the other."""
        await self.page.locator(".digit").first.tap()
        await self.page.keyboard.type(digits, delay=20)

    # ---------------------------------------------------------------- before the room

    async def open(self, link: str) -> None:
        """Follow the link."""
        await self.page.goto(link)
        await expect(self.page.locator("h1")).to_be_visible()

    async def identify(self) -> None:
        """Give the four digits."""
        await self.type_digits(self.digits)
        await expect(self.button("takePart")).to_be_visible(timeout=PATIENCE_MS)

    async def consent(self, *, look: bool = False, recorded: bool = False) -> None:
        """Answer one consent after the other with yes; the last one, recording, as told."""
        heading = self.page.locator(".over b")
        total = int(re.findall(r"\d+", await heading.inner_text())[-1])
        for n in range(1, total + 1):
            await expect(heading).to_have_text(self.words("consentOf", n=n, total=total))
            if look:
                await self.look(f"03-consent-{n}")
            await self.tap("agree" if n < total or recorded else "disagree")
        await expect(self.button("consentsNext")).to_be_visible()

    async def check_device(self, *, look: bool = False) -> None:
        """Open camera and microphone, look at the three rows, and go to wait."""
        if look:
            await self.look("05-device-ask")
        await self.tap("deviceOpen")
        await self.sees("deviceReady")
        await expect(self.page.locator(".meter .lit").first).to_be_attached(timeout=PATIENCE_MS)
        if look:
            await self.look("06-device")
        await self.tap("deviceGo")
        await self.sees("lobbyTitle")

    async def arrive(self, link: str, *, recorded: bool = False) -> None:
        """Go the whole way from the link to the lobby."""
        await self.open(link)
        await self.identify()
        await self.tap("takePart")
        await self.consent(recorded=recorded)
        await self.tap("consentsNext")
        await self.check_device()

    # ---------------------------------------------------------------- in the room

    async def declare(self, beside: str = "") -> None:
        """Say who is in the room: alone, or with somebody."""
        if beside == "":
            await self.tap("environmentAlone")
        else:
            await self.tap("environmentWith")
            await self.page.get_by_label(self.words("environmentWho")).fill(beside)
            await self.tap("environmentSend")
        await expect(self.button("environmentAlone")).to_be_hidden()

    async def hear(self, block: int, total: int) -> None:
        """Say that a block of the notice was heard."""
        await self.sees("rightsOf", n=block, total=total)
        await self.tap("rightsHeard")

    async def hear_clause(self, text: str) -> None:
        """Wait until exactly this clause is on the screen."""
        await expect(self.page.locator(".clause")).to_have_text(text, timeout=PATIENCE_MS)

    async def answer_clause(self, text: str) -> None:
        """Say that it was heard, and agree to it."""
        await self.hear_clause(text)
        await self.tap("heard")
        await self.tap("agreeClause")
        agreed = self.button("agreeClause")
        await expect(agreed).to_have_attribute("aria-pressed", "true", timeout=PATIENCE_MS)

    # ---------------------------------------------------------------- signing

    async def see_pages(self) -> None:
        """Scroll through every page to its end."""
        await expect(self.button("signRead")).to_be_visible(timeout=PATIENCE_MS)
        head = self.page.locator(".part h2").first
        await expect(self.page.locator(".one-page").first).to_be_visible(timeout=PATIENCE_MS)
        total = await self.page.locator(".one-page").count()
        await self.page.locator(".sheet-page").hover()
        done = self.words("signPagesDone", total=total)
        async with asyncio.timeout(PATIENCE_MS / 1000):
            strokes = 0
            while await head.inner_text() != done:
                strokes += 1
                # A page that went by before it was drawn does not count: back, and once more.
                await self.page.mouse.wheel(0, -10_000 if strokes % 30 == 0 else 160)
                await self.page.wait_for_timeout(30)
        await expect(self.button("signAgain")).to_be_visible()

    async def write_name(self, *, finger: bool) -> None:
        """Write into the frame, with a finger or with a mouse."""
        pad = self.page.locator(".pad canvas")
        await pad.scroll_into_view_if_needed()
        box = await pad.bounding_box()
        assert box is not None
        for stroke in STROKES:
            points = [
                (box["x"] + x * box["width"], box["y"] + y * box["height"])
                for x, y in _between(stroke)
            ]
            await (self._touch(points) if finger else self._draw(points))

    async def lose_the_page(self) -> None:
        """Have the page closed, as WeChat may while its reader looks at the message; come back.

        Pages, name and the boxes for the code are there again. From here on it is counted what
        the browser is asked to make and sign.
        """
        await self.page.add_init_script(COUNTED)
        await self.page.reload()
        await self.tap("runningGo")
        await expect(self.button("signAgain")).to_be_visible(timeout=PATIENCE_MS)
        await expect(self.page.locator(".digits-6")).to_be_visible(timeout=PATIENCE_MS)
        assert await self.page.locator(".pad canvas").evaluate(INKED)

    async def asked(self) -> dict[str, int]:
        """Return how many keys the browser made, and signatures, since it came back."""
        counted: dict[str, int] = await self.page.evaluate("globalThis.asked")
        return counted

    async def _touch(self, points: Sequence[tuple[float, float]]) -> None:
        tool = await self.page.context.new_cdp_session(self.page)
        for n, (x, y) in enumerate(points):
            kind = "touchStart" if n == 0 else "touchMove"
            spot = [{"x": x, "y": y, "force": 0.5}]
            await tool.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spot})
        await tool.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        await tool.detach()

    async def _draw(self, points: Sequence[tuple[float, float]]) -> None:
        mouse = self.page.mouse
        await mouse.move(*points[0])
        await mouse.down()
        for x, y in points[1:]:
            await mouse.move(x, y)
        await mouse.up()


def _between(corners: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    steps = 8
    return [
        (ax + (bx - ax) * n / steps, ay + (by - ay) * n / steps)
        for (ax, ay), (bx, by) in pairwise(corners)
        for n in range(steps + 1)
    ]
