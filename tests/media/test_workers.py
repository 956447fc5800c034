"""Several workers as one plane: rooms stay where they are, and move only when nothing can flow."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from server.domain.ids import ConnectionId, RoomId
from server.media.client import WorkerClient
from server.media.settings import WorkerSettings
from server.media.worker import Worker, run_worker
from server.media.workers import Workers
from server.ports.media import (
    MediaEvent,
    MediaFullError,
    MediaLostError,
    TableVersion,
    UnknownConnectionError,
    WorkerBack,
    WorkerGivenUp,
    WorkerLost,
)
from tests.media.waiting import until

NAMES = ("0", "1")
PAUSE = 0.02
ROOMS = tuple(RoomId(f"room{n}") for n in range(6))


@dataclass
class Yard:
    """Two workers in this process and the plane an app makes of them."""

    folder: Path
    workers: dict[str, Worker] = field(default_factory=dict)
    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    silence_s: float = 10.0

    def settings(self, name: str) -> WorkerSettings:
        path = self.folder / f"{name}.sock"
        return WorkerSettings(control=path, max_rooms=3, silence_s=self.silence_s)

    def start(self, name: str) -> None:
        serving = run_worker(
            self.settings(name), begun=lambda worker: self.workers.__setitem__(name, worker)
        )
        self.tasks[name] = asyncio.create_task(serving)

    async def stop(self, name: str) -> None:
        task = self.tasks.pop(name)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self.workers.pop(name, None)

    def away(self, name: str) -> None:
        """Let an app not reach it, while it still stands: its socket leads nowhere."""
        for writer in self.workers[name].control._open.values():
            writer.transport.abort()
        self.settings(name).control.rename(self.folder / "away.sock")

    def back(self, name: str) -> None:
        (self.folder / "away.sock").rename(self.settings(name).control)

    def held(self, name: str) -> set[RoomId]:
        return set(self.workers[name].plane.rooms)


@dataclass
class Plane:
    media: Workers
    told: list[MediaEvent] = field(default_factory=list)

    async def hear(self, kind: type[Any], *, within: float = 8) -> Any:
        async with asyncio.timeout(within):
            while True:
                for event in self.told:
                    if isinstance(event, kind):
                        self.told.remove(event)
                        return event
                await asyncio.sleep(PAUSE)

    async def route(self, room: RoomId, n: int = 1, epoch: int = 1) -> None:
        await self.media.route(room, TableVersion(epoch=epoch, n=n), frozenset())


@contextlib.asynccontextmanager
async def plane(yard: Yard, *, epoch: int = 1, given_up_s: float = 60.0) -> AsyncIterator[Plane]:
    clients = {
        name: WorkerClient(yard.settings(name).control, epoch=epoch, ping_s=0.1) for name in NAMES
    }
    media = Workers(clients, given_up_s=given_up_s)
    it = Plane(media)

    async def listen() -> None:
        async for event in media.events():
            it.told.append(event)

    jobs = [listen(), *(job() for job in media.jobs().values())]
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        yield it
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def yard(tmp_path: Path) -> AsyncIterator[Yard]:
    made = Yard(tmp_path)
    yield made
    for name in list(made.tasks):
        await made.stop(name)


@pytest.fixture
async def hasty(yard: Yard) -> Yard:
    """Both, soon to take an app's silence for its end."""
    yard.silence_s = 0.4
    for name in NAMES:
        yard.start(name)
    return yard


@pytest.fixture
async def both(yard: Yard) -> Yard:
    for name in NAMES:
        yard.start(name)
    return yard


@contextlib.asynccontextmanager
async def standing(yard: Yard, **more: Any) -> AsyncIterator[Plane]:
    async with plane(yard, **more) as it:
        for _ in NAMES:
            await it.hear(WorkerBack)
        yield it


