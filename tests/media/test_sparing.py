"""One subscriber's requests cost little, and a trial that a cut ended is made again."""

import asyncio
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from server.domain.ids import ConnectionId, RoomId
from server.media.connection import Connection
from server.media.downlink import Downlink
from server.media.feedback import Feedback
from server.media.formats import VP8, Kind
from server.media.rtp import HEADER, Packet
from server.media.settings import WorkerSettings
from server.media.sparing import SETTLE_S, Sparing
from server.media.thrift import FIRST_REST_S, Signs
from server.media.uplink import HISTORY

ROOM = RoomId("room")
MANY = 85
"""So many requests fit into a datagram."""


@dataclass
class Line:
    """Counts what is sent."""

    counters: Counter[str] = field(default_factory=Counter)
    sent: int = 0

    def send_rtp(self, *_: object) -> bool:
        self.sent += 1
        return True


def connection(name: str) -> Connection:
    settings = WorkerSettings(control=Path("unused"))
    return Connection(room=ROOM, identity=ConnectionId(name), settings=settings, now=0.0)


@pytest.fixture
def video() -> Downlink:
    """Return a video on which as much flowed as is remembered."""
    found = connection("subscriber").downlinks[0, Kind.VIDEO]
    source = connection("source").uplinks[Kind.VIDEO]
    found.open(source)
    source.begin(77)
    for sequence in range(1, HISTORY + 1):
        raw = HEADER.pack(0x80, VP8, sequence, 3000 * sequence, 77) + b"\x10\x00\x9d\x01\x2a"
        packet = Packet(bytearray(raw + bytes(20)))
        source.take(packet, 0.0)
        found.adapt(packet, 0.0)
    return found


def asking(ssrc: int, sequence: int) -> bytes:
    """Return a request for seventeen packets (RFC 4585 6.2.1)."""
    return struct.pack("!BBHIIHH", 0x81, 205, 3, 1, ssrc, sequence & 0xFFFF, 0xFFFF)


async def test_a_packet_full_of_requests_is_judged_once(video: Downlink) -> None:
    engine: Any = Line()
    feedback = Feedback(engine, repair=SimpleNamespace(start=lambda _: None))  # type: ignore[arg-type]
    judged: list[Connection] = []
    feedback.asked = judged.append
    newest = video.next_sequence()
    every = b"".join(asking(video.ssrc, newest - HISTORY + 5 * n) for n in range(MANY))
    feedback.take(video.link.owner, every)
    assert judged == [video.link.owner]
    assert engine.sent > 0


async def test_more_than_may_be_asked_for_at_once_is_not_looked_at(
    video: Downlink, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine: Any = Line()
    feedback = Feedback(engine, repair=SimpleNamespace(start=lambda _: None))  # type: ignore[arg-type]
    looked: list[int] = []
    monkeypatch.setattr(video, "ask", looked.extend)
    feedback.take(video.link.owner, asking(video.ssrc, 5) * MANY)
    assert 0 < len(looked) <= 512


async def test_a_trial_that_a_cut_ended_is_made_again(video: Downlink) -> None:
    plane: Any = SimpleNamespace(engine=Line(), feedback=SimpleNamespace(want_key=lambda _: None))
    sparing = Sparing(plane, lambda _: None)
    owner: Connection = video.link.owner
    now = asyncio.get_running_loop().time()
    owner.thrift.judge(Signs(choked=True, lost=0.9), {0: 4e5}, now - 2 * FIRST_REST_S)
    video.hold(held=True)
    sparing.judge(owner, now)
    first = video.probe
    assert first is not None
    source = video.source
    assert source is not None
    video.close()
    video.open(source)
    sparing.judge(owner, now)
    assert video.probe not in {None, first}
    assert owner.probe is video.probe
    assert video.probe is not None
    video.probe.stop()


class Timers:
    """A loop's clock that stands until `pass_by`."""

    def __init__(self) -> None:
        self.now = 100.0
        self._due: list[tuple[float, asyncio.TimerHandle]] = []

    def time(self) -> float:
        return self.now

    def call_later(
        self, delay: float, call: Callable[..., object], *args: object
    ) -> asyncio.TimerHandle:
        at = self.now + delay
        handle = asyncio.TimerHandle(at, call, args, asyncio.get_running_loop())
        self._due.append((at, handle))
        return handle

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        for at, handle in self._due:
            if at <= self.now and not handle.cancelled():
                handle._run()
        self._due = [(at, handle) for at, handle in self._due if at > self.now]


@dataclass
class Weak:
    """A subscriber of two pictures, and what judges it."""

    owner: Connection
    sparing: Sparing
    timers: Timers

    def judge(self) -> None:
        self.sparing.judge(self.owner, self.timers.now)

    @property
    def held(self) -> list[bool]:
        return [self.owner.downlinks[slot, Kind.VIDEO].held for slot in range(2)]


@pytest.fixture
async def weak(video: Downlink, monkeypatch: pytest.MonkeyPatch) -> Weak:
    monkeypatch.setattr("server.media.sparing._quiet", lambda *_: False)
    plane: Any = SimpleNamespace(engine=Line(), feedback=SimpleNamespace(want_key=lambda _: None))
    sparing, timers = Sparing(plane, lambda _: None), Timers()
    monkeypatch.setattr(sparing, "_loop", timers)
    owner: Connection = video.link.owner
    second = connection("second").uplinks[Kind.VIDEO]
    owner.downlinks[1, Kind.VIDEO].open(second)
    return Weak(owner, sparing, timers)


async def test_when_one_who_waits_leaves_the_others_go_on(weak: Weak) -> None:
    gone = weak.owner.downlinks[1, Kind.VIDEO]
    weak.owner.thrift.judge(Signs(choked=True, lost=0.4), {0: 4e5, 1: 4e5}, weak.timers.now)
    gone.hold(held=True)
    assert weak.held == [False, True]
    gone.close()
    weak.judge()
    assert not weak.owner.downlinks[0, Kind.VIDEO].held
    assert weak.owner.downlinks[0, Kind.VIDEO].granted(weak.timers.now) is None
    assert not weak.owner.settling


async def test_a_queue_that_is_choked_anew_has_its_whole_time_to_empty(weak: Weak) -> None:
    videos = weak.owner.videos()
    weak.sparing._settle(weak.owner, videos, weak.timers.now)
    weak.timers.pass_by(SETTLE_S * 0.75)
    weak.sparing._settle(weak.owner, videos, weak.timers.now)
    weak.timers.pass_by(SETTLE_S * 0.5)
    assert weak.held == [True, True]
    weak.timers.pass_by(SETTLE_S * 0.5)
    assert weak.held == [False, False]
