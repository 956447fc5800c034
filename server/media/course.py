"""Where the packets of one recorded stream belong: its own clock, held against their arrival.

A packet is late by its arrival minus its RTP time. What lateness the packets of a moment cannot
fall below is the stream's offset: a delayed packet is caught up with by later ones, a clock that
stood still never is. So an offset is the least lateness of all that follows, but for the little
that clocks drift; it rises where a muted microphone's clock stood, and stays low where packets
came in a burst. A clock that jumps ahead begins anew, for nothing was ever less late before.
"""

import bisect
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from server.media.formats import CLOCK, Kind
from server.media.rtp import TIMESTAMP_MOD

_HALF: Final = TIMESTAMP_MOD // 2
_JUMP_S: Final = 60.0
"""No packet is so late: a phone of which nothing is heard is let go sooner."""
_AHEAD_S: Final = 1.0
"""By so much packets may be less late at once, when a burst follows a stall: a silent picture."""
_PAUSE_S, _AHEAD_OVER_PAUSE_S = 2.0, 0.15
"""After so long a pause nothing is left of a burst, and a smaller step is a jump."""
_RECENT_S: Final = 5.0
_BLOCK_S: Final = 1.0
_RISE_S: Final = 0.06
"""Less is jitter: an offset does not follow it at once."""
_SHORT_S, _SHORT_RISE_S = 1.0, 0.4
"""What is behind a rise for so short a time may be late by so much, before a pause or the end."""
_BURST_S: Final = 0.2
"""So much less late than its first packet a stretch becomes when it was held back and let go."""
_DRIFT: Final = 500e-6
"""Seconds a second, by which an offset may fall: sound cards and clocks are off by 100e-6."""
_STILL_S: Final = 0.015
"""An offset that changed by less is not changed in the film: each change is a click."""
_MOST_BLOCKS: Final = 200_000
_REPORT_EVERY_S: Final = 5.0


@dataclass(slots=True)
class Block:
    """About a second of packets, from the `start`-th on, the first of which arrived `at`.

    `first` is how late that one was. `level` is their least lateness, then their offset.
    `anew`: nothing before it says anything. `until` is when the last of them arrived, then the
    last before the next rise.
    """

    start: int
    at: float
    first: float
    level: float
    anew: bool
    until: float

    def follows(self, level: float) -> bool:
        """Whether it is a delay, and no rise, that it lies above what held before it."""
        short = self.until - self.at < _SHORT_S
        if short and self.first - self.level > _BURST_S:
            return True
        return self.level - level < (_SHORT_RISE_S if short else _RISE_S)


@dataclass(slots=True)
class Report:
    """A stream at RTP second `since` stood at `ntp` on its sender's clock; heard in between."""

    since: float
    ntp: float
    heard: float
    until: float

    @property
    def sent(self) -> float:
        """Return when the stream's RTP second 0 was on the sender's clock."""
        return self.ntp - self.since


class _Line:
    """RTP seconds since a stream's first packet, which do not wrap."""

    def __init__(self, kind: Kind, first: int) -> None:
        self._rate = CLOCK[kind]
        self._first = self._last = first

    def follow(self, timestamp: int) -> float:
        self._last += _signed(timestamp - self._last)
        return (self._last - self._first) / self._rate

    def near(self, timestamp: int) -> float:
        """Return a moment's seconds without going there."""
        return (self._last + _signed(timestamp - self._last) - self._first) / self._rate


def _signed(ticks: int) -> int:
    return (ticks + _HALF) % TIMESTAMP_MOD - _HALF


@dataclass(slots=True)
class _Least:
    """The least lateness of the last five to ten seconds."""

    now: float
    before: float
    turned: float

    def note(self, late: float, at: float) -> None:
        if at - self.turned > _RECENT_S:
            self.before, self.now, self.turned = self.now, late, at
        self.now = min(self.now, late)

    def value(self) -> float:
        return min(self.now, self.before)