async def test_rooms_are_shared_out_and_stay_where_they_are(both: Yard) -> None:
    async with standing(both) as it:
        for room in ROOMS[:4]:
            await it.route(room)
        first, second = both.held("0"), both.held("1")
        assert len(first) == len(second) == 2
        for n in (2, 3):
            for room in ROOMS[:4]:
                await it.route(room, n)
                await it.media.connect(room, ConnectionId(f"{room} {n}"))
        assert (both.held("0"), both.held("1")) == (first, second)
        await it.media.close_room(ROOMS[0])
        await it.media.close_room(ROOMS[2])
        for room in ROOMS[4:]:
            await it.route(room)
        assert {len(both.held("0")), len(both.held("1"))} == {2}


async def test_a_full_plane_says_so(both: Yard) -> None:
    async with standing(both) as it:
        for room in ROOMS:
            await it.route(room)
        with pytest.raises(MediaFullError):
            await it.route(RoomId("one too many"))


async def test_of_a_dead_worker_only_its_own_rooms_hear(both: Yard) -> None:
    async with standing(both) as it:
        for room in ROOMS[:4]:
            await it.route(room)
        kept, lost = both.held("0"), both.held("1")
        await both.stop("1")
        assert (await it.hear(WorkerLost)).elsewhere == kept
        for room in lost:
            with pytest.raises(MediaLostError):
                await it.route(room, 2)
        for room in kept:
            await it.route(room, 2)
        both.start("1")
        assert (await it.hear(WorkerBack)).elsewhere == kept
        for room in lost:
            await it.route(room, 3)
        assert (both.held("0"), both.held("1")) == (kept, lost)


async def test_rooms_of_a_worker_that_stays_away_move_and_are_closed_where_they_were(
    both: Yard,
) -> None:
    async with standing(both, given_up_s=0.6) as it:
        for room in ROOMS[:2]:
            await it.route(room)
        (moved,) = both.held("1")
        await it.media.connect(moved, ConnectionId("a"))
        plane_of_1 = both.workers["1"].plane
        both.away("1")
        await it.hear(WorkerLost)
        with pytest.raises(MediaLostError):
            await it.route(moved, 2)
        assert (await it.hear(WorkerGivenUp)).elsewhere == both.held("0")
        back = await it.hear(WorkerBack)
        assert moved not in back.elsewhere
        with pytest.raises(UnknownConnectionError):
            await it.media.answer(ConnectionId("a"), "v=0")
        await it.route(moved, 3)
        assert both.held("0") == set(ROOMS[:2])
        assert moved in plane_of_1.rooms
        both.back("1")
        back = await it.hear(WorkerBack)
        assert (back.connections, back.elsewhere) == (frozenset(), both.held("0"))
        assert not plane_of_1.rooms
        assert not plane_of_1.connections


async def test_a_plane_without_any_worker_says_when_nothing_flows_any_more(both: Yard) -> None:
    async with standing(both, given_up_s=0.3) as it:
        for room in ROOMS[:2]:
            await it.route(room)
        for name in NAMES:
            await both.stop(name)
        given_up = [await it.hear(WorkerGivenUp) for _ in NAMES]
        assert given_up[-1].elsewhere == frozenset()


async def test_a_new_app_places_nothing_before_it_knows_what_every_worker_holds(
    yard: Yard,
) -> None:
    yard.start("0")
    async with plane(yard, given_up_s=1.0) as it:
        await it.hear(WorkerBack)
        with pytest.raises(MediaLostError):
            await it.route(ROOMS[0])
        await it.hear(WorkerBack)
        await it.route(ROOMS[0])
        assert yard.held("0") == {ROOMS[0]}


async def test_a_new_app_finds_the_rooms_where_they_are(both: Yard) -> None:
    async with standing(both, epoch=1) as old:
        for room in ROOMS[:4]:
            await old.route(room)
            await old.media.connect(room, ConnectionId(f"of {room}"))
    before = both.held("0"), both.held("1")
    async with plane(both, epoch=2) as new:
        found = [await new.hear(WorkerBack) for _ in NAMES]
        assert {one for back in found for one in back.connections} == {
            f"of {room}" for room in ROOMS[:4]
        }
        for room in reversed(ROOMS[:4]):
            await new.route(room, 1, epoch=2)
        for room in ROOMS[:4]:
            await new.media.disconnect(ConnectionId(f"of {room}"))
    assert (both.held("0"), both.held("1")) == before
    assert not both.workers["0"].plane.connections
    assert not both.workers["1"].plane.connections


