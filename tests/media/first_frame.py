"""How soon somebody who enters sees a picture, in a real Chromium; `make bench` runs it.

From setting the offer to the first frame on the screen, beside a phone that sends already.
"""

import asyncio
import statistics
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from server.media.settings import WorkerSettings
from server.ports.media import Edge, MediaConnected, WorkerBack
from tests.media.browser import ARGUMENTS, CHROMIUM, open_phone
from tests.media.conftest import ROOM, Plant, plant
from tests.media.engine_contract import version

ENTRIES = 20
GOAL_MS = 400

_ENTER = """
async ({offer}) => {
  const began = performance.now();
  const peer = new RTCPeerConnection({bundlePolicy: "max-bundle", iceServers: []});
  window.seen = new Promise((seen) => {
    peer.ontrack = ({track, transceiver}) => {
      if (transceiver.mid !== "3") return;
      const element = document.createElement("video");
      element.autoplay = element.muted = true;
      element.srcObject = new MediaStream([track]);
      document.body.append(element);
      element.requestVideoFrameCallback(() => seen(performance.now() - began));
    };
  });
  await peer.setRemoteDescription({type: "offer", sdp: offer});
  await peer.setLocalDescription(await peer.createAnswer());
  window.peer = peer;
  return peer.localDescription.sdp;
}
"""


async def entries(it: Plant, count: int) -> list[float]:
    """Return the milliseconds of `count` people who enter one after the other."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        sender = await open_phone(browser, "sender")
        await sender.join(it.client, ROOM)
        await it.hear(MediaConnected, connection=sender.name)
        took = []
        for n in range(count):
            phone = await open_phone(browser, f"phone{n}")
            edge = Edge(source=sender.name, subscriber=phone.name, slot=0)
            await it.client.route(ROOM, version(n + 1), frozenset({edge}))
            offer = await it.client.connect(ROOM, phone.name)
            await it.client.answer(phone.name, await phone.page.evaluate(_ENTER, {"offer": offer}))
            took.append(await phone.page.evaluate("window.seen"))
            await it.client.disconnect(phone.name)
            await phone.page.close()
        await browser.close()
        return took


async def _measure() -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        settings = WorkerSettings(control=Path(folder) / "m.sock")
        async with plant(settings) as it:
            await it.hear(WorkerBack)
            return await entries(it, ENTRIES)


def main() -> None:
    took = sorted(asyncio.run(_measure()))
    middle = statistics.median(took)
    print(  # noqa: T201  a report for people
        f"first frame, {ENTRIES} entries in Chromium: "
        f"p50 {middle:.0f} ms (goal {GOAL_MS}), least {took[0]:.0f}, most {took[-1]:.0f}"
    )


if __name__ == "__main__":
    main()
