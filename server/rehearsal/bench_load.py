"""The load: every seat of every room sends on a fixed timetable and checks all that it receives.

Run as `python -m server.rehearsal.bench_load PARENT CORE`, a process of its own: what it costs is
not counted, but it says how busy it was and how late it sent, so that nobody takes its own limit
for the worker's.
"""

import asyncio
import heapq
import select
import sys
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Generic, TypeVar

from server.media.formats import Kind
from server.media.sweep import seldom
from server.rehearsal.bench_process import busy_seconds, cpu_seconds, listen, say, settle
from server.rehearsal.bench_seat import PAYLOAD_BYTES, SEATS_PER_ROOM, Heard, Seat
from server.rehearsal.bench_slots import Inbox

Turn = tuple[float, Seat, Kind]
Duty = tuple[float, Callable[[], None]]
AnyTurn = TypeVar("AnyTurn", bound=tuple[float, *tuple[Any, ...]])

WARM_UP_S: Final = 1.5
DRAIN_S: Final = 0.3
_SENT_AT_ONCE: Final = 16
_TAKEN_AT_ONCE: Final = 32
_GOLDEN: Final = 0.618034
_MS: Final = 1e-6
_NS: Final = 1_000_000_000


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
    seats = [Seat(number, offer) for number, offer in enumerate(told["offers"])]
    say(answers=[one.answer() for one in seats])
    listen()
    asyncio.run(_join(seats))
    say(joined=True)
    # What the load waits for is not the worker's fault; nothing here is ever gone.
    seldom()
    load = Load(seats, Plan(**told["plan"]))
    found = load.run(told["seconds"], worker=told["worker"])
    say(found=asdict(found), realtime=place.realtime)
    # The worker is asked what it counted before anybody says goodbye.
    listen()


async def _join(seats: list[Seat]) -> None:
    for at in range(0, len(seats), SEATS_PER_ROOM):
        await asyncio.gather(*(one.join() for one in seats[at : at + SEATS_PER_ROOM]))