async def test_a_draining_worker_gets_no_new_room_and_leaves_with_its_last(both: Yard) -> None:
    async with standing(both) as it:
        await it.route(ROOMS[0])
        (place,) = [name for name in NAMES if both.held(name)]
        both.workers[place].drain(60)
        (other,) = set(NAMES) - {place}
        for room in ROOMS[1:4]:
            await it.route(room)
        assert both.held(other) == set(ROOMS[1:4])
        await it.media.connect(ROOMS[0], ConnectionId("late"))
        with pytest.raises(MediaFullError):
            await it.route(ROOMS[4])
        await it.media.close_room(ROOMS[0])
        await until(both.tasks[place].done)
        assert both.tasks[place].exception() is None


async def test_a_worker_closes_what_a_new_app_does_not_route_and_can_end(hasty: Yard) -> None:
    async with standing(hasty, epoch=1) as old:
        for room in ROOMS[:4]:
            await old.route(room)
        await old.media.connect(ROOMS[4], ConnectionId("never routed"))
    async with standing(hasty, epoch=2) as new:
        await new.media.disconnect(ConnectionId("never routed"))
        await new.route(ROOMS[0], epoch=2)
        (place,) = [name for name in NAMES if ROOMS[0] in hasty.held(name)]
        (other,) = set(NAMES) - {place}
        await until(lambda: hasty.held(place) == {ROOMS[0]} and not hasty.held(other))
        hasty.workers[other].drain(60)
        await until(hasty.tasks[other].done)


async def test_rooms_that_only_an_earlier_app_had_count_as_no_load(both: Yard) -> None:
    async with standing(both, epoch=1) as old:
        for room in ROOMS[:4]:
            await old.route(room)
        await old.media.close_room(ROOMS[2])
    async with standing(both, epoch=2) as new:
        await new.route(ROOMS[0], epoch=2)
        (place,) = [name for name in NAMES if ROOMS[0] in both.held(name)]
        (other,) = set(NAMES) - {place}
        await new.route(ROOMS[4], epoch=2)
        assert ROOMS[4] in both.held(other)


async def test_a_room_that_its_draining_worker_has_closed_goes_elsewhere(hasty: Yard) -> None:
    async with standing(hasty, epoch=1) as old:
        for room in ROOMS[:4]:
            await old.route(room)
    async with standing(hasty, epoch=2) as new:
        await new.route(ROOMS[0], epoch=2)
        (place,) = [name for name in NAMES if ROOMS[0] in hasty.held(name)]
        await until(lambda: hasty.held(place) == {ROOMS[0]})
        hasty.workers[place].drain(60)
        (left,) = [room for room in ROOMS[1:4] if new.media._rooms[room].name == place]
        await new.route(left, epoch=2)
        assert hasty.held(place) == {ROOMS[0]}


async def test_a_room_closed_while_its_worker_is_out_of_reach_is_closed_there_later(
    both: Yard,
) -> None:
    async with standing(both) as it:
        for room in ROOMS[:2]:
            await it.route(room)
        gone, kept = both.held("1").copy().pop(), both.held("0")
        both.away("1")
        await it.hear(WorkerLost)
        await it.media.close_room(gone)
        assert gone in both.held("1")
        with pytest.raises(MediaLostError):
            await it.route(gone, 2)
        both.back("1")
        assert (await it.hear(WorkerBack)).elsewhere == kept
        assert not both.held("1")
        await it.route(gone, 1)
        assert both.held("1") == {gone}
        both.workers["1"].drain(60)
        await it.media.close_room(gone)
        await until(both.tasks["1"].done)


async def test_figures_are_told_worker_by_worker(both: Yard) -> None:
    async with standing(both) as it:
        for room in ROOMS[:3]:
            await it.route(room)
        told = await it.media.by_worker()
        assert sorted(figures["media_rooms"] for figures in told.values()) == [1, 2]
        await both.stop("1")
        await it.hear(WorkerLost)
        assert (await it.media.by_worker())["1"] == {}
