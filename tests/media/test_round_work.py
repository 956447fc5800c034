"""What the regular rounds take for each phone of a room of three, counted on a clock that leaps."""

import asyncio
from collections.abc import Callable

import pytest
from aiortc.rtp import RtcpReceiverInfo, RtcpRrPacket

from server.media import rtcp, sparing
from server.media.downlink import Downlink
from server.media.formats import Kind
from tests.media.hall import Hall, Source, Viewer
from tests.media.packets import KEY_FRAME, LATER_FRAME
from tests.media.work import Figure, Work, counted
from tests.weak.clock import leap

NAMES = "abm"
TICK_S, TICKS, WARM_UP = 0.02, 400, 100
PICTURE_EVERY, REPORT_EVERY, MEASURE_EVERY = 2, 20, 50
"""Ticks."""

Way = Callable[["Room", str, int], None]


class Room:
    """Three phones that hear and see each other."""

    def __init__(self, way: Way) -> None:
        self.hall, self._way = Hall(*NAMES), way
        pairs = [(one, to) for to in NAMES for one in NAMES if one != to]
        self.hall.route(*((one, to, n % 2) for n, (one, to) in enumerate(pairs)))
        starts = dict.fromkeys(Kind, 0)
        self.phones = {name: Source(self.hall, name, starts=starts, clock=3e9) for name in NAMES}
        self.reports, self.measures = Work(), Work()

    async def play(self) -> None:
        """Talk for eight seconds, and count but the first two."""
        for tick in range(TICKS):
            await asyncio.sleep(TICK_S)
            for name, phone in self.phones.items():
                phone.send(Kind.AUDIO, b"voice")
                if tick % PICTURE_EVERY == 0:
                    phone.send(Kind.VIDEO, LATER_FRAME if tick else KEY_FRAME)
                self._reported(name, tick)
            self._round(tick)
        self.hall.close()

    def _reported(self, name: str, tick: int) -> None:
        if tick % MEASURE_EVERY == 0:
            for kind in Kind:
                self.phones[name].report(kind)
        self._way(self, name, tick)

    def _round(self, tick: int) -> None:
        everybody, rounds = list(self.hall.plane.connections.values()), self.hall.rounds
        if tick % REPORT_EVERY == 1:
            with counted(self.reports if tick > WARM_UP else Work()):
                rounds._report_round(everybody)
        if tick % MEASURE_EVERY == 1:
            with counted(self.measures if tick > WARM_UP else Work()):
                rounds._measure_round(everybody)

    def says(self, name: str, report: bytes) -> None:
        self.hall.plane.rtcp(self.hall[name].link, report)


def nothing_lost(room: Room, name: str, tick: int) -> None:
    if tick % MEASURE_EVERY == 0:
        opened = room.hall[name].open_downlinks()
        blocks = [RtcpReceiverInfo(one.ssrc, 0, 0, 1, 0, 0, 0) for one in opened]
        room.says(name, bytes(RtcpRrPacket(ssrc=1, reports=blocks)))


def some_lost(room: Room, name: str, tick: int) -> None:
    """One in twenty pictures of each is asked for again."""
    nothing_lost(room, name, tick)
    if tick % 40 == 20:
        for one in room.hall[name].videos():
            room.says(name, rtcp.nack(1, one.ssrc, [one._last_number & 0xFFFF]))


def narrow(room: Room, name: str, tick: int) -> None:
    """The line takes less and less."""
    nothing_lost(room, name, tick)
    if tick % MEASURE_EVERY == 0:
        Viewer(room.hall, name).takes(200_000 - 300 * tick)


WAYS: dict[str, tuple[Way, Figure]] = {
    "nothing is lost": (nothing_lost, Figure(calls=99.7, lines=464.7)),
    "some is asked for again": (some_lost, Figure(calls=226.7, lines=818.6)),
    "a narrow line": (narrow, Figure(calls=239.5, lines=799.0)),
}
"""What a phone does, and what a round of reports takes for it."""
MEASURE = Figure(calls=54.7, lines=122.4)
"""What a round of measurements takes for a phone, whatever it does."""
REPORTS, MEASURES = (
    len([tick for tick in range(WARM_UP + 1, TICKS) if tick % every == 1]) * len(NAMES)
    for every in (REPORT_EVERY, MEASURE_EVERY)
)


def played(way: Way) -> Room:
    rooms: list[Room] = []

    async def play() -> None:
        rooms.append(Room(way))
        await rooms[0].play()

    leap(play())
    return rooms[0]


@pytest.mark.parametrize(("way", "report"), WAYS.values(), ids=WAYS)
def test_no_round_takes_more_work_than_it_did(way: Way, report: Figure) -> None:
    room = played(way)
    assert report.bears(room.reports, REPORTS)
    assert MEASURE.bears(room.measures, MEASURES)


def test_weighing_a_line_that_loses_nothing_would_be_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sparing, "_quiet", lambda connection, now: False)
    way, report = WAYS["nothing is lost"]
    assert not report.bears(played(way).reports, REPORTS)


def test_looking_at_streams_of_nobody_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    always = property(lambda one: False, lambda one, at_rest: None)
    monkeypatch.setattr(Downlink, "at_rest", always, raising=False)
    for way, report in WAYS.values():
        assert not report.bears(played(way).reports, REPORTS)
