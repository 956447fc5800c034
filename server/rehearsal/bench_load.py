"""The load: every seat of every room sends on a fixed timetable and checks all that it receives.

Run as `python -m server.rehearsal.bench_load PARENT CORE`, a process of its own: what it costs is
not counted, but it says how busy it was and how late it sent, so that nobody takes its own limit
for the worker's.
"""

import asyncio
import heapq
import itertools
import select
import sys
import time
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Final, NamedTuple

from server.media.formats import Kind
from server.media.sweep import seldom
from server.rehearsal.bench_process import busy_seconds, cpu_seconds, listen, say, settle
from server.rehearsal.bench_seat import Seat
from server.rehearsal.bench_slots import Inbox
from server.rehearsal.bench_stream import PAYLOAD_BYTES, SEATS_PER_ROOM, Heard

WARM_UP_S: Final = 1.5
DRAIN_S: Final = 0.3
_TAKEN_AT_ONCE: Final = 32
_LOOK_EVERY_S: Final = 0.04
_PAUSE_PER_SEAT_S: Final = 1.5e-6
"""To sleep and wake is work as well: with many seats, one waking serves turns close together."""
_AHEAD_S: Final = 25.0
"""So much is sealed before it begins: a hundred rooms need 750 MB for it, as well as the time."""
_SINGLY_UP_TO: Final = 48
"""Seats: sixteen rooms, which have goals of latency. What more send the worker finds in one look
every two milliseconds, whether it came one by one or a picture together, which costs us less."""
_GOLDEN: Final = 0.618034
_MS: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one seat sends. The usual one is about 800 kbit/s: Opus and a 20 Hz picture."""

    audio_every_s: float = 0.02
    picture_every_s: float = 0.05
    packets_per_picture: int = 5
    warm_up_s: float = WARM_UP_S

    @property
    def octets_per_s(self) -> float:
        """Return the bytes of payload that one seat sends a second."""
        pictures = self.packets_per_picture / self.picture_every_s
        sounds = 1 / self.audio_every_s
        return pictures * PAYLOAD_BYTES[Kind.VIDEO] + sounds * PAYLOAD_BYTES[Kind.AUDIO]

    def turns(self, seconds: float) -> dict[Kind, int]:
        """Return how often each kind is sent in a run of so many seconds, warm-up included."""
        whole = min(_AHEAD_S, self.warm_up_s + seconds)
        every = {Kind.AUDIO: self.audio_every_s, Kind.VIDEO: self.picture_every_s}
        return {kind: 1 + int(whole / one) for kind, one in every.items()}


class Line(NamedTuple):
    """One thing that is done again and again; `packets` are those of media it should send."""

    every_s: float
    act: Callable[[], None]
    packets: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one run of the load saw; the counts are of packets sent within the window."""

    window_s: float
    planned: int
    sent: int
    expected: int
    received: int
    received_ever: int
    strangers: int
    broken: int
    reports: int
    said: int
    asked: int
    repaired: int
    p50_ms: float
    p99_ms: float
    lag_p99_ms: float
    worker_cpu_s: float
    own_cpu_s: float
    machine_cpu_s: float


def main(words: Sequence[str]) -> None:
    """Take offers, give answers, join, drive, tell what was found."""
    parent, core = words
    place = settle(int(parent), int(core) if core != "None" else None)
    told = listen()
    plan, offers = Plan(**told["plan"]), told["offers"]
    rows = len(offers) > _SINGLY_UP_TO
    seats = [
        Seat(number, offer, picture=plan.packets_per_picture, rows=rows)
        for number, offer in enumerate(offers)
    ]
    say(answers=[one.answer() for one in seats])
    listen()
    asyncio.run(_join(seats, plan.turns(told["seconds"])))
    say(joined=True)
    # What the load waits for is not the worker's fault; nothing here is ever gone.
    seldom()
    load = Load(seats, plan)
    found = load.run(told["seconds"], worker=told["worker"])
    say(found=asdict(found), realtime=place.realtime)
    # The worker is asked what it counted before anybody says goodbye.
    listen()


async def _join(seats: list[Seat], turns: Mapping[Kind, int]) -> None:
    for at in range(0, len(seats), SEATS_PER_ROOM):
        room = seats[at : at + SEATS_PER_ROOM]
        await asyncio.gather(*(one.join() for one in room))
        for one in room:
            one.prepare(turns)


