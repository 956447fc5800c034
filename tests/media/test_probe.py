"""A try of a line: a stall of the air or the phone tells nothing, a queue that fills does."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from server.media.formats import Kind
from server.media.probe import EMPTY_S, GAP_EVERY_S, LATE_S, Probe
from server.media.rtp import HEADER
from tests.media.test_sparing import connection
from tests.weak.clock import leap

LEAST, TOP = 120_000, 400_000
QUICK = 0.04
OCTETS = 276
"""Of a packet without media, as it leaves."""


class Phone:
    """Asks for each number that was left out, after what `takes` says; stands for the engine."""

    def __init__(self, takes: Callable[["Phone"], float]) -> None:
        self.takes = takes
        self.asked = 0
        self.newest: int | None = None
        self.sent = set[int]()
        self.free_at = 0.0
        self.probe: Any = None

    def send_rtp(self, link: object, packet: object, head: bytes, mid: int) -> bool:
        """In the engine's place."""
        sequence = HEADER.unpack(head)[2]
        self.sent.add(sequence)
        before, self.newest = self.newest, max(sequence, self.newest or 0)
        took = self.takes(self)
        for missing in range((before or sequence) + 1, sequence):
            self.asked += 1
            asyncio.get_running_loop().call_later(took, self.probe.asked, [missing])
        return True


def carried(takes: Callable[[Phone], float], top: int = TOP) -> int | None:
    """Return what a try finds that such a phone's line carries."""
    told: list[int | None] = []

    async def play() -> None:
        over: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        downlink = connection("subscriber").downlinks[0, Kind.VIDEO]
        downlink.open(connection("source").uplinks[Kind.VIDEO])
        phone: Any = Phone(takes)
        phone.probe = Probe(phone, downlink, least=LEAST, top=top, over=over.set_result)
        phone.probe.start()
        told.append(await over)
        assert phone.asked > 1
        # A phone that waits for a number shows no picture.
        assert phone.sent == set(range(min(phone.sent), phone.newest + 1))

    leap(play())
    return told[0]


def behind(bits: float, quick: float) -> Callable[[Phone], float]:
    """Return how late a phone answers behind a line of so many bit/s, by what waits before it."""

    def takes(phone: Phone) -> float:
        now = asyncio.get_running_loop().time()
        phone.free_at = max(phone.free_at, now) + 8 * OCTETS / bits
        return phone.free_at - now + quick

    return takes


def test_a_quick_line_is_tried_to_the_top() -> None:
    assert carried(lambda _: QUICK) == TOP


@pytest.mark.parametrize("often", [4, 10])
def test_a_stall_now_and_then_is_no_full_line(often: int) -> None:
    """As of a phone that hands over to another mast, or has something else to do."""
    stall = LATE_S + 2 * GAP_EVERY_S
    assert carried(lambda phone: QUICK + (0 if (phone.asked + 1) % often else stall)) == TOP


def test_a_line_that_answers_late_from_a_rate_on_is_left_alone() -> None:
    assert carried(lambda phone: QUICK if phone.asked < 2 else QUICK + LATE_S + EMPTY_S) == 0


@pytest.mark.parametrize("bits", [210_000, 270_000, 330_000, 390_000])
def test_what_still_stands_in_the_queue_does_not_end_a_try_of_less(bits: int) -> None:
    """What was too much for the line is answered while it empties: it counts once."""
    found = carried(behind(bits, quick=0.1), top=round(1.2 * bits))
    assert found is not None
    assert 0.7 * bits < found <= bits


def test_a_phone_that_never_answers_tells_nothing() -> None:
    assert carried(lambda _: 60.0) is None
