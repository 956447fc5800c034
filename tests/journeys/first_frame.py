"""How soon somebody who enters sees the others, in the page people have; `make bench` runs it.

From the tap that leads into the room to the first frame of somebody else on the screen: taking the
seat, the offer and its answer, the handshake and a key frame lie between.
"""

import asyncio
import shutil
import statistics
import tempfile
from pathlib import Path

from tests.journeys import scenes
from tests.journeys.conftest import DIST
from tests.journeys.phone import Phone
from tests.journeys.stage import stage
from tests.support.server import serving

ENTRIES = 12
GOAL_MS = 400

# Runs before the page's own scripts: notes the last tap, and the first picture of somebody else.
_WATCH = """
let tapped = 0;
let seen;
window.entry = new Promise((resolve) => { seen = (now) => resolve(now - tapped); });
addEventListener("click", () => { tapped = performance.now(); }, true);
const own = new Set();
const camera = MediaDevices.prototype.getUserMedia;
MediaDevices.prototype.getUserMedia = async function (wanted) {
  const stream = await camera.call(this, wanted);
  for (const track of stream.getTracks()) own.add(track.id);
  return stream;
};
const source = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "srcObject");
Object.defineProperty(HTMLMediaElement.prototype, "srcObject", {
  ...source,
  set(stream) {
    source.set.call(this, stream);
    const theirs = stream?.getVideoTracks().some((track) => !own.has(track.id));
    if (theirs) this.requestVideoFrameCallback(seen);
  },
});
"""


async def entry(phone: Phone) -> float:
    """Return the milliseconds from the tap on."""
    await phone.page.reload()
    await phone.tap("deviceOpen")
    await phone.sees("deviceReady")
    await phone.tap("deviceGo")
    took: float = await phone.page.evaluate("window.entry")
    return took


async def entries(folder: Path, count: int) -> list[float]:
    """Return that of `count` times, one after the other, beside three who are there already."""
    pages = shutil.copytree(DIST, folder / "dist")
    async with (
        serving(folder, "--demo", HEYI_WEB_DIST=str(pages)) as server,
        stage(server.url) as it,
    ):
        _, worker, _ = await scenes.bring_together(it, folder)
        await worker.page.add_init_script(_WATCH)
        return [await entry(worker) for _ in range(count)]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        took = sorted(asyncio.run(entries(Path(folder), ENTRIES)))
    print(  # noqa: T201  a report for people
        f"from the tap to the first picture, {ENTRIES} times in the party's page:"
        f" p50 {statistics.median(took):.0f} ms (goal {GOAL_MS}),"
        f" least {took[0]:.0f}, most {took[-1]:.0f}"
    )


if __name__ == "__main__":
    main()
