"""Lines that lose and delay a little, as the air does, and what an estimate is worth there."""

import asyncio

import pytest
from aiortc.rtp import RtcpPsfbPacket, pack_remb_fci

from server.media import answers, downlink, rtcp, thrift
from server.media.formats import VP8, Kind
from tests.weak.clock import leap
from tests.weak.phone import Phone
from tests.weak.test_weak import (
    GOOD,
    MINUTE,
    MOST_LOST,
    OTHER,
    SETTLED_S,
    WEAK,
    Room,
    a_room,
    narrowed,
)
from tests.weak.timed import Timed

LOSS, SPREAD_S = 0.05, 0.006
FIRST_ESTIMATES_S = 2 * SETTLED_S
SAY_EVERY_S = 0.2
DEEP_S = 10.0
STAGGER_S = 0.0017
"""Cameras do not film at the same moment: so much later for each stream number."""


class Browser(Phone):
    """Estimates from pictures alone and asks at once, as Chromium does."""

    def start(self) -> None:
        self._loop.call_later(STAGGER_S * self.voice, super().start)

    def take(self, raw: bytes) -> None:
        super().take(raw)
        for ssrc in self._frames:
            asked = self.heard[ssrc].asked
            fresh = [number for number, tries in asked.items() if not tries]
            if fresh:
                asked.update(dict.fromkeys(fresh, 1))
                self._send(rtcp.nack(self.voice, ssrc, [number % 0x10000 for number in fresh]))

    def _estimate(self, raw: bytes, ssrc: int) -> None:
        if raw[1] & 0x7F == VP8:
            super()._estimate(raw, ssrc)


async def fallen_and_frozen(delay_s: float) -> tuple[bool, int]:
    """Return whether the first phone's estimate fell in a minute, and its frozen seconds."""
    room = a_room(loss=LOSS, estimates=True, kind=Browser, delay_s=delay_s, spread_s=SPREAD_S)
    await asyncio.sleep(FIRST_ESTIMATES_S)
    begun = asyncio.get_running_loop().time()
    await asyncio.sleep(MINUTE)
    assert not room.it.faults
    assert room.down[WEAK].dropped > 200
    estimate = room.it.plane.connections[WEAK].estimate
    return estimate.fell_at >= begun, room.frozen_seconds(WEAK, begun, MINUTE)


@pytest.mark.parametrize("delay_s", [0.005, 0.01, 0.03])
def test_no_estimate_falls_and_no_second_is_frozen(delay_s: float) -> None:
    async def play() -> None:
        assert await fallen_and_frozen(delay_s) == (False, 0)

    leap(play())


def test_it_finds_a_worker_that_draws_the_newest_burst_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "LONGEST_S", 0)

    async def play() -> None:
        fallen, frozen = await fallen_and_frozen(0.01)
        assert fallen
        assert frozen > 0

    leap(play())


class Says:
    """Lets a phone say its estimate of all pictures it may be sent, again and again."""

    def __init__(self, room: Room, kbps: float) -> None:
        self.kbps = kbps
        self._room = room
        self._loop = asyncio.get_running_loop()
        self._say()

    def _say(self) -> None:
        phone = self._room.phones[WEAK]
        fci = pack_remb_fci(round(1000 * self.kbps), self._room.streams(WEAK, Kind.VIDEO))
        about = RtcpPsfbPacket(fmt=rtcp.APPLICATION, ssrc=phone.voice, media_ssrc=0, fci=fci)
        phone._send(bytes(about))
        self._loop.call_later(SAY_EVERY_S, self._say)


def test_an_estimate_is_not_believed_where_more_passes_and_no_trip_takes_longer() -> None:
    async def play() -> None:
        room = a_room(kind=Timed)
        await asyncio.sleep(SETTLED_S)
        begun = asyncio.get_running_loop().time()
        says = Says(room, 700)
        await asyncio.sleep(1)
        says.kbps = 300
        await asyncio.sleep(MINUTE / 2)
        assert room.held == set()
        assert room.frozen_seconds(WEAK, begun, MINUTE // 2) == 0
        assert all(room.phones[name].kbps == 400 for name in (GOOD, OTHER))

    leap(play())


def test_an_estimate_is_believed_where_a_deep_queue_only_delays() -> None:
    async def play() -> None:
        room = a_room(kind=Timed, queue_s=DEEP_S)
        await asyncio.sleep(SETTLED_S)
        says = Says(room, 700)
        await asyncio.sleep(1)
        room.down[WEAK].widen(300_000)
        says.kbps = 300
        await asyncio.sleep(thrift.WEAK_FOR_S + 1)
        assert room.held
        assert room.down[WEAK].dropped == 0

    leap(play())


@pytest.mark.parametrize("bits", [150_000, 500_000, 700_000])
def test_an_estimate_is_believed_where_trips_take_longer(bits: int) -> None:
    async def play() -> None:
        room = await narrowed(2 * MINUTE, bits=bits, estimates=True, kind=Timed)
        assert room.it.plane.connections[WEAK].trips.last_s is not None
        assert room.lost_voices(WEAK) < MOST_LOST

    leap(play())


async def held_at_last(after: float) -> set[int]:
    """Return what waits for whom one picture waits, and who says so much from then on."""
    room = a_room()
    await asyncio.sleep(SETTLED_S)
    says = Says(room, 700)
    await asyncio.sleep(1)
    says.kbps = 350
    while not room.held:
        await asyncio.sleep(SAY_EVERY_S)
    assert room.held == {1}
    says.kbps = after
    await asyncio.sleep(SETTLED_S)
    return room.held


def test_an_estimate_that_falls_with_our_own_pause_costs_no_second_picture() -> None:
    async def play() -> None:
        assert await held_at_last(110) == {1}

    leap(play())


async def frozen_in_tunnels(found: list[int]) -> None:
    """Note the first phone's frozen seconds where nothing comes in two of every five."""
    room = a_room(loss=LOSS, kind=Browser)
    await asyncio.sleep(SETTLED_S)
    begun = asyncio.get_running_loop().time()
    for _ in range(MINUTE // 5):
        room.down[WEAK].lose(1)
        await asyncio.sleep(2)
        room.down[WEAK].lose(LOSS)
        await asyncio.sleep(3)
    found.append(room.frozen_seconds(WEAK, begun, MINUTE))


@pytest.mark.parametrize("at_once", [4, 1])
def test_the_bound_on_key_frames_freezes_nobody_who_needs_them(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert downlink.KEY_REQUESTS_AT_ONCE == 4
    found: list[int] = []
    for bound in (1000, at_once):
        monkeypatch.setattr(downlink, "KEY_REQUESTS_AT_ONCE", bound)
        leap(frozen_in_tunnels(found))
    unbounded, bounded = found
    assert (bounded == unbounded) is (at_once == 4)
