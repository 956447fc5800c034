"""Lips and voice of one phone together, by what its sender reports say (RFC 3550 6.4.1).

Arrival says when a stream was sent, but a picture is coded longer than a sound. Reports relate both
to one clock of the phone, whatever that clock shows. Another device has another clock: streams are
only tied to each other where they ran at the same time.
"""

import bisect
import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from server.media.course import Block, Course, Known
from server.media.formats import Kind

_MOST_S: Final = 3.0
"""No picture is coded and no packet held back for so long: a clock that says more lies."""
_NEAR_S: Final = 15.0
"""Within once to twice of it the least delay counts: a network has a good moment, none drifts."""
_TOGETHER: Final = 0.5
"""Share of the shorter one's time that a sound and a picture of one connection run beside."""


def tie(courses: Sequence[Course]) -> None:
    """Correct the offsets of one participant's settled courses in one segment."""
    voices = [one for one in courses if one.kind is Kind.AUDIO]
    groups: dict[int, list[Course]] = defaultdict(list)
    for one in courses:
        if one.kind is Kind.VIDEO and voices:
            n, best = max(enumerate(voices), key=lambda other: _beside(one, other[1]))
            shorter = min(one.ended - one.began, best.ended - best.began)
            if _beside(one, best) >= _TOGETHER * shorter:
                groups[n].append(one)
    for n, pictures in groups.items():
        _tie_all([voices[n], *pictures])


def _beside(one: Course, other: Course) -> float:
    return min(one.ended, other.ended) - max(one.began, other.began)


def _tie_all(courses: Sequence[Course]) -> None:
    """Let the least delayed stream say how the phone's clock stands to ours, about each moment."""
    tied = [list(_known(course)) for course in courses]
    stands = [_Stands(one) for one in tied if one]
    for block, sent in itertools.chain.from_iterable(tied):
        ours = min(one.near(block.at) for one in stands)
        if block.level - (sent + ours) <= _MOST_S:
            block.level = sent + ours


class _Stands:
    """How the sender's clock stands to ours, as one stream says: the least about each moment."""

    def __init__(self, tied: Sequence[tuple[Block, float]]) -> None:
        least: dict[int, float] = {}
        for block, sent in tied:
            at = int(block.at // _NEAR_S)
            least[at] = min(least.get(at, math.inf), block.level - sent)
        self._times = sorted(least)
        self._least = least

    def near(self, moment: float) -> float:
        """Return what is said next to a moment: who is muted is still known by what he said."""
        n = bisect.bisect_left(self._times, int(moment // _NEAR_S))
        times = self._times[max(0, n - 1) : n + 2]
        closest = min(abs(at - moment // _NEAR_S) for at in times)
        near = [at for at in times if abs(at - moment // _NEAR_S) <= max(1, closest)]
        return min(self._least[at] for at in near)


def _known(course: Course) -> Iterator[tuple[Block, float]]:
    """Yield the blocks of which reports speak.

    While a microphone is muted, reports go on along the line before; one that may be of either
    side of such a step says nothing of any.
    """
    stretches = list(course.stretches())
    begins = [one[0].at for one in stretches]
    known = [Known() for _ in stretches]
    for report in course.reports:
        n = bisect.bisect_right(begins, report.heard) - 1
        if n >= 0 and n == bisect.bisect_right(begins, report.until) - 1:
            known[n].reports.append(report)
    for blocks, said in zip(stretches, known, strict=True):
        if said.reports:
            yield from ((block, said.at(block.at)) for block in blocks)
