"""Real phones over a line too narrow for two pictures: one stays, the other waits, voices go on."""

import asyncio
import random
from collections import Counter

import pytest
from av import VideoFrame

from server.domain.ids import ConnectionId
from server.media.settings import WorkerSettings
from server.ports.media import Edge, MediaReport, WorkerBack
from tests.media.conftest import ROOM, NewPhone, Plant, plant
from tests.media.engine_contract import version
from tests.media.phone import Phone, Picture
from tests.media.proxy import NarrowPath
from tests.media.waiting import until

CAP_KBPS = 400
WATCHED = 10
"""Reports, one a second."""
SETTLED = 3
"""The first of them may still tell of what was on its way."""
MOST_LOST = 0.05


class Snow(Picture):
    """Pictures whose upper half nothing can compress: they take as much whatever is asked."""

    async def recv(self) -> VideoFrame:
        frame = await super().recv()
        plane = frame.planes[0]
        half = plane.buffer_size // 2
        plane.update(random.Random(frame.pts).randbytes(half) + bytes(plane.buffer_size - half))
        return frame


def snow(phone: Phone) -> None:
    """Let this phone send snow in place of its still picture."""
    sender = next(one for one in phone.peer.getSenders() if one.kind == "video")
    sender.replaceTrack(Snow(0))


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(240)
async def test_the_mediator_s_picture_stays_and_the_other_waits(
    settings: WorkerSettings, phones: NewPhone
) -> None:
    settings = WorkerSettings(control=settings.control, cap_kbps=CAP_KBPS)
    async with plant(settings) as it, NarrowPath() as path:
        await it.hear(WorkerBack)
        a, m, b = phones("a", 60), phones("m", 130), phones("b", 200)
        for sender in (m, b):
            snow(sender)
            await sender.join(it.client, ROOM)
        offer = await it.client.connect(ROOM, a.name)
        await it.client.answer(a.name, await a.answer(offer, path.lead_through))
        mediator = Edge(source=m.name, subscriber=a.name, slot=0, rank=0)
        other = Edge(source=b.name, subscriber=a.name, slot=1, rank=1)
        await it.client.route(ROOM, version(1), frozenset({mediator, other}))
        await until(lambda: a.received["3"] > 100 and a.received["5"] > 100, within=30)
        before = path.carried
        await asyncio.sleep(4)
        path.narrow(0.7 * (path.carried - before) / 4)
        numbers, pictures = await steadily(it, a, (b.name,))
        assert a.received["3"] - pictures["3"] > WATCHED
        assert a.received["5"] - pictures["5"] < 10
        for voice in ("2", "4"):
            fresh = {one for one in a._sequences[voice] if one > numbers[voice]}
            assert len(fresh) > (1 - MOST_LOST) * (max(fresh) - numbers[voice])


async def steadily(
    it: Plant, phone: Phone, held: tuple[ConnectionId, ...]
) -> tuple[dict[str, int], Counter[str]]:
    """Wait until that is what is held for a while; return what had come when that began.

    A busy machine looks like a bad line: both may wait for a moment first.
    """
    reports = 0
    numbers: dict[str, int] = {}
    pictures: Counter[str] = Counter()
    async with asyncio.timeout(100):
        while reports < WATCHED:
            report = await it.hear(MediaReport, connection=phone.name, within=20)
            reports = reports + 1 if report.videos_held == held else 0
            if reports <= SETTLED:
                numbers = {mid: max(seen) for mid, seen in phone._sequences.items()}
                pictures = phone.received.copy()
    return numbers, pictures
