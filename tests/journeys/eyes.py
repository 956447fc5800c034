"""What a test sees of a page besides its words: requests, faults, pictures, axe, media figures."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import (
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    Response,
    WebSocket,
)

from tests.architecture.tree import ROOT

SCREENS = Path(__file__).parent / "screens"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
PATIENCE_S, LOOK_EVERY_S = 30.0, 0.1
SILENT_FOR_S, HANDED_OVER_WITHIN = 0.2, 5
REFUSALS = (
    "401 GET /api/staff/me",  # nobody is signed in yet
    "404 GET /api/cases/*/agreement",  # nothing is drafted yet
    "403 POST /api/cases/*/agreement/sign",  # a fresh second factor is wanted
    "403 POST /api/cases/*/agreement/seal",
)
"""Answers by which the server asks for the next step; everything else of 400 and up is a fault."""

EARS = """(() => {
  addEventListener("securitypolicyviolation", (event) =>
    console.error("policy", event.violatedDirective, event.blockedURI));
  const made = [];
  const Plain = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Plain {
    constructor(...words) { super(...words); made.push(this); }
  };
  window.received = async () => {
    const sum = { frames: 0, video: 0, audio: 0, connections: made.length };
    for (const connection of made) {
      for (const one of (await connection.getStats()).values()) {
        if (one.type !== "inbound-rtp") continue;
        sum.frames += one.framesDecoded ?? 0;
        sum[one.kind] += one.packetsReceived ?? 0;
      }
    }
    return sum;
  };
})()"""

CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const style = getComputedStyle(one);
  const words = [...one.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim() !== "");
  if (!words || style.visibility === "hidden") return false;
  if (one.closest("[aria-hidden=true], .sr-only")) return false;
  if (one.clientWidth <= 1 || style.overflowX === "visible" || style.overflowX === "auto"
      || style.overflowX === "scroll") return false;
  if (["INPUT", "TEXTAREA", "SELECT"].includes(one.tagName)) return false;
  return one.scrollWidth > one.clientWidth + 1;
}).map((one) => one.className + ": " + one.textContent.trim().slice(0, 40))"""

PICTURES_LOADED = """() => Promise.race([
  new Promise((done) => setTimeout(done, 3000)),
  Promise.all([...document.images]
    .filter((one) => !one.complete && one.getBoundingClientRect().top < innerHeight)
    .map((one) => new Promise((done) => { one.onload = one.onerror = done; }))),
])"""

OUTAGE = re.compile(r"^WebSocket connection to|net::ERR_|^Failed to load resource")
"""What a browser writes down when nobody answers."""

BARE_CODE = re.compile(r"(?<![\w@./-])[a-z]+(?:_[a-z]+)+(?![\w@./-])|\b(?:undefined|NaN)\b|\{\w+\}")
"""A code of the server, or a place nobody filled in, where a person should read a word."""


@cache
def axe_source() -> str:
    """Return axe-core as one script."""
    return AXE.read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Received:
    """What a page's connections have received so far."""

    frames: int
    video: int
    audio: int
    connections: int


async def received(page: Page) -> Received:
    """Return the sums over every connection the page ever made."""
    return Received(**await page.evaluate("() => window.received()"))


async def receives_more(page: Page, frames: int = 10) -> Received:
    """Wait until the page has decoded this many pictures more, and got sound; return the sums."""
    before = await received(page)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            now = await received(page)
            if now.frames >= before.frames + frames and now.audio > before.audio:
                return now
            await asyncio.sleep(LOOK_EVERY_S)


async def expect_silence(page: Page, seconds: float) -> None:
    """Fail unless the page falls silent and then receives nothing: no packet, no picture.

    Begin when the isolation is claimed. A busy machine hands over a moment later what had
    arrived before; a leak goes on and never falls silent.
    """
    settled = await _fallen_silent(page)
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        await asyncio.sleep(LOOK_EVERY_S)
        now = await received(page)
        assert now == settled, f"{now} after {settled}"


