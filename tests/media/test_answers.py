"""What a phone misses is sent again behind something newer, soon in any case, never after a cut."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from server.media.answers import BURST_S, LONGEST_S, LOOK_S, Answers
from server.media.downlink import Downlink
from server.media.formats import ABS_SEND_TIME, Kind
from server.media.rtp import HEADER, Packet, send_time
from server.media.uplink import Uplink
from tests.media.packets import KEY_FRAME, LATER_FRAME, extensions, packet
from tests.media.test_sparing import connection
from tests.weak.clock import leap

FRAME_S = 0.05
TRIP_S = 0.03
STAMPED = extensions((ABS_SEND_TIME, bytes(3)))


class Phone:
    """One subscriber of two pictures; `heard` are the moments at which something came again."""

    def __init__(self) -> None:
        self.counters: Counter[str] = Counter()
        self.heard: list[float] = []
        self.loop = asyncio.get_running_loop()
        self.answers = Answers(self)  # type: ignore[arg-type]  # an engine as far as this goes
        owner = connection("subscriber")
        self.videos = [owner.downlinks[slot, Kind.VIDEO] for slot in range(2)]
        self.sources = [connection(f"source {slot}").uplinks[Kind.VIDEO] for slot in range(2)]
        for number, (video, source) in enumerate(zip(self.videos, self.sources, strict=True)):
            video.open(source)
            source.begin(77 + number)

    def send_rtp(self, *_: object) -> bool:
        self.heard.append(self.loop.time())
        return True

    def film(self, slot: int, *, block: bytes = STAMPED) -> int:
        """Let a packet go out; return its sequence number."""
        source, now = self.sources[slot], self.loop.time()
        began = source.run and source.recall(source.highest)
        one = packet(
            source.highest + 1, payload=LATER_FRAME if began else KEY_FRAME, ssrc=77, block=block
        )
        source.take(one, now)
        one.stamp(send_time(now))
        head = self.videos[slot].adapt(one, now)
        assert head is not None
        return int(HEADER.unpack(head)[2])


def played(play: Callable[[Phone], Any]) -> list[float]:
    """Return when something came again, counted from the beginning."""
    found: list[float] = []

    async def begin() -> None:
        phone = Phone()
        begun = phone.loop.time()
        await play(phone)
        await asyncio.sleep(2 * LONGEST_S)
        found.extend(at - begun for at in phone.heard)

    leap(begin())
    return found


@pytest.mark.parametrize("newer", [0, 1])
def test_it_comes_behind_the_next_packet_of_any_picture(newer: int) -> None:
    async def play(phone: Phone) -> None:
        missed = phone.film(0)
        await asyncio.sleep(TRIP_S)
        phone.answers.give(phone.videos[0], [missed])
        await asyncio.sleep(FRAME_S - TRIP_S)
        phone.film(newer)

    (at,) = played(play)
    assert FRAME_S <= at <= FRAME_S + LOOK_S


def test_what_is_part_of_the_same_burst_is_nothing_newer() -> None:
    async def play(phone: Phone) -> None:
        missed = phone.film(0)
        await asyncio.sleep(BURST_S / 2)
        phone.film(0)
        await asyncio.sleep(TRIP_S)
        phone.answers.give(phone.videos[0], [missed])

    (at,) = played(play)
    assert at > TRIP_S + LONGEST_S


def test_it_comes_at_once_behind_what_went_out_meanwhile() -> None:
    async def play(phone: Phone) -> None:
        missed = phone.film(0)
        await asyncio.sleep(TRIP_S)
        phone.film(1)
        phone.answers.give(phone.videos[0], [missed])

    assert played(play) == [pytest.approx(TRIP_S)]


def test_where_nothing_newer_comes_it_waits_no_longer_however_often_it_is_asked_for() -> None:
    async def play(phone: Phone) -> None:
        missed = phone.film(0)
        for _ in range(3):
            await asyncio.sleep(TRIP_S)
            phone.answers.give(phone.videos[0], [missed])

    (at,) = played(play)
    assert TRIP_S + LONGEST_S <= at <= TRIP_S + LONGEST_S + LOOK_S


def test_on_a_line_without_delay_it_comes_at_once() -> None:
    async def play(phone: Phone) -> None:
        missed = phone.film(0)
        await asyncio.sleep(BURST_S / 2)
        phone.answers.give(phone.videos[0], [missed])

    assert played(play) == [pytest.approx(BURST_S / 2)]


def test_what_tells_no_time_comes_at_once() -> None:
    async def play(phone: Phone) -> None:
        missed = phone.film(0, block=b"")
        await asyncio.sleep(TRIP_S)
        phone.answers.give(phone.videos[0], [missed])

    assert played(play) == [pytest.approx(TRIP_S)]


def _closed(video: Downlink, source: Uplink) -> None:
    video.close()


def _reopened(video: Downlink, source: Uplink) -> None:
    video.close()
    video.open(source)


def _held(video: Downlink, source: Uplink) -> None:
    video.hold(held=True)


@pytest.mark.parametrize("cut", [_closed, _reopened, _held])
def test_nothing_that_waits_comes_after_a_cut(cut: Callable[[Downlink, Uplink], None]) -> None:
    async def play(phone: Phone) -> None:
        missed = phone.film(0)
        await asyncio.sleep(TRIP_S)
        phone.answers.give(phone.videos[0], [missed])
        cut(phone.videos[0], phone.sources[0])
        phone.film(1)

    assert played(play) == []


def test_nothing_comes_once_it_is_closed() -> None:
    async def play(phone: Phone) -> None:
        missed = phone.film(0)
        await asyncio.sleep(TRIP_S)
        phone.answers.give(phone.videos[0], [missed])
        phone.answers.close()

    assert played(play) == []


@pytest.mark.parametrize("now", [0.0, 63.99, 64.0, 1000.0])
def test_a_packet_tells_how_old_it_is_across_the_turn_of_its_clock(now: float) -> None:
    one: Packet = packet(1, block=STAMPED)
    one.stamp(send_time(now))
    assert one.age(now) == 0
    assert one.age(now + 0.03) == pytest.approx(0.03, abs=1e-5)
    assert packet(1).age(now) == 0
