"""A line that has room, and loses and delays a little as the air does: no estimate falls there."""

import asyncio

import pytest

from server.media import answers, rtcp
from server.media.formats import VP8
from tests.weak.clock import leap
from tests.weak.phone import Phone
from tests.weak.test_weak import MINUTE, SETTLED_S, WEAK, a_room

LOSS, SPREAD_S = 0.05, 0.006
FIRST_ESTIMATES_S = 2 * SETTLED_S
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
