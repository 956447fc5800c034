"""The worker's side of a recording on another host: what is under way delays no report for long."""

import asyncio
import base64
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import pytest

from server.domain.ids import ConnectionId, RecordingId, RoomId
from server.media import tape_link
from server.media.control import Control
from server.media.tape_link import DELAY_S, LEAST, PIECE, WINDOW, TapeLink, TapePen
from server.media.wire import Message, WireError, write_line
from server.ports.media import MediaReport
from tests.media.conftest import ROOM
from tests.media.test_recording import RECORDING
from tests.weak.clock import leap

LOST_S = 5.0
"""An app that waits so long for an answer gives the worker up (WorkerClient's `reply_s`)."""
BEAT_S = 0.25


def link() -> tuple[TapeLink, list[Message]]:
    said: list[Message] = []

    def say(message: Message) -> bool:
        said.append(message)
        return True

    return TapeLink(say, asyncio.get_running_loop().time), said


def sizes(said: list[Message]) -> list[int]:
    return [len(base64.b64decode(m["part"])) for m in said if m["event"] == tape_link.PART]


def test_no_more_is_under_way_than_may_be_and_all_comes_in_the_end() -> None:
    async def play() -> None:
        it, said = link()
        pens = [it.pen(RoomId(f"room-{n}"), RecordingId(f"r-{n}")) for n in range(2)]
        for pen in pens:
            pen.write(bytes(WINDOW))
        assert LEAST <= sum(sizes(said)) < 1.5 * LEAST
        assert sum(pen.waiting for pen in pens) == 2 * WINDOW
        pens[0].close()
        pens[1].close()
        answered = 0
        while answered < len(sizes(said)):
            parts = [one for one in said if one["event"] == tape_link.PART]
            it.taken(parts[answered]["tape"], sizes(said)[answered])
            answered += 1
            assert sum(pen.under_way for pen in pens) < 1.1 * WINDOW
        assert max(sizes(said)) <= PIECE
        assert sum(sizes(said)) == 2 * WINDOW
        assert sorted(m["tape"] for m in said if m["event"] == tape_link.CLOSE) == [1, 2]
        it.told(1, '{"chunks": 1, "chain": ""}')
        it.ended(1)
        assert [line async for line in pens[0].told()] == [b'{"chunks": 1, "chain": ""}']
        assert pens[0].why == "recorder_lost"
        it.lost()
        assert [line async for line in pens[1].told()] == []
        assert pens[1].why == "link_lost"
        pens[1].write(b"late")
        assert not pens[1].waiting - pens[1].under_way

    leap(play())


