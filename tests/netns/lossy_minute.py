"""A minute in a room of three real browsers, each behind a way that loses 5 % in both directions.

`make bench` runs it; `test_loss.py` a few seconds of it. What counts is what a person sees: when
each new picture was on the screen, as `requestVideoFrameCallback` tells.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from server.media.settings import WorkerSettings
from server.ports.media import Edge, MediaConnected, WorkerBack
from tests.media.browser import ARGUMENTS, BrowserPhone, open_phone
from tests.media.conftest import ROOM, Plant, plant
from tests.media.engine_contract import version
from tests.media.waiting import until_told
from tests.netns.street import OFFICE, Street, street, why_not

SECONDS = 60
LOSS = 0.05
WAY = "wifi"
PICTURES = {0: "3", 1: "5"}
"""The media section of each slot's picture."""
SECOND_MS = 1000.0
LATE_MS = 5.0
"""A way that is later than this moves packets as a full queue does: the run tells nothing."""

# Notes when each new picture of each section was shown, by the page's clock.
_WATCH = """
() => {
  window.seen = {};
  const elements = [...document.querySelectorAll("audio, video")];
  for (const [place, [mid, kind]] of window.shown.entries()) {
    if (kind !== "video") continue;
    const times = window.seen[mid] = [];
    const note = (now) => { times.push(now); elements[place].requestVideoFrameCallback(note); };
    elements[place].requestVideoFrameCallback(note);
  }
}
"""
_NOW = "performance.now()"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture as one viewer saw it; `shown` are milliseconds since that was looked at."""

    viewer: str
    slot: int
    shown: Sequence[float]
    lasted_ms: float
    stats: dict[str, Any]

    @property
    def frozen(self) -> int:
        """Return in how many whole seconds nothing new was shown."""
        return frozen_seconds(self.shown, self.lasted_ms)

    @property
    def longest_ms(self) -> float:
        """Return the longest time in which nothing new was shown."""
        edges = (0.0, *self.shown, self.lasted_ms)
        return max(late - early for early, late in pairwise(edges))

    @property
    def a_second(self) -> float:
        """Return how many pictures were shown a second."""
        return len(self.shown) / self.lasted_ms * SECOND_MS


def frozen_seconds(shown: Sequence[float], lasted_ms: float) -> int:
    """Return in how many seconds of the time watched nothing new was shown."""
    alive = {int(at // SECOND_MS) for at in shown}
    return sum(second not in alive for second in range(int(lasted_ms // SECOND_MS)))


async def watch(way: Street, folder: Path, seconds: float) -> list[Picture]:
    """Let three browsers see each other, then watch for so long."""
    async with _room(way, folder) as phones:
        for one in phones:
            await one.page.evaluate(_WATCH)
        for carrier in way.carriers.values():
            carrier.latest_ms()  # while they came in is no matter
        begun = [await one.page.evaluate(_NOW) for one in phones]
        await asyncio.sleep(seconds)
        return [
            await _picture(one, slot, at)
            for one, at in zip(phones, begun, strict=True)
            for slot in PICTURES
        ]


@contextlib.asynccontextmanager
async def _room(way: Street, folder: Path) -> AsyncIterator[list[BrowserPhone]]:
    """Let everybody see everybody else."""
    settings = WorkerSettings(control=folder / "m.sock", bind=OFFICE, announced=(OFFICE,))
    async with plant(settings) as it, async_playwright() as playwright:
        await it.hear(WorkerBack)
        browser = await playwright.chromium.launch(
            executable_path=way.program, args=list(ARGUMENTS)
        )
        try:
            phones = [await open_phone(browser, name) for name in "abm"]
            await _meet(it, phones)
            yield phones
        finally:
            await browser.close()


async def _meet(it: Plant, phones: list[BrowserPhone]) -> None:
    for one in phones:
        await one.join(it.client, ROOM)
        await it.hear(MediaConnected, connection=one.name, within=30)
    edges = {
        Edge(source=source.name, subscriber=one.name, slot=slot)
        for one in phones
        for slot, source in enumerate(other for other in phones if other is not one)
    }
    await it.client.route(ROOM, version(1), frozenset(edges))

    async def all_seen() -> bool:
        each = [await one.inbound(mid) for one in phones for mid in PICTURES.values()]
        return all(one.get("framesDecoded", 0) > 30 for one in each)

    await until_told(all_seen, within=30)


async def _picture(phone: BrowserPhone, slot: int, begun: float) -> Picture:
    mid = PICTURES[slot]
    now = await phone.page.evaluate(_NOW)
    shown = await phone.page.evaluate(f"window.seen['{mid}']")
    return Picture(
        viewer=phone.name,
        slot=slot,
        shown=[at - begun for at in shown if begun <= at < now],
        lasted_ms=now - begun,
        stats=await phone.inbound(mid),
    )


def _line(one: Picture) -> str:
    stats = one.stats
    told = {name: stats.get(name, 0) for name in ("freezeCount", "nackCount", "pliCount")}
    return (
        f"  {one.viewer} sees slot {one.slot}: frozen seconds {one.frozen}, longest without a new"
        f" picture {one.longest_ms:.0f} ms, {one.a_second:.1f} pictures a second,"
        f" {told['freezeCount']} freezes of {stats.get('totalFreezesDuration', 0):.1f} s by the"
        f" browser's own count since it came in, {told['nackCount']} requests,"
        f" {told['pliCount']} for key frames"
    )


async def _measure(delay_ms: float) -> None:
    delays = {WAY: delay_ms / SECOND_MS} if delay_ms else {}
    with tempfile.TemporaryDirectory() as folder, street(Path(folder), delays) as way:
        way.join(WAY)
        if reason := way.lossy(WAY, LOSS):
            sys.stdout.write(f"not measured: {reason}\n")
            return
        pictures = await watch(way, Path(folder), SECONDS)
        lost = way.lost()
        late_ms = max((one.latest_ms() for one in way.carriers.values()), default=0.0)
    frozen = sum(one.frozen for one in pictures)
    sys.stdout.write(
        f"three browsers, {SECONDS} s: lost {lost['egress']:.1%} to the server and"
        f" {lost['ingress']:.1%} from it, {delay_ms:g} ms each way{_lateness(late_ms)}; frozen"
        f" seconds {frozen} of {SECONDS * len(pictures)} (goal 0)\n"
        + "\n".join(map(_line, pictures))
        + "\n"
    )


def _lateness(late_ms: float) -> str:
    if not late_ms:
        return ""
    unsound = ", so this run tells nothing" if late_ms > LATE_MS else ""
    return f" and {late_ms:.1f} ms more at most{unsound}"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--delay-ms", type=float, default=0.0, help="of each direction")
    delay_ms = asked.parse_args().delay_ms
    if reason := why_not():
        sys.stdout.write(f"not measured: {reason}\n")
        return
    asyncio.run(_measure(delay_ms))


if __name__ == "__main__":
    main()
