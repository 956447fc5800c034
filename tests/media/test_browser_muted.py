"""A real Chromium mutes its microphone while it is recorded, as the room's pages do."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from server.archive.media_log import opened_chunks, read_segments
from server.domain.ids import RecordingId
from server.media.formats import OPUS
from server.media.log_frames import frames
from server.media.order import packet_of, payload_of
from server.media.settings import WorkerSettings
from server.media.survey import Chunks, survey
from server.media.units import units
from server.ports.media import Recorded, TableVersion
from server.recorder import write_command
from tests.media.browser import ARGUMENTS, CHROMIUM, BrowserPhone, open_phone
from tests.media.conftest import ROOM, Plant, plant
from tests.media.waiting import until

pytestmark = pytest.mark.browser

RECORDING, KEY = RecordingId("recording-1"), bytes(range(32))
TALKED_S, MUTED_S = 1.5, 3.0
_MUTE = """
async ({off, on}) => {
  const wait = (s) => new Promise((done) => setTimeout(done, 1000 * s));
  const {sender} = window.peer.getTransceivers()[0];
  const {track} = sender;
  await sender.replaceTrack(null);
  await wait(off);
  await sender.replaceTrack(track);
  await wait(on);
}
"""


@pytest.fixture
async def phone() -> AsyncIterator[BrowserPhone]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield await open_phone(browser, "one")
        await browser.close()


@pytest.fixture
async def it(settings: WorkerSettings, tmp_path: Path) -> AsyncIterator[Plant]:
    async with plant(replace(settings, recorder=write_command(tmp_path / "media"))) as it:
        await until(lambda: it.client.worker is not None)
        yield it


async def record(it: Plant, phone: BrowserPhone, n: int, *, recorded: bool) -> None:
    order = Recorded(recording=RECORDING, key=KEY, sources={phone.name: "seat"})
    version = TableVersion(epoch=1, n=n)
    await it.client.route(ROOM, version, frozenset(), order if recorded else None)


def arrivals(chunks: Chunks) -> list[tuple[bytes, float]]:
    """Return (payload, second) of each sound in the log."""
    every = (one for _, batch in chunks() for one in frames(batch))
    found = ((packet_of(one), one.at_ms / 1000) for one in every)
    return [(payload_of(p), at) for p, at in found if p is not None and p.payload_type == OPUS]


async def test_what_is_said_after_it_stands_where_it_was_said(
    it: Plant, phone: BrowserPhone, tmp_path: Path
) -> None:
    folder = tmp_path / "media"
    await phone.join(it.client, ROOM)
    await record(it, phone, 2, recorded=True)
    await until(lambda: any(path.stat().st_size for path in folder.rglob("*.log")))
    await asyncio.sleep(TALKED_S)
    await phone.page.evaluate(_MUTE, {"off": MUTED_S, "on": TALKED_S})
    await record(it, phone, 4, recorded=False)
    await until(lambda: all(one.ended for one in read_segments(folder, RECORDING)))

    def chunks() -> list[tuple[int, bytes]]:
        return list(opened_chunks(folder, RECORDING, KEY))

    came = arrivals(chunks)
    quiet = max(later - at for (_, at), (_, later) in itertools.pairwise(came))
    assert quiet > MUTED_S - 0.5, "the microphone was off"
    found = units(chunks, "seat", survey(chunks, "seat"))
    heard = [(one.content, one.second) for one in found if one.payload_type == OPUS]
    late = [at - second for (payload, at), (_, second) in zip(came, heard, strict=True)]
    assert [payload for payload, _ in came] == [payload for payload, _ in heard]
    # A busy machine delays some of them; a clock that stood would make all of them early.
    after = [one for one, (_, at) in zip(late, came, strict=True) if at > came[-1][1] - TALKED_S]
    assert min(after) < 0.25, "nothing is shown seconds before it arrived"