class Load:
    """One loop, without an event loop: wait for what arrives, until the next turn to send."""

    def __init__(self, seats: list[Seat], plan: Plan) -> None:
        self._seats = seats
        self._plan = plan
        self._heard = Heard()
        self._inbox = Inbox(_TAKEN_AT_ONCE)
        self._lags = array("d")
        self._planned = self._sent = 0
        self._over = False
        self._poll = select.epoll()
        self._by_descriptor = {one.socket.fileno(): one for one in seats}
        for descriptor in (*self._by_descriptor, sys.stdin.fileno()):
            self._poll.register(descriptor, select.EPOLLIN)

    def run(self, seconds: float, *, worker: int) -> Found:
        """Warm up, measure for `seconds` or until the parent speaks, wait for what is under way."""
        begun = time.perf_counter()
        turns = _turns(begun, self._seats, self._plan)
        duties = _duties(begun, self._seats)
        for one in self._seats:
            for kind in Kind:
                one.report(kind)
        self._drive(turns, duties, until=begun + self._plan.warm_up_s)
        self._lags, self._planned, self._sent = array("d"), 0, 0
        opens = time.time_ns()
        self._heard.window = (opens, sys.maxsize)
        before = (cpu_seconds(worker), time.process_time(), busy_seconds(), time.perf_counter())
        self._drive(turns, duties, until=before[-1] + seconds)
        self._heard.window = (opens, time.time_ns())
        after = (cpu_seconds(worker), time.process_time(), busy_seconds(), time.perf_counter())
        self._receive(until=after[-1] + DRAIN_S)
        spent = tuple(late - early for early, late in zip(before, after, strict=True))
        return self._found(spent)

    def _drive(
        self, turns: "_Timetable[Turn]", duties: "_Timetable[Duty]", *, until: float
    ) -> None:
        clock = time.perf_counter
        while (now := clock()) < until and not self._over:
            for _ in range(_SENT_AT_ONCE):
                if turns.due > min(now, until):
                    break
                self._send(turns.take(), now)
                now = clock()
            while duties.due <= now:
                duties.take()[1]()
            self._receive_once(min(turns.due, until) - clock())
        # What should have gone out by now and did not is a plan that was not kept.
        while turns.due < min(now, until):
            self._plan_of(turns.take())

    def _send(self, turn: Turn, now: float) -> None:
        due, seat, kind = turn
        self._lags.append(now - due)
        self._sent += seat.send(kind, self._plan_of(turn))

    def _plan_of(self, turn: Turn) -> int:
        count = self._plan.packets_per_picture if turn[2] is Kind.VIDEO else 1
        self._planned += count
        return count

    def _receive(self, *, until: float) -> None:
        while (left := until - time.perf_counter()) > 0:
            self._receive_once(left)

    def _receive_once(self, wait_s: float) -> None:
        """Take what has arrived, or wait for it so long."""
        # epoll_wait rounds up to whole milliseconds: too late for the next turn. select does not.
        if wait_s > 0:
            select.select((self._poll,), (), (), wait_s)
        for descriptor, _ in self._poll.poll(0):
            seat = self._by_descriptor.get(descriptor)
            if seat is not None:
                seat.take(self._heard, self._inbox)
            else:
                self._over = bool(listen())

    def _found(self, spent: tuple[float, ...]) -> Found:
        worker, own, machine, window = spent
        heard = self._heard
        return Found(
            window_s=window,
            planned=self._planned,
            sent=self._sent,
            expected=self._sent * (SEATS_PER_ROOM - 1),
            received=heard.counted,
            received_ever=heard.all,
            strangers=heard.strangers,
            broken=heard.broken,
            reports=heard.reports,
            said=sum(one.said for one in self._seats),
            asked=sum(one.asked for one in self._seats),
            repaired=heard.repaired,
            p50_ms=quantile(heard.delays_ns, 0.50) * _MS,
            p99_ms=quantile(heard.delays_ns, 0.99) * _MS,
            lag_p99_ms=quantile(self._lags, 0.99) * 1000,
            worker_cpu_s=worker,
            own_cpu_s=own,
            machine_cpu_s=machine,
        )


class _Timetable(Generic[AnyTurn]):
    """Turns in order of time, the next one known."""

    def __init__(self, turns: Iterator[AnyTurn]) -> None:
        self._turns = turns
        self._next = next(turns)
        self.due = self._next[0]

    def take(self) -> AnyTurn:
        now, self._next = self._next, next(self._turns)
        self.due = self._next[0]
        return now


def _turns(begun: float, seats: list[Seat], plan: Plan) -> _Timetable[Turn]:
    every = {Kind.AUDIO: plan.audio_every_s, Kind.VIDEO: plan.picture_every_s}
    lines = [(one, kind) for one in seats for kind in Kind]
    dues = merged(begun, [every[kind] for _, kind in lines])
    return _Timetable((due, *lines[place]) for due, place in dues)


def _duties(begun: float, seats: list[Seat]) -> _Timetable[Duty]:
    duties = [each for one in seats for each in one.duties()]
    dues = merged(begun, [every for every, _ in duties])
    return _Timetable((due, duties[place][1]) for due, place in dues)


def merged(begun: float, paces: Sequence[float]) -> Iterator[tuple[float, int]]:
    """Yield for ever when which place is due; each has a phase of its own, like phones do."""
    firsts = [begun + every * ((place * _GOLDEN) % 1) for place, every in enumerate(paces)]
    waiting = [(due, place, 0) for place, due in enumerate(firsts)]
    heapq.heapify(waiting)
    while True:
        due, place, count = waiting[0]
        yield due, place
        again = firsts[place] + (count + 1) * paces[place]
        heapq.heapreplace(waiting, (again, place, count + 1))


def quantile(values: "array[float] | array[int]", share: float) -> float:
    """Return the value that `share` of all do not exceed; 0 where there are none."""
    ordered = sorted(values)
    return float(ordered[int(share * (len(ordered) - 1))]) if ordered else 0.0


if __name__ == "__main__":
    main(sys.argv[1:])
