"""A real Chromium in the street: the party's page, and what its peer connections do."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Page, async_playwright, expect

from server.rehearsal import story
from tests.architecture.tree import ROOT
from tests.netns.street import Street

ARGUMENTS = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--ignore-certificate-errors",
)
WORDS = ROOT / "web" / "packages" / "core" / "src" / "strings" / "party.zh.ts"
PATIENCE_MS = 20_000

# Keeps every peer connection and notes, every 20 ms, how many pictures the newest working one has.
_WATCH = """
(() => {
  const made = window.heyiPeers = [];
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...given) { super(...given); made.push(this); }
  };
  const seen = window.heyiSeen = [];
  setInterval(async () => {
    const at = performance.now();
    for (const [index, peer] of made.entries()) {
      if (peer.connectionState !== "connected") continue;
      let frames = 0;
      for (const one of (await peer.getStats()).values()) {
        if (one.type === "inbound-rtp") frames += one.framesDecoded ?? 0;
      }
      seen.push({at, index, frames});
    }
  }, 20);
})();
"""

_PROTOCOL = """
async () => {
  for (;;) {
    const peer = window.heyiPeers.filter((one) => one.connectionState === "connected").at(-1);
    const all = peer ? [...(await peer.getStats()).values()] : [];
    const transport = all.find((one) => one.type === "transport");
    const pair = all.find((one) => one.id === transport?.selectedCandidatePairId);
    const own = all.find((one) => one.id === pair?.localCandidateId);
    if (own) return own.protocol;
    await new Promise((done) => setTimeout(done, 50));
  }
}
"""


def word(key: str) -> str:
    """Return the Chinese words of the party's page for a key."""
    found = re.search(rf'^  {key}: "(.*)",$', WORDS.read_text("utf-8"), re.MULTILINE)
    assert found is not None, key
    return found.group(1)


@dataclass
class Phone:
    """The worker's phone. `asked` lists the paths it asked the server for."""

    page: Page
    asked: list[str] = field(default_factory=list)

    async def tap(self, key: str) -> None:
        """Tap the button with these words."""
        button = self.page.get_by_role("button", name=word(key), exact=True).first
        await button.tap(timeout=PATIENCE_MS)

    async def arrive(self, link: str) -> None:
        """Go from the link to the lobby."""
        await self.page.goto(link)
        await self.page.locator(".digit").first.tap()
        await self.page.keyboard.type(story.WORKER_MOBILE[-4:], delay=20)
        await self.tap("takePart")
        heading = self.page.locator(".over b")
        total = int(re.findall(r"\d+", await heading.inner_text())[-1])
        for n in range(1, total + 1):
            step = word("consentOf").replace("{n}", str(n)).replace("{total}", str(total))
            await expect(heading).to_have_text(step, timeout=PATIENCE_MS)
            await self.tap("agree" if n < total else "disagree")
        for key in ("consentsNext", "deviceOpen", "deviceGo"):
            await self.tap(key)

    async def now(self) -> float:
        """Return the page's clock in milliseconds."""
        return float(await self.page.evaluate("performance.now()"))

    async def states(self) -> list[str]:
        """Return the state of every peer connection, oldest first."""
        told: list[str] = await self.page.evaluate("heyiPeers.map((one) => one.connectionState)")
        return told

    async def protocol(self) -> str:
        """Return over what the newest connection runs."""
        return str(await self.page.evaluate(_PROTOCOL))

    async def pictured(self, since: float, within: float, first: int = 0) -> dict[str, Any]:
        """Return the first note after `since` of pictures on connection `first` or a later one."""
        find = "([since, first]) => heyiSeen.find("
        find += "(one) => one.at > since && one.index >= first && one.frames > 0) ?? null"
        async with asyncio.timeout(within):
            while True:
                note: dict[str, Any] | None = await self.page.evaluate(find, [since, first])
                if note is not None:
                    return note
                await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def phone(street: Street) -> AsyncIterator[Phone]:
    """Open the browser in the street."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=street.program, args=list(ARGUMENTS)
        )
        try:
            context = await browser.new_context(
                viewport={"width": 360, "height": 640},
                is_mobile=True,
                has_touch=True,
                locale="zh-CN",
                ignore_https_errors=True,
            )
            await context.add_init_script(_WATCH)
            made = Phone(page=await context.new_page())
            made.page.on("request", lambda one: made.asked.append(one.url))
            yield made
        finally:
            await browser.close()
