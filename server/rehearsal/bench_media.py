"""What forwarding costs: a real worker, rooms of three who all hear each other, and a load.

Worker and load are processes on cores of their own. The same run measures a stock MediaRelay with
one such room. No figure is printed when it would be the load's limit and not the worker's.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from server.domain.ids import ConnectionId, RoomId
from server.media.client import WorkerClient
from server.ports.media import Edge, MediaLostError, TableVersion, WorkerBack
from server.rehearsal.bench_figures import (
    Limits,
    Measured,
    circumstances,
    faults,
    refused,
    told,
)
from server.rehearsal.bench_load import Found, Plan
from server.rehearsal.bench_process import Child, ChildEndedError, child, cores, rss_mb
from server.rehearsal.bench_stock import bench_stock
from server.rehearsal.bench_stream import SEATS_PER_ROOM

WORKER: Final = "server.rehearsal.bench_worker"
LOAD: Final = "server.rehearsal.bench_load"
REFUSALS: Final = ("drop_unprotect", "drop_rtcp_malformed", "drop_flood")
"""Why a worker takes no notice of what an authentic phone says."""

_START_S: Final = 30.0
_JOIN_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to run: how much, with which of the worker's engines, under a profiler or not."""

    rooms: int
    seconds: float
    plan: Plan
    engine: str = "auto"
    profile: Path | None = None


def bench_media(
    *,
    rooms: int,
    seconds: float,
    plan: Plan | None = None,
    limits: Limits | None = None,
    engine: str = "auto",
    profile: Path | None = None,
) -> dict[str, object]:
    """Return figures beside goals; all None, with a reason, when the measurement is not sound.

    `us_per_forward`: microseconds of the worker's CPU for each packet that a subscriber received.
    `p50_ms`, `p99_ms`: from the sender's system call to the receiver's kernel. `loss`: share
    of what should have arrived. `stock_ratio`: our microseconds by the stock relay's. `engine` is
    one that `WorkerSettings` knows. `profile` names a file for what cProfile sees; a worker under
    a profiler gives no figures.
    """
    if not sys.platform.startswith("linux"):
        return refused(rooms, "needs the /proc and the scheduling calls of Linux")
    if rooms < 1 or seconds <= 0:
        return refused(rooms, "needs at least one room and some time")
    plan, limits = plan or Plan(), limits or Limits()
    asked = Asked(rooms=rooms, seconds=seconds, plan=plan, engine=engine, profile=profile)
    return asyncio.run(_bench(asked, limits))


async def _bench(asked: Asked, limits: Limits) -> dict[str, object]:
    rooms = asked.rooms
    try:
        measured = await measure(asked)
        wrong = faults(measured, limits)
        if asked.profile is not None:
            wrong = [*wrong, "a profiler slowed the worker down"]
        if wrong:
            return refused(rooms, "; ".join(wrong)) | circumstances(measured)
        stock = await bench_stock(asked.seconds / 2)
    except (ChildEndedError, MediaLostError, TimeoutError):
        return refused(rooms, "a process under measurement ended or fell silent")
    if stock.phones_core_share > limits.busiest_share:
        reason = f"the stock relay's phones used {stock.phones_core_share:.0%} of their core"
        return refused(rooms, reason) | circumstances(measured)
    return told(measured, stock)


# ------------------------------------------------------------------ one run


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A run under way: its worker, how to tell it something, and where it would record."""

    client: WorkerClient
    worker: int
    recordings: Path


Beside = Callable[[Scene], Awaitable[None]]


async def measure(asked: Asked, beside: Beside | None = None) -> Measured:
    """Start a worker and a load, let them run, end both.

    `beside` begins with the warm-up; the load ends with it, or before it, when its time is over.
    """
    here, there = cores()
    with tempfile.TemporaryDirectory(prefix="heyi-bench-") as folder:
        path = Path(folder) / "m.sock"
        recordings = Path(folder) / "media"
        words = (here, path, asked.rooms * SEATS_PER_ROOM, asked.engine, recordings)
        seen = () if asked.profile is None else (asked.profile,)
        async with child(WORKER, *words, *seen) as worker, child(LOAD, there) as load:
            placed = await worker.hear(within=_START_S)
            async with _reached(path) as client:
                empty = rss_mb(worker.pid)
                await _enter(client, worker, load, asked)
                if beside is not None:
                    await beside(Scene(client=client, worker=worker.pid, recordings=recordings))
                    await load.tell(over=True)
                drove = await load.hear(within=asked.plan.warm_up_s + 2 * asked.seconds + _START_S)
                counters = await client.counters()
                return Measured(
                    rooms=asked.rooms,
                    engine=placed["engine"],
                    pinned=placed["pinned"],
                    realtime=placed["realtime"] and drove["realtime"],
                    found=Found(**drove["found"]),
                    forwarded_ever=_count(counters, "forwarded"),
                    resent_ever=_count(counters, "resent"),
                    refused=sum(_count(counters, one) for one in REFUSALS),
                    rss_mb=rss_mb(worker.pid),
                    empty_mb=empty,
                )


def _count(counters: Mapping[str, float], name: str) -> int:
    return int(counters.get(f"media_{name}_total", 0))


@asynccontextmanager
async def _reached(path: Path) -> AsyncIterator[WorkerClient]:
    """Yield a client the worker has welcomed, and go on listening to it meanwhile."""
    client = WorkerClient(path, epoch=1)
    welcomed = asyncio.Event()

    async def listen() -> None:
        async for event in client.events():
            if isinstance(event, WorkerBack):
                welcomed.set()

    tasks = [asyncio.create_task(client.run()), asyncio.create_task(listen())]
    try:
        async with asyncio.timeout(_START_S):
            await welcomed.wait()
        yield client
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _enter(client: WorkerClient, worker: Child, load: Child, asked: Asked) -> None:
    """Let everybody in, and the load begin."""
    rooms, plan = asked.rooms, asdict(asked.plan)
    seats = [(room_of(n // SEATS_PER_ROOM), _seat(n)) for n in range(rooms * SEATS_PER_ROOM)]
    offers = [await client.connect(*one) for one in seats]
    await load.tell(offers=offers, plan=plan, seconds=asked.seconds, worker=worker.pid)
    answers = (await load.hear(within=_START_S))["answers"]
    for (_, seat), answer in zip(seats, answers, strict=True):
        await client.answer(seat, answer)
    for n in range(rooms):
        await client.route(room_of(n), TableVersion(epoch=1, n=1), edges(n))
    await load.tell(go=True)
    await load.hear(within=_JOIN_S)


def room_of(n: int) -> RoomId:
    return RoomId(f"room{n}")


def _seat(n: int) -> ConnectionId:
    return ConnectionId(f"seat{n}")


def seats_of(room: int) -> list[ConnectionId]:
    first = room * SEATS_PER_ROOM
    return [_seat(n) for n in range(first, first + SEATS_PER_ROOM)]


def edges(room: int) -> frozenset[Edge]:
    """Return the table of a room in which everybody receives everybody else."""
    seats = seats_of(room)
    return frozenset(
        Edge(source=source, subscriber=subscriber, slot=slot)
        for subscriber in seats
        for slot, source in enumerate(one for one in seats if one != subscriber)
    )
