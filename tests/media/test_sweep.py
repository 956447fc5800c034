"""Media stand still for Python's collector seldom: once nobody is here, or once many have gone."""

import asyncio
import subprocess
import sys
from dataclasses import replace

import pytest

from server.domain.ids import ConnectionId, RoomId
from server.media.formats import Kind
from server.media.settings import WorkerSettings
from server.media.sweep import MANY, Sweep
from server.media.worker import Worker, run_worker
from tests.media.hall import Hall, Source

ROOM = RoomId("room")
KEPT = 20_000
COUNTING = f"""
import gc, sys
from server.media.sweep import seldom
if sys.argv[1] == "seldom":
    seldom()
looks = []
gc.callbacks.append(lambda phase, info: looks.append(phase))
kept = [[] for _ in range({KEPT})]
print(looks.count("start"))
"""


@pytest.fixture
def looks() -> list[int]:
    return []


@pytest.fixture
def sweep(looks: list[int]) -> Sweep:
    return Sweep(lambda: looks.append(1))


def test_it_looks_once_when_the_last_one_has_gone(sweep: Sweep, looks: list[int]) -> None:
    sweep.look(0, anybody=False)
    sweep.look(0, anybody=True)
    sweep.look(1, anybody=True)
    assert looks == []
    sweep.look(2, anybody=False)
    sweep.look(2, anybody=False)
    assert looks == [1]


def test_among_others_it_waits_until_many_have_gone(sweep: Sweep, looks: list[int]) -> None:
    sweep.look(MANY - 1, anybody=True)
    assert looks == []
    sweep.look(MANY, anybody=True)
    sweep.look(2 * MANY - 1, anybody=True)
    assert looks == [1]


async def test_a_worker_looks_when_its_last_connection_has_gone(settings: WorkerSettings) -> None:
    begun: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
    looked = asyncio.Event()
    quick = replace(settings, silence_s=0.1)
    serving = asyncio.create_task(run_worker(quick, begun=begun.set_result, collect=looked.set))
    plane = (await begun).plane
    plane.connect(ROOM, ConnectionId("a"))
    plane.disconnect(ConnectionId("a"))
    async with asyncio.timeout(5):
        await looked.wait()
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def test_packets_go_with_their_connection_without_a_look() -> None:
    hall = Hall("a", "b")
    source = Source(hall, "a", starts=dict.fromkeys(Kind, 0), clock=0.0)
    source.send(Kind.VIDEO)
    uplink = hall["a"].uplinks[Kind.VIDEO]
    assert uplink.recall(uplink.highest) is not None
    hall.plane.disconnect(ConnectionId("a"))
    assert uplink.recall(uplink.highest) is None
    hall.close()


@pytest.mark.parametrize(("way", "some"), [("seldom", False), ("as usual", True)])
def test_a_process_of_its_own_does_not_look_as_objects_come(way: str, some: bool) -> None:
    told = subprocess.run([sys.executable, "-c", COUNTING, way], capture_output=True, check=True)
    assert (int(told.stdout) > 0) is some