class Load:
    """One loop, without an event loop: wait for the next turn, take it.

    Looking for what has come has turns of its own. The kernel notes when each packet came, so to
    look later costs no truth; one look serves many; and the worker's sending need wake nobody.
    """

    def __init__(self, seats: list[Seat], plan: Plan) -> None:
        self._seats = seats
        self._plan = plan
        self._heard = Heard(Inbox(_TAKEN_AT_ONCE))
        self._lags = array("d")
        self._planned = self._sent = 0
        self._over = False
        self._pause_s = _PAUSE_PER_SEAT_S * len(seats)

    def run(self, seconds: float, *, worker: int) -> Found:
        """Warm up, measure for `seconds` or until the parent speaks, wait for what is under way."""
        begun = time.perf_counter()
        turns = Timetable(begun, list(self._lines()))
        for one in self._seats:
            for kind in Kind:
                one.report(kind)
        self._drive(turns, until=begun + self._plan.warm_up_s)
        self._lags, self._planned, self._sent = array("d"), 0, 0
        opens = time.time_ns()
        before = (cpu_seconds(worker), time.process_time(), busy_seconds(), time.perf_counter())
        self._drive(turns, until=before[-1] + seconds)
        closes = time.time_ns()
        after = (cpu_seconds(worker), time.process_time(), busy_seconds(), time.perf_counter())
        self._receive(until=after[-1] + DRAIN_S)
        spent = tuple(late - early for early, late in zip(before, after, strict=True))
        return self._found(spent, (opens, closes))

    def _lines(self) -> Iterator[Line]:
        """Yield what each seat does, and how often."""
        plan, pictures = self._plan, self._plan.packets_per_picture
        for one in self._seats:
            send = partial(self._send, one)
            yield Line(plan.audio_every_s, partial(send, Kind.AUDIO), 1)
            yield Line(plan.picture_every_s, partial(send, Kind.VIDEO), pictures)
            yield Line(_LOOK_EVERY_S, partial(one.take, self._heard))
            for every, duty in one.duties():
                yield Line(every, duty)
        yield Line(_LOOK_EVERY_S, self._hear_parent)

    def _drive(self, turns: "Timetable", *, until: float) -> None:
        clock = time.perf_counter
        while (now := clock()) < until and not self._over:
            if turns.due > now:
                time.sleep(min(max(turns.due - now, self._pause_s), until - now))
                continue
            line = turns.line
            if line.packets:
                self._lags.append(now - turns.due)
                self._planned += line.packets
            line.act()
            turns.step()
        # What should have gone out by now and did not is a plan that was not kept.
        while turns.due < min(now, until):
            self._planned += turns.line.packets
            turns.step()

    def _send(self, seat: Seat, kind: Kind) -> None:
        self._sent += seat.send(kind)

    def _receive(self, *, until: float) -> None:
        while time.perf_counter() < until:
            for one in self._seats:
                one.take(self._heard)
            time.sleep(_LOOK_EVERY_S)

    def _hear_parent(self) -> None:
        if select.select((sys.stdin,), (), (), 0)[0]:
            self._over = bool(listen())

    def _found(self, spent: tuple[float, ...], opened: tuple[int, int]) -> Found:
        worker, own, machine, window = spent
        heard = self._heard
        sent = {stream.ssrc: stream.sent for one in self._seats for stream in one.streams.values()}
        delays = heard.delays_ns(sent, opened)
        return Found(
            window_s=window,
            planned=self._planned,
            sent=self._sent,
            expected=self._sent * (SEATS_PER_ROOM - 1),
            received=len(delays),
            received_ever=heard.all,
            strangers=heard.strangers,
            broken=heard.broken,
            reports=heard.reports,
            said=sum(one.said for one in self._seats),
            asked=sum(one.asked for one in self._seats),
            repaired=heard.repaired,
            p50_ms=quantile(delays, 0.50) * _MS,
            p99_ms=quantile(delays, 0.99) * _MS,
            lag_p99_ms=quantile(self._lags, 0.99) * 1000,
            worker_cpu_s=worker,
            own_cpu_s=own,
            machine_cpu_s=machine,
        )


class Timetable:
    """Whose turn is next, `line`, and when, `due`."""

    def __init__(self, begun: float, lines: list[Line]) -> None:
        self._lines = lines
        self._dues = merged(begun, [one.every_s for one in lines])
        self.step()

    def step(self) -> None:
        """Go on to the next turn."""
        self.due, place = next(self._dues)
        self.line = self._lines[place]


def merged(begun: float, paces: Sequence[float]) -> Iterator[tuple[float, int]]:
    """Yield for ever when which place is due; each has a phase of its own, like phones do."""
    places: defaultdict[float, list[int]] = defaultdict(list)
    for place, every in enumerate(paces):
        places[every].append(place)
    return heapq.merge(*(_round(begun, every, those) for every, those in places.items()))


def _round(begun: float, every: float, places: list[int]) -> Iterator[tuple[float, int]]:
    """Yield the turns of places of one pace: their order is the same for ever."""
    firsts = sorted((every * (place * _GOLDEN % 1), place) for place in places)
    for n in itertools.count():
        start = begun + n * every
        for first, place in firsts:
            yield start + first, place


def quantile(values: "array[float] | array[int]", share: float) -> float:
    """Return the value that `share` of all do not exceed; 0 where there are none."""
    ordered = sorted(values)
    return float(ordered[int(share * (len(ordered) - 1))]) if ordered else 0.0


if __name__ == "__main__":
    main(sys.argv[1:])
