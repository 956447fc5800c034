"""What phones are told in RTCP: where the clocks stand, when a key frame is due, what to send."""

import asyncio
import itertools
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from aiortc.rtp import RtcpSrPacket

from server.media.connection import Stage
from server.media.formats import CLOCK, Kind
from server.media.rtp import TIMESTAMP_MOD
from tests.media.hall import Hall, Source, Viewer
from tests.media.packets import KEY_FRAME, LATER_FRAME
from tests.weak.clock import leap

TICK = 0.02
LATE = {Kind.AUDIO: 0.03, Kind.VIDEO: 0.08}
"""A picture takes longer than a voice to be coded and sent."""
REPORT_LATE = {Kind.AUDIO: 0.005, Kind.VIDEO: 0.06}
WATCHED_S = 3.0
CAP, FLOOR, IDLE = 1_500_000, 150_000, 300_000
WEAK = 50_000
BIG = KEY_FRAME + bytes(700)

# ------------------------------------------------------------------ clocks


@dataclass
class Shown:
    """Where the viewer's streams stood for what happened when, in seconds of the loop's clock."""

    kind: Kind
    timestamp: int
    happened: float


class Screen:
    """Slot 0 of one viewer, and two sources that both send and report all the time."""

    def __init__(self) -> None:
        self.hall = Hall("a", "b", "v")
        self._sources = [
            Source(self.hall, "a", starts={Kind.AUDIO: 17, Kind.VIDEO: 4_294_900_000}, clock=3e9),
            Source(self.hall, "b", starts={Kind.AUDIO: 3_000_000_000, Kind.VIDEO: 5}, clock=3.5e9),
        ]
        self._slot = {kind: self.hall["v"].downlinks[0, kind].ssrc for kind in Kind}
        self._ticks = 0

    async def watch(self, source: str) -> list[Shown]:
        """Let the viewer have this source for a while; return what was shown of it."""
        self.hall.route((source, "v", 0))
        self.hall.engine.sent.clear()
        self.hall.engine.reports.clear()
        found: list[Shown] = []
        for _ in range(round(WATCHED_S / TICK)):
            await asyncio.sleep(TICK)
            self._ticks += 1
            found += self._tick()
        return found

    def _tick(self) -> list[Shown]:
        kinds = [Kind.AUDIO] if self._ticks % 3 else list(Kind)
        found: list[Shown] = []
        for kind in kinds:
            before = len(self.hall.engine.sent)
            for one in self._sources:
                if not self._ticks % 50:
                    one.report(kind, REPORT_LATE[kind])
                one.send(kind, late=LATE[kind])
            happened = asyncio.get_running_loop().time() - LATE[kind]
            for _, ssrc, _, timestamp, *_ in self.hall.engine.sent[before:]:
                assert ssrc == self._slot[kind]
                assert isinstance(timestamp, int)
                found.append(Shown(kind, timestamp, happened))
        return found

    def skews(self, shown: list[Shown]) -> list[float]:
        """Return by how much the viewer's clock for what was shown is off, in seconds.

        As a phone does it: from the newest sender report of each stream (RFC 3550 6.4.1).
        """
        newest = {
            part.ssrc: part.sender_info
            for wired in self.hall.engine.reports
            for part in wired.parts
            if wired.to == "v" and isinstance(part, RtcpSrPacket)
        }
        off = []
        for one in shown:
            stands = newest[self._slot[one.kind]]
            ahead = (one.timestamp - stands.rtp_timestamp) % TIMESTAMP_MOD
            ahead -= TIMESTAMP_MOD if ahead >= TIMESTAMP_MOD // 2 else 0
            off.append(stands.ntp_timestamp / (1 << 32) + ahead / CLOCK[one.kind] - one.happened)
        return off


def test_lips_and_voice_stay_together_when_the_source_of_a_slot_changes() -> None:
    async def play() -> None:
        screen = Screen()
        screen.hall.rounds.start()
        await screen.watch("a")
        for source in "aba":
            shown = await screen.watch(source)
            assert {one.kind for one in shown} == set(Kind)
            off = screen.skews(shown)
            assert max(off) - min(off) < 0.001
        screen.hall.close()

    leap(play())


# ------------------------------------------------------------------ key frames


def watched() -> tuple[Hall, dict[str, Source]]:
    """Return three viewers of `a`, the first of whom sees `b` too."""
    hall = Hall("a", "b", "v", "w", "x")
    sources = {
        name: Source(hall, name, starts=dict.fromkeys(Kind, 0), clock=3e9) for name in ("a", "b")
    }
    hall.route(("a", "v", 0), ("a", "w", 0), ("a", "x", 0), ("b", "v", 1))
    for source in sources.values():
        source.send(Kind.VIDEO)
    return hall, sources


def test_a_phone_is_asked_for_a_key_frame_every_300_ms_at_most_and_again_until_it_comes() -> None:
    async def play() -> None:
        hall, sources = watched()
        await asyncio.sleep(1)
        hall.engine.reports.clear()
        viewers = [Viewer(hall, name) for name in "vwx"]
        begun = asyncio.get_running_loop().time()
        for turn in range(20):
            viewers[turn % 3].asks(0)
            if turn == 3:
                viewers[0].asks(1)
                sources["b"].send(Kind.VIDEO)
            sources["a"].send(Kind.VIDEO, LATER_FRAME)
            await asyncio.sleep(0.05)
        asked = [at - begun for at in hall.requests("a")]
        assert 3 <= len(asked) <= 4
        pauses = [late - early for early, late in itertools.pairwise(asked)]
        assert asked[0] == 0
        assert all(0.3 <= pause + 1e-9 < 0.36 for pause in pauses)
        assert [at - begun for at in hall.requests("b")] == [pytest.approx(0.15)]
        hall.close()

    leap(play())


