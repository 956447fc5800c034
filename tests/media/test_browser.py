"""A real Chromium accepts the offer, answers as we expect, and decodes what is forwarded."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import async_playwright

from server.domain.ids import ConnectionId
from server.media.answer import read_answer
from server.media.formats import MIDS, Kind
from server.media.settings import WorkerSettings
from server.ports.media import Edge, MediaConnected, MediaReport, WorkerBack
from tests.media.browser import ARGUMENTS, CHROMIUM, BrowserPhone, open_phone
from tests.media.conftest import ROOM, Plant, plant
from tests.media.engine_contract import version
from tests.media.proxy import LossyPath, NarrowPath
from tests.media.waiting import until_told

pytestmark = pytest.mark.browser

SWITCHES = 3
REPAIRS_ITSELF = {"useinbandfec=1", "usedtx=1"}
"""RFC 7587 6.1: what a voice says twice, and does not say in silence."""
NARROW, WIDE = 150_000, 5_000_000
SETTLED_S, HELD_S = 2, 20
"""So long that the line is tried again meanwhile."""
VOICES_A_SECOND = 50
MOST_LOST = 0.01
"""Of two minutes, and of any time once the pictures wait."""
BACK_S = 120
"""Both are back after two rests of 15 s; a try that fails doubles the next rest."""

NewPage = Callable[[str], Awaitable[BrowserPhone]]


@pytest.fixture
async def new_page() -> AsyncIterator[NewPage]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))

        async def new(name: str) -> BrowserPhone:
            return await open_phone(browser, name)

        yield new
        await browser.close()


@pytest.fixture
async def it(settings: WorkerSettings) -> AsyncIterator[Plant]:
    async with plant(settings) as it:
        await it.hear(WorkerBack)
        yield it


async def decoded(phone: BrowserPhone, mid: str, more_than: int = 0) -> bool:
    inbound = await phone.inbound(mid)
    return bool(inbound.get("framesDecoded", 0) > more_than)


async def format_of(phone: BrowserPhone, codec: str) -> set[str]:
    """Return the parameters that a codec is used with (RFC 4566 6)."""
    (used,) = [one for one in await phone.stats("codec") if one["id"] == codec]
    return set(used["sdpFmtpLine"].split(";"))


async def asked_for_key_frames(phone: BrowserPhone) -> int:
    sent = [one for one in await phone.stats("outbound-rtp") if one["kind"] == "video"]
    return sum(int(one["pliCount"]) for one in sent)


async def test_chromium_answers_decodes_and_switches_sources(it: Plant, new_page: NewPage) -> None:
    a, b, m = [await new_page(name) for name in "abm"]
    answer = read_answer(await a.join(it.client, ROOM))
    assert answer.sends == set(Kind)
    assert answer.receives == set(MIDS[2:])
    await b.join(it.client, ROOM)
    # A phone without devices still receives, and may fill them in later.
    await m.join(it.client, ROOM, devices=False)
    for phone in (a, b, m):
        await it.hear(MediaConnected, connection=phone.name)
    shown = await m.page.evaluate("window.shown")
    assert shown[:3] == [["2", "audio", "slot0"], ["3", "video", "slot0"], ["4", "audio", "slot1"]]
    assert len(shown) == 14

    whole = []
    for n, source in enumerate((a, b, a), 1):
        before = (await m.inbound("3")).get("framesDecoded", 0)
        edge = Edge(source=source.name, subscriber=m.name, slot=0)
        await it.client.route(ROOM, version(n), frozenset({edge}))
        await until_told(lambda: decoded(m, "3", before + 30))  # noqa: B023
        whole.append((await m.inbound("3"))["keyFramesDecoded"])
    picture = await m.inbound("3")
    assert picture["packetsLost"] == 0
    # Each source began with a whole picture, for which the server asked and the viewer did not.
    # A busy encoder adds some of its own, and a late one is asked again, once.
    assert 0 < whole[0] < whole[1] < whole[2]
    assert picture["pliCount"] == 0
    assert SWITCHES <= sum([await asked_for_key_frames(one) for one in (a, b)]) <= 2 * SWITCHES
    assert (await m.inbound("2"))["packetsReceived"] > 50
    assert await format_of(a, (await a.outbound("0"))["codecId"]) >= REPAIRS_ITSELF
    assert await a.stats("inbound-rtp") == []


async def test_a_slot_passes_from_one_codec_to_the_other(it: Plant, new_page: NewPage) -> None:
    a, b, m = [await new_page(name) for name in "abm"]
    for phone in (a, b, m):
        offer = await it.client.connect(ROOM, phone.name)
        if phone is a:
            offer = offer.replace("SAVPF 96 102", "SAVPF 102 96", 1)
        await it.client.answer(phone.name, await phone.answer(offer))
        await it.hear(MediaConnected, connection=phone.name)
    for n, (source, codec) in enumerate(((a, "H264"), (b, "VP8"), (a, "H264")), 1):
        before = (await m.inbound("3")).get("framesDecoded", 0)
        edge = Edge(source=source.name, subscriber=m.name, slot=0)
        await it.client.route(ROOM, version(n), frozenset({edge}))
        await until_told(lambda: decoded(m, "3", before + 15))  # noqa: B023
        used = (await m.inbound("3"))["codecId"]
        codecs = {one["id"]: one["mimeType"] for one in await m.stats("codec")}
        assert codecs[used] == f"video/{codec}"


async def test_a_waiting_phone_can_see_that_the_server_is_there(
    it: Plant, new_page: NewPage
) -> None:
    a = await new_page("a")
    await a.join(it.client, ROOM, devices=False)
    await it.hear(MediaConnected, connection=a.name)

    async def received() -> int:
        return int((await a.stats("transport"))[0]["packetsReceived"])

    before = await received()

    async def more() -> bool:
        return await received() >= before + 3

    await until_told(more, within=3)


async def test_one_in_twenty_packets_lost_both_ways_is_not_seen(
    it: Plant, new_page: NewPage
) -> None:
    a, m = await new_page("a"), await new_page("m")
    async with LossyPath(loss=0.05) as path:
        for phone in (a, m):
            offer = path.lead_through(await it.client.connect(ROOM, phone.name))
            await it.client.answer(phone.name, await phone.answer(offer))
            await it.hear(MediaConnected, connection=phone.name)
        path.begin()
        edge = Edge(source=a.name, subscriber=m.name, slot=0)
        await it.client.route(ROOM, version(1), frozenset({edge}))
        await until_told(lambda: decoded(m, "3", 100))
        picture = await m.inbound("3")
        assert path.dropped > 10
        # Whoever misses a picture asks for a key frame: nobody had to.
        assert picture["keyFramesDecoded"] <= 2


async def test_a_browser_comes_in_over_tcp_where_no_udp_gets_through(
    it: Plant, new_page: NewPage
) -> None:
    a, m = await new_page("a"), await new_page("m")
    for phone in (a, m):
        offer = await it.client.connect(ROOM, phone.name)
        only_tcp = re.sub(r"a=candidate:\d+ 1 udp .*\r\n", "", offer)
        await it.client.answer(phone.name, await phone.answer(only_tcp))
        await it.hear(MediaConnected, connection=phone.name)
    edge = Edge(source=a.name, subscriber=m.name, slot=6)
    await it.client.route(ROOM, version(1), frozenset({edge}))
    await until_told(lambda: decoded(m, "f", 20))
    pair = next(one for one in await m.stats("candidate-pair") if one.get("nominated"))
    remote = {one["id"]: one["protocol"] for one in await m.stats("remote-candidate")}
    assert remote[pair["remoteCandidateId"]] == "tcp"


async def voices(phone: BrowserPhone) -> list[tuple[int, int]]:
    """Return how many packets of each sender's voice never came, and how many came."""
    heard = [await phone.inbound(mid) for mid in ("2", "4")]
    return [(one["packetsLost"], one["packetsReceived"]) for one in heard]


