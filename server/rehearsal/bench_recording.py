"""What recording costs: the same worker, load and rooms, by turns not recorded and recorded.

Counted is the CPU of the worker and of the children that write, while they write. What it takes to
start a child, once for each recording, is not.
"""

import asyncio
import math
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import mean, stdev
from typing import Final

from server.domain.ids import RecordingId
from server.ports.media import MediaLostError, Recorded, TableVersion
from server.rehearsal.bench_figures import Limits, circumstances, faults, refused
from server.rehearsal.bench_load import Plan
from server.rehearsal.bench_media import Asked, Scene, edges, measure, room_of, seats_of
from server.rehearsal.bench_process import ChildEndedError, children_of, cpu_exactly
from server.rehearsal.bench_stream import SEATS_PER_ROOM

GOAL: Final = 0.15
"""CPU-seconds more for each room and minute."""
ROUNDS: Final = 12
"""A worker's need drifts with its host within half a minute: many short turns, each beside its
neighbours, tell more than few long ones."""
FIGURES: Final = ("more", "give_or_take", "not_recorded", "recorded", "recorders")

_BEGINS_S: Final = 8.0
"""Within that all recorders must have begun to write; starting so many at once is slow."""
_ENDS_S: Final = 4.0
_LOOK_EVERY_S: Final = 0.1
_LEAST_WRITTEN: Final = 0.95
_KEY_BYTES: Final = 32
_MINUTE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """CPU-seconds of the worker and its recorders in so many seconds; bytes that were written."""

    window_s: float
    worker_s: float
    recorders: int = 0
    recorders_s: float = 0.0
    written: int = 0


def bench_recording(
    *, rooms: int, seconds: float, rounds: int = ROUNDS, limits: Limits | None = None
) -> dict[str, object]:
    """Return CPU-seconds for each room and minute; all None, with a reason, if the run is unsound.

    `more` is what the worker takes more in a recorded turn than in the two beside it, and what its
    recorders take; `give_or_take` is its standard error. Each of the turns, one of each kind a
    round and a last one without, takes `seconds`.
    """
    if not sys.platform.startswith("linux"):
        return refused(rooms, "needs the /proc and the scheduling calls of Linux", FIGURES)
    if rooms < 1 or seconds <= 0:
        return refused(rooms, "needs at least one room and some time", FIGURES)
    return asyncio.run(_bench(Stage(rooms, seconds, rounds), rooms, limits or Limits()))


async def _bench(stage: "Stage", rooms: int, limits: Limits) -> dict[str, object]:
    asked = Asked(rooms=rooms, seconds=stage.most_s, plan=stage.plan)
    try:
        measured = await measure(asked, stage.play)
    except TimeoutError:
        return refused(rooms, "recording did not begin, or end, in time", FIGURES)
    except (ChildEndedError, MediaLostError):
        return refused(rooms, "a process under measurement ended or fell silent", FIGURES)
    wrong = faults(measured, limits) + stage.faults()
    if wrong:
        return refused(rooms, "; ".join(wrong), FIGURES) | circumstances(measured)
    return told(rooms, stage.plain, stage.recorded) | circumstances(measured)


