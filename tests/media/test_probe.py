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


class Phone:
    """Asks for each number that was left out, after what `takes` says of the n-th of them."""

    def __init__(self, takes: Callable[[int], float]) -> None:
        self.takes = takes
        self.asked = 0
        self.newest: int | None = None
        self.probe: Any = None

    def send_rtp(self, link: object, packet: object, head: bytes, mid: int) -> bool:
        """In the engine's place."""
        sequence = HEADER.unpack(head)[2]
        before, self.newest = self.newest, max(sequence, self.newest or 0)
        for missing in range((before or sequence) + 1, sequence):
            self.asked += 1
            asyncio.get_running_loop().call_later(
                self.takes(self.asked), self.probe.asked, [missing]
            )
        return True


def carried(takes: Callable[[int], float]) -> int | None:
    """Return what a try finds that such a phone's line carries."""
    told: list[int | None] = []

    async def play() -> None:
        over: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        downlink = connection("subscriber").downlinks[0, Kind.VIDEO]
        downlink.open(connection("source").uplinks[Kind.VIDEO])
        phone: Any = Phone(takes)
        phone.probe = Probe(phone, downlink, least=LEAST, top=TOP, over=over.set_result)
        phone.probe.start()
        told.append(await over)
        assert phone.asked > 1

    leap(play())
    return told[0]


def test_a_quick_line_is_tried_to_the_top() -> None:
    assert carried(lambda n: QUICK) == TOP


@pytest.mark.parametrize("often", [4, 10])
def test_a_stall_now_and_then_is_no_full_line(often: int) -> None:
    """As of a phone that hands over to another mast, or has something else to do."""
    stall = LATE_S + 2 * GAP_EVERY_S
    assert carried(lambda n: QUICK + (stall if n % often == 0 else 0)) == TOP


def test_a_line_that_answers_late_from_a_rate_on_is_left_alone() -> None:
    assert carried(lambda n: QUICK if n < 3 else QUICK + LATE_S + EMPTY_S) == 0


def test_a_phone_that_never_answers_tells_nothing() -> None:
    assert carried(lambda n: 60.0) is None