async def asked_again_and_again(hall: Hall, sources: dict[str, Source], seconds: float) -> None:
    """Let a viewer ask for both pictures all the time; whoever is asked gives a key frame."""
    viewer, given = Viewer(hall, "v"), Counter[str]()
    for _ in range(round(seconds / TICK)):
        for slot in (0, 1):
            viewer.asks(slot)
        for name, source in sources.items():
            asked = len(hall.requests(name))
            source.send(Kind.VIDEO, KEY_FRAME if asked > given[name] else LATER_FRAME)
            given[name] = asked
        await asyncio.sleep(TICK)


def test_who_asks_for_key_frames_all_the_time_is_given_four_and_then_one_in_2_5_s() -> None:
    async def play() -> None:
        hall, sources = watched()
        await asyncio.sleep(1)
        hall.engine.reports.clear()
        begun = asyncio.get_running_loop().time()
        await asked_again_and_again(hall, sources, 30)
        for name in sources:
            asked = [at - begun for at in hall.requests(name)]
            assert 15 <= len(asked) <= 16
            assert asked[3] < 2
        hall.close()

    leap(play())


def test_whose_requests_are_used_up_takes_none_from_the_others() -> None:
    async def play() -> None:
        hall, sources = watched()
        await asyncio.sleep(1)
        await asked_again_and_again(hall, sources, 3)
        await asyncio.sleep(0.5)
        hall.engine.reports.clear()
        Viewer(hall, "v").asks(0)
        assert hall.requests("a") == []
        Viewer(hall, "w").asks(0)
        assert len(hall.requests("a")) == 1
        hall.close()

    leap(play())


def test_a_request_that_cannot_know_of_the_key_frame_is_not_counted() -> None:
    async def play() -> None:
        hall, sources = watched()
        await asyncio.sleep(1)
        for _ in range(10):
            Viewer(hall, "w").asks(0)
            sources["a"].send(Kind.VIDEO)
            hall.engine.reports.clear()
            Viewer(hall, "v").asks(0)
            assert hall.requests("a") == []
            await asyncio.sleep(2.5)
        for _ in range(4):
            hall.engine.reports.clear()
            Viewer(hall, "v").asks(0)
            assert len(hall.requests("a")) == 1
            sources["a"].send(Kind.VIDEO)
            await asyncio.sleep(0.4)
        hall.close()

    leap(play())


@dataclass
class Answered:
    """What of an answer the handshake needs."""

    fingerprints: tuple[str, ...] = ()
    we_are_server: bool = True


class Agreed:
    """A secure channel whose handshake is over at once."""

    async def handshake(self, fingerprints: object, *, server: bool) -> object:
        return Any

    async def close(self) -> None:
        """Nothing is open."""


async def test_a_viewer_who_becomes_ready_has_a_key_frame_asked_for_at_once() -> None:
    hall = Hall("a", "v")
    source = Source(hall, "a", starts=dict.fromkeys(Kind, 0), clock=3e9)
    viewer: Any = hall["v"]
    viewer.link.srtp, viewer.stage = None, Stage.SECURING
    viewer.channel, viewer.answer = Agreed(), Answered()
    hall.route(("a", "v", 0))
    source.send(Kind.VIDEO)
    assert hall.engine.counters["pli_sent"] == 0
    await hall.plane.paths._secure(viewer)
    assert viewer.stage is Stage.CONNECTED
    assert hall.engine.counters["pli_sent"] == len(hall.requests("a")) == 1
    hall.close()


# ------------------------------------------------------------------ what a phone may send


class Sender:
    """`a` sends, `v` and `w` may watch him."""

    def __init__(self) -> None:
        self.hall = Hall("a", "v", "w")
        self.hall.rounds.start()
        self._source = Source(self.hall, "a", starts=dict.fromkeys(Kind, 0), clock=3e9)

    async def told(self, seconds: float, takes: int | None = None) -> list[int]:
        """Send for so long while all say what they take; return what `a` is told meanwhile."""
        self.hall.engine.reports.clear()
        for tick in range(round(seconds / TICK)):
            self._source.send(Kind.VIDEO, BIG)
            if takes is not None and tick % 25 == 0:
                for name in "vw":
                    Viewer(self.hall, name).takes(takes)
            await asyncio.sleep(TICK)
        return self.hall.allowances("a")


def test_who_is_limited_by_nobody_may_send_the_cap() -> None:
    async def play() -> None:
        it = Sender()
        it.hall.route(("a", "v", 0), ("a", "w", 0))
        told = await it.told(3.0)
        assert len(told) > 5
        assert set(told) == {CAP}
        it.hall.close()

    leap(play())


def test_whose_viewers_are_all_weak_may_send_the_floor_and_never_less() -> None:
    async def play() -> None:
        it = Sender()
        it.hall.route(("a", "v", 0), ("a", "w", 0))
        await it.told(2.0)
        videos = [it.hall[name].downlinks[0, Kind.VIDEO] for name in "vw"]
        told = await it.told(2.0, WEAK)
        assert not any(one.held for one in videos)
        assert told[-1] == min(told) == FLOOR
        told = await it.told(4.0, WEAK)
        assert all(one.held for one in videos)
        assert set(told) == {FLOOR}
        it.hall.close()

    leap(play())


def test_whom_nobody_watches_may_send_what_is_told_the_idle() -> None:
    async def play() -> None:
        it = Sender()
        assert set(await it.told(2.0)) == {IDLE}
        it.hall.route(("a", "v", 0))
        assert set(await it.told(2.0)) == {CAP}
        it.hall.route()
        assert set(await it.told(2.0)) == {IDLE}
        it.hall.close()

    leap(play())