async def pictures(phone: BrowserPhone) -> list[int]:
    """Return how many pictures of each sender were decoded."""
    return [(await phone.inbound(mid)).get("framesDecoded", 0) for mid in ("3", "5")]


async def watch_through(path: NarrowPath, it: Plant, viewer: BrowserPhone, *seen: str) -> None:
    """Let a viewer without devices see these, who send already, the first of them before all."""
    offer = path.lead_through(await it.client.connect(ROOM, viewer.name))
    await it.client.answer(viewer.name, await viewer.answer(offer, devices=False))
    await it.hear(MediaConnected, connection=viewer.name)
    edges = {
        Edge(source=ConnectionId(name), subscriber=viewer.name, slot=place, rank=place)
        for place, name in enumerate(seen)
    }
    await it.client.route(ROOM, version(1), frozenset(edges))

    async def all_decoded() -> bool:
        return min(await pictures(viewer)) > 60

    await until_told(all_decoded, within=30)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_on_150_kbit_a_browser_hears_everybody_and_pictures_wait_and_return(
    it: Plant, new_page: NewPage
) -> None:
    a, b, m = [await new_page(name) for name in "abm"]
    for sender in (a, b):
        await sender.join(it.client, ROOM)
        await it.hear(MediaConnected, connection=sender.name)
    async with NarrowPath() as path:
        await watch_through(path, it, m, a.name, b.name)
        before = await voices(m)
        path.narrow(NARROW)
        await it.hear(MediaReport, connection=m.name, videos_held=(a.name, b.name), within=60)
        await asyncio.sleep(SETTLED_S)
        begun, stood = await voices(m), await pictures(m)
        await asyncio.sleep(HELD_S)
        heard = await voices(m)
        assert await pictures(m) == stood
        assert most_lost(begun, heard) / (HELD_S * VOICES_A_SECOND) < MOST_LOST
        assert most_lost(before, heard) / (2 * 60 * VOICES_A_SECOND) < MOST_LOST
        path.narrow(WIDE)
        it.told.clear()
        await it.hear(MediaReport, connection=m.name, videos_held=(), within=BACK_S)

        async def both_move() -> bool:
            return min(now - then for now, then in zip(await pictures(m), stood, strict=True)) > 10

        await until_told(both_move)


def most_lost(before: list[tuple[int, int]], now: list[tuple[int, int]]) -> int:
    """Return how many packets of one voice did not come in between, of the worse one."""
    return max(late[0] - early[0] for early, late in zip(before, now, strict=True))