async def test_reports_go_on_beside_a_recording_that_fills_the_link() -> None:
    said: list[bytes] = []
    nothing: Any = None
    control = Control(nothing, identity="w", stats=dict, drain=print)
    pipe = SimpleNamespace(get_write_buffer_size=lambda: WINDOW * 4 // 3 + PIECE)
    writer: Any = SimpleNamespace(transport=pipe, write=said.append, is_closing=lambda: False)
    control._writer = writer
    report = MediaReport(
        connection=ConnectionId("c"),
        up_kbps=0,
        down_kbps=0,
        up_loss=0.0,
        down_loss=0.0,
        rtt_ms=None,
        speaking=True,
        videos_held=(),
    )
    control.tell(report)
    assert len(said) == 1


async def test_without_an_app_a_pen_is_over_at_once() -> None:
    time = asyncio.get_running_loop().time
    pen = TapeLink(lambda _: False, time).pen(ROOM, RECORDING)
    assert [line async for line in pen.told()] == []
    with pytest.raises(WireError):
        link()[0].carry_out({"op": "tape_taken", "tape": "1"})


# ------------------------------------------------------------------ a link in simulated time


class Slow:
    """A link of so many bit/s to an app that writes at once; what is said goes in its turn."""

    def __init__(self, bits: float, *, way_s: float) -> None:
        self.bits = bits
        self.written = 0
        self.slowest = 0.0
        """The longest that a report was under way, in seconds."""
        self._way = way_s
        self._free_at = 0.0
        self._loop = asyncio.get_running_loop()
        self.tapes = TapeLink(self._say, self._loop.time)

    def _say(self, message: Message) -> bool:
        self._carry(len(write_line(message)), lambda: self._hear(message))
        return True

    def _carry(self, octets: int, arrived: Callable[[], None]) -> None:
        self._free_at = max(self._loop.time(), self._free_at) + octets * 8 / self.bits
        self._loop.call_at(self._free_at + self._way, arrived)

    def _hear(self, message: Message) -> None:
        if message["event"] == tape_link.PART:
            octets = len(base64.b64decode(message["part"]))
            self.written += octets
            self._loop.call_later(self._way, self.tapes.taken, message["tape"], octets)

    def report(self) -> None:
        begun = self._loop.time()

        def arrived() -> None:
            self.slowest = max(self.slowest, self._loop.time() - begun)

        self._carry(300, arrived)

    async def beside(self, pens: list[TapePen], *, each_kbps: int, seconds: float) -> None:
        """Record that much with each pen, and report; as a worker does."""
        for _ in range(round(seconds / BEAT_S)):
            for pen in pens:
                pen.write(bytes(round(each_kbps * 1000 / 8 * BEAT_S)))
            self.report()
            await asyncio.sleep(BEAT_S)


def pens_of(slow: Slow, count: int = 1) -> list[TapePen]:
    return [slow.tapes.pen(RoomId(f"room-{n}"), RecordingId(f"r-{n}")) for n in range(count)]


def simulated(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    leap(play())


@pytest.mark.parametrize("kbps", [80, 200, 560, 2_000])
def test_on_a_link_too_slow_for_the_tape_no_report_waits_much_longer_than_a_second(
    kbps: int,
) -> None:
    async def play() -> None:
        slow = Slow(kbps * 1000, way_s=0.03)
        pens = pens_of(slow, 3)
        await slow.beside(pens, each_kbps=kbps, seconds=60)
        assert slow.slowest < 1.5 * DELAY_S
        assert min(pen.waiting for pen in pens) > WINDOW, "so that each ends with its reason"
        assert slow.written * 8 * 4 / 3 > 0.75 * kbps * 1000 * 60, "the link is used"

    simulated(play)


@pytest.mark.parametrize("way_s", [0.001, 0.05, 0.2])
def test_a_link_that_carries_the_tape_carries_all_of_it(way_s: float) -> None:
    async def play() -> None:
        slow = Slow(20_000_000, way_s=way_s)
        pens = pens_of(slow, 2)
        await slow.beside(pens, each_kbps=1_000, seconds=60)
        assert sum(pen.waiting for pen in pens) < WINDOW
        assert slow.slowest < way_s + 0.5 * DELAY_S

    simulated(play)


def test_a_link_that_becomes_slow_does_not_cost_the_worker() -> None:
    async def play() -> None:
        slow = Slow(20_000_000, way_s=0.03)
        pens = pens_of(slow)
        await slow.beside(pens, each_kbps=1_000, seconds=10)
        slow.bits = 200_000
        await slow.beside(pens, each_kbps=1_000, seconds=60)
        assert slow.slowest < LOST_S

    simulated(play)


def test_who_is_not_written_for_does_not_keep_the_others_from_the_link() -> None:
    async def play() -> None:
        slow = Slow(20_000_000, way_s=0.03)
        stuck, good = pens_of(slow, 2)
        hear = slow._hear

        def only_good(message: Message) -> None:
            if message["tape"] == good.number:
                hear(message)

        slow._hear = only_good  # type: ignore[method-assign]  # a child that takes nothing
        await slow.beside([stuck, good], each_kbps=2_000, seconds=30)
        assert good.waiting < WINDOW
        assert stuck.waiting > 20 * WINDOW

    simulated(play)