async def _fallen_silent(page: Page) -> Received:
    before = await received(page)
    for _ in range(HANDED_OVER_WITHIN):
        await asyncio.sleep(SILENT_FOR_S)
        now = await received(page)
        if now == before:
            return now
        before = now
    raise AssertionError(f"still receiving: {before}")


@dataclass
class Eyes:
    """Watches one browser context and keeps every fault, to be told together at the end."""

    name: str
    origin: str
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    forgiven: tuple[str, ...] = REFUSALS
    outage: bool = False

    async def watch(self, context: BrowserContext) -> None:
        """Begin with a context that has no page yet."""
        await context.add_init_script(EARS)
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("console", self._said)
        context.on("weberror", lambda wrong: self.fault(f"exception {wrong.error}"))
        context.on("page", lambda page: page.on("websocket", self._connected))

    def forgive(self, *refusals: str) -> None:
        """Expect these too: status, method and path, `*` for one part of the path."""
        self.forgiven += refusals

    def fault(self, what: str) -> None:
        """Keep what must not be."""
        self.faults.append(f"{self.name}: {what}")

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith((f"{self.origin}/", "data:", f"blob:{self.origin}/")):
            self.fault(f"asked {request.url}")

    def _connected(self, socket: WebSocket) -> None:
        if not socket.url.startswith(self.origin.replace("http", "ws", 1) + "/"):
            self.fault(f"connected to {socket.url}")

    def _answered(self, response: Response) -> None:
        if response.status < 400 or (self.outage and response.status >= 500):
            return
        path = response.url.removeprefix(self.origin).partition("?")[0]
        told = f"{response.status} {response.request.method} {path}"
        if not any(_fits(told, one) for one in self.forgiven):
            self.fault(told)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        # Refusals are judged by their answer, which says more than this line.
        if message.text.startswith("Failed to load resource: the server responded"):
            return
        if not (self.outage and OUTAGE.search(message.text)):
            self.fault(f"console: {message.text}")

    async def look(self, page: Page, name: str, *, whole: bool = False) -> None:
        """Keep a picture of the screen, or of the whole page, and judge it."""
        SCREENS.mkdir(exist_ok=True)
        await page.evaluate(PICTURES_LOADED)
        lang = await page.evaluate("() => document.documentElement.lang.slice(0, 2)")
        path = SCREENS / f"{name}.{lang}.png"
        await page.screenshot(path=path, full_page=whole, animations="disabled")
        where = f"{name}.{lang}"
        for fault in [*await _misplaced(page), *await _untold(page), *await _unfit(page)]:
            self.fault(f"{where}: {fault}")


def _fits(told: str, pattern: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", "[^/]+"), told) is not None


async def _misplaced(page: Page) -> Sequence[str]:
    wide = await page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    cut: list[str] = await page.evaluate(CUT_OFF)
    return [
        *([f"{wide} px wider than the screen"] if wide > 1 else []),
        *(f"cut: {c}" for c in cut),
    ]


async def _untold(page: Page) -> Sequence[str]:
    text: str = await page.evaluate("() => document.body.innerText")
    return [f"bare code: {found}" for found in set(BARE_CODE.findall(text))]


async def _unfit(page: Page) -> Sequence[str]:
    if not await page.evaluate("() => typeof window.axe === 'object'"):
        await page.evaluate(axe_source())
    try:
        found: dict[str, Any] = await page.evaluate(
            "() => window.axe.run(document, { resultTypes: ['violations'] })"
        )
    except Error as moved:  # the page went on while it was judged
        return [f"axe: {moved.message.splitlines()[0]}"]
    return [
        f"axe: {one['id']}: {' | '.join(node['html'][:120] for node in one['nodes'][:3])}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
    ]


def forget_pictures(folder: Path, before: float) -> None:
    """Take away what journeys that failed left before that time (s), not what others leave now."""
    for old in folder.glob("failed-*"):
        with suppress(FileNotFoundError):
            if old.stat().st_mtime < before:
                old.unlink()