class Stage:
    """The turns of one run; `play` goes beside its load."""

    def __init__(self, rooms: int, seconds: float, rounds: int) -> None:
        self.plan = Plan()
        self.plain: list[Turn] = []
        self.recorded: list[Turn] = []
        self.most_s = rounds * (2 * seconds + _BEGINS_S + _ENDS_S) + seconds
        self._rooms, self._rounds = range(rooms), range(rounds)
        self._seconds = seconds
        self._version = 1

    async def play(self, scene: Scene) -> None:
        """Let the turns follow each other; TimeoutError if the load would end before they do."""
        await asyncio.sleep(self.plan.warm_up_s)
        async with asyncio.timeout(self.most_s):
            for n in self._rounds:
                self.plain.append(await self._look(scene))
                await self._record(scene, n)
            self.plain.append(await self._look(scene))

    async def _record(self, scene: Scene, n: int) -> None:
        folder = scene.recordings
        await self._route(scene, n)
        await _until(lambda: len(_logs(folder, n)) == len(self._rooms), within=_BEGINS_S)
        turn = await self._look(scene)
        await self._route(scene, None)
        await _until(lambda: not children_of(scene.worker), within=_ENDS_S)
        written = sum(one.stat().st_size for one in _logs(folder, n))
        self.recorded.append(replace(turn, written=written))

    async def _look(self, scene: Scene) -> Turn:
        """Return what is used from now on, for as long as a turn takes."""
        recorders, begun = children_of(scene.worker), time.perf_counter()
        before = [cpu_exactly(one) for one in (scene.worker, *recorders)]
        await asyncio.sleep(self._seconds)
        after = [cpu_exactly(one) for one in (scene.worker, *recorders)]
        worker, *rest = (late - early for early, late in zip(before, after, strict=True))
        return Turn(
            window_s=time.perf_counter() - begun,
            worker_s=worker,
            recorders=len(rest),
            recorders_s=sum(rest),
        )

    async def _route(self, scene: Scene, n: int | None) -> None:
        """Order that all rooms be written into the n-th recording, or none."""
        self._version += 1
        version = TableVersion(epoch=1, n=self._version)
        for room in self._rooms:
            order = None if n is None else _order(room, n)
            await scene.client.route(room_of(room), version, edges(room), order)

    def faults(self) -> list[str]:
        """Return why the turns are not what they should be: nothing, if they are."""
        rooms, wrong = len(self._rooms), []
        seen = [one.recorders for one in (*self.plain, *self.recorded)]
        if seen != [0] * len(self.plain) + [rooms] * len(self.recorded):
            wrong.append(f"{seen} recorders were seen for {rooms} rooms")
        per_s = rooms * SEATS_PER_ROOM * self.plan.octets_per_s
        due = sum(one.window_s for one in self.recorded) * per_s
        written = sum(one.written for one in self.recorded)
        if written < _LEAST_WRITTEN * due:
            wrong.append(f"{written} of {due:.0f} bytes of media were recorded")
        return wrong


def _order(room: int, n: int) -> Recorded:
    sources = {one: str(one) for one in seats_of(room)}
    key = secrets.token_bytes(_KEY_BYTES)
    return Recorded(recording=RecordingId(f"turn{n}-{room}"), key=key, sources=sources)


def _logs(folder: Path, n: int) -> list[Path]:
    """Return the files of the n-th recordings into which something was written."""
    return [one for one in folder.glob(f"turn{n}-*/*.log") if one.stat().st_size]


async def _until(holds: Callable[[], bool], *, within: float) -> None:
    async with asyncio.timeout(within):
        while not holds():  # noqa: ASYNC110 - other processes do it
            await asyncio.sleep(_LOOK_EVERY_S)


# ------------------------------------------------------------------ what is told


def told(rooms: int, plain: list[Turn], recorded: list[Turn]) -> dict[str, object]:
    """Return the figures: of all turns, and each turn's own; one plain turn more than recorded."""
    without = [_each(rooms, one.worker_s, one) for one in plain]
    worker = [_each(rooms, one.worker_s, one) for one in recorded]
    recorders = [_each(rooms, one.recorders_s, one) for one in recorded]
    beside = [mean(pair) for pair in pairwise(without)]
    added = [a + b - c for a, b, c in zip(worker, recorders, beside, strict=True)]
    more = mean(added)
    return {
        "rooms": rooms,
        "seats": rooms * SEATS_PER_ROOM,
        "more": round(more, 3),
        "give_or_take": round(_error(added), 3),
        "not_recorded": _rounded(without),
        "recorded": _rounded(worker),
        "recorders": _rounded(recorders),
        "goal_more": GOAL,
        "goals_missed": ["more"] if more > GOAL else [],
        "sound": True,
        "reason": "",
    }


def _each(rooms: int, cpu_s: float, turn: Turn) -> float:
    """Return CPU-seconds for each room and minute."""
    return cpu_s * _MINUTE / turn.window_s / rooms


def _error(values: list[float]) -> float:
    """Return the standard error of their mean; 0 where one alone tells of none."""
    return stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0


def _rounded(values: list[float]) -> list[float]:
    return [round(one, 3) for one in values]