class Course:
    """One stream of one segment. Follow all its packets in their order, settle it, then read it."""

    def __init__(self, kind: Kind, timestamp: int, at: float) -> None:
        """`at` is when the first packet arrived, in seconds since the segment began."""
        self.kind = kind
        self.blocks = [Block(0, at, at, at, anew=True, until=at)]
        self.reports: list[Report] = []
        self.ended = at
        self._first = timestamp
        self._line = _Line(kind, timestamp)
        self._least = _Least(at, at, at)
        self._count = 0
        self._late, self._at = at, at
        self._stood: tuple[int, float] | None = None

    @property
    def began(self) -> float:
        """Return when the first packet arrived."""
        return self.blocks[0].at

    def follow(self, timestamp: int, at: float) -> None:
        """Note the next packet, which arrived `at` seconds into the segment."""
        late = at - self._line.follow(timestamp)
        block = self.blocks[-1]
        if self._jumped(late, at):
            self._begin(late, at, anew=True)
        elif late > block.level + _RISE_S or at - block.at > _BLOCK_S:
            self._begin(late, at, anew=False)
        elif late < block.level:
            block.level = late
        self.blocks[-1].until = max(at, self.blocks[-1].until)
        self._least.note(late, at)
        self._late, self._at = late, at
        self.ended = max(self.ended, at)
        self._count += 1

    def _jumped(self, late: float, at: float) -> bool:
        if abs(late - self._late) > _JUMP_S:
            return True
        most = _AHEAD_OVER_PAUSE_S if at - self._at > _PAUSE_S else _AHEAD_S
        return late < self._least.value() - most

    def _begin(self, late: float, at: float, *, anew: bool) -> None:
        if anew:
            self._least = _Least(late, late, at)
        if len(self.blocks) < _MOST_BLOCKS:
            self.blocks.append(Block(self._count, at, late, late, anew, at))

    def report(self, timestamp: int, ntp: float, now: float) -> None:
        """Note what a batch says of the sender's clock; `now` is the newest arrival before it.

        A report was heard between this batch and the one before: said again, it is surely over.
        """
        last = self.reports[-1] if self.reports else None
        if (timestamp, ntp) == self._stood:
            if last is not None and last.until == last.heard and last.ntp == ntp:
                last.until = now
            return
        self._stood = (timestamp, ntp)
        new = Report(self._line.near(timestamp), ntp, now, now)
        if (
            last is None
            or now - last.heard > _REPORT_EVERY_S
            or abs(new.sent - last.sent) > _STILL_S
        ):
            self.reports.append(new)

    def settle(self) -> None:
        """Make offsets of the least lateness, when all packets were followed."""
        for block, later in zip(self.blocks[-2::-1], self.blocks[:0:-1], strict=True):
            if not later.anew:
                block.level = min(block.level, later.level + _drifted(block, later))
                if later.level - block.level < _RISE_S:
                    block.until = later.until
        for before, block in itertools.pairwise(self.blocks):
            if not block.anew and block.follows(before.level):
                drifted = min(_drifted(before, block), _DRIFT * _BLOCK_S)
                block.level = min(block.level, before.level + drifted)

    def stretches(self) -> Iterator[list[Block]]:
        """Yield the blocks between two moments at which the stream's clock stood or jumped."""
        found = [self.blocks[0]]
        for block in self.blocks[1:]:
            if block.anew or block.level - found[-1].level >= _RISE_S:
                yield found
                found = []
            found.append(block)
        yield found

    def reading(self) -> "Reading":
        """Begin the second reading."""
        return Reading(self.kind, self._first, _knots(self.blocks))


def _drifted(before: Block, block: Block) -> float:
    """Return by how much offsets may differ without a reason."""
    return _DRIFT * max(0.0, block.at - before.at)


def _knots(blocks: list[Block]) -> list[tuple[int, float]]:
    """Return from which packet on which offset holds."""
    found = [(0, blocks[0].level)]
    for block in blocks[1:]:
        if abs(block.level - found[-1][1]) > _STILL_S:
            found.append((block.start, block.level))
    return found


class Reading:
    """Tells of each packet, in the order in which the course followed them, when it belongs."""

    def __init__(self, kind: Kind, first: int, knots: list[tuple[int, float]]) -> None:
        """`knots` is from which packet on which offset holds."""
        self._line = _Line(kind, first)
        self._knots = knots
        self._count = 0
        self._at = 0

    def second(self, timestamp: int) -> float:
        """Return where in its segment the next packet belongs."""
        following = self._at + 1
        if following < len(self._knots) and self._knots[following][0] <= self._count:
            self._at = following
        self._count += 1
        return self._knots[self._at][1] + self._line.follow(timestamp)


@dataclass(slots=True)
class Known:
    """When a stream's RTP second 0 was on its sender's clock, as the reports of a stretch say."""

    reports: list[Report] = field(default_factory=list)

    def at(self, now: float) -> float:
        """Return what the report nearest in time says."""
        n = bisect.bisect_left(self.reports, now, key=lambda one: one.heard)
        near = self.reports[max(0, n - 1) : n + 1]
        return min(near, key=lambda one: abs(one.heard - now)).sent
