"""Several media workers as processes: one dies alone, one stands on another host, one drains."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import aioice.ice
import pytest

from server.config import load
from server.domain.ids import RoomId
from server.media.client import WorkerClient
from server.media.workers import Workers
from server.media_wiring import worker_settings
from server.ports.media import MediaEvent, TableVersion, WorkerBack, WorkerLost
from server.rehearsal import play
from server.rehearsal.peer import stay_on_loopback
from server.setting_forms import SettingsError
from server.supervisor import Child
from tests.media.engine_contract import both_ways
from tests.media.phone import Phone
from tests.media.waiting import until
from tests.support.server import (
    GONE_WITHIN,
    PAUSE,
    Server,
    alive,
    children,
    command_of,
    free_port,
    serving,
    settings,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

FIRST, SECOND = "server media --worker=0", "server media --worker=1"
SECRET = "thirty-two signs that nobody can guess"
ROOMS = (RoomId("one"), RoomId("other"))


async def metrics(server: Server) -> str:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{server.url}/metrics") as answer,
    ):
        return await answer.text()


async def both_up(server: Server) -> None:
    async with asyncio.timeout(GONE_WITHIN):
        while (await metrics(server)).count('heyi_media_up{worker="0"} 1.0') < 1 or (
            await metrics(server)
        ).count('heyi_media_up{worker="1"} 1.0') < 1:
            await asyncio.sleep(PAUSE)


async def heyi(env: dict[str, str], *words: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", *words), env=env, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode()


async def test_each_worker_has_its_port_and_is_started_again_alone(tmp_path: Path) -> None:
    async with serving(tmp_path, "--demo", "--media-workers", "2") as server:
        await both_up(server)
        first = server.part(FIRST)
        told = (tmp_path / "server.log").read_text()
        port = int(server.env["HEYI_MEDIA_PORT"])
        assert {int(one) for one in re.findall(r"are told 127\.0\.0\.1:(\d+)", told)} == {
            port,
            port + 1,
        }
        await server.kill(SECOND)
        await both_up(server)
        assert server.part(FIRST) == first
        # Without rooms a draining worker ends at once, and a fresh one takes its place.
        assert "draining, 0 rooms" in await heyi(server.env, "drain", "--worker", "0")
        async with asyncio.timeout(GONE_WITHIN):
            while alive(first):
                await asyncio.sleep(PAUSE)
        await both_up(server)


# ------------------------------------------------------------------ two rooms, two workers


@dataclass
class Yard:
    """Two worker processes, kept as the supervisor keeps them, and the app's side of them."""

    media: Workers
    told: list[MediaEvent]

    async def hear(self, kind: type[MediaEvent]) -> None:
        await until(lambda: any(isinstance(one, kind) for one in self.told), within=60)
        self.told.remove(next(one for one in self.told if isinstance(one, kind)))

    async def joined(self, room: RoomId, n: int) -> tuple[Phone, Phone]:
        """Let two phones see each other in this room."""
        pair = Phone(f"{room}-{n}-a", 60), Phone(f"{room}-{n}-m", 130)
        for phone in pair:
            await phone.join(self.media, room)
        await self.media.route(room, TableVersion(epoch=1, n=n), both_ways(*pair))
        for phone in pair:
            await phone.sees(0, within=30)
        return pair

    def worker_of(self, room: RoomId) -> int:
        (pid,) = [
            pid
            for pid in children(os.getpid())
            if f"--worker={self.media._rooms[room].name}" in command_of(pid)
        ]
        return pid


@pytest.fixture
async def yard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Yard]:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
    env = settings(tmp_path / "d", HEYI_MEDIA_WORKERS="2")
    kept = [
        Child(
            name=f"media {n}",
            argv=[sys.executable, "-m", "server", "media", f"--worker={n}"],
            env=env,
        )
        for n in range(2)
    ]
    run = tmp_path / "d" / "run"
    ways = {"0": run / "media.sock", "1": run / "media-1.sock"}
    media = Workers({name: WorkerClient(way, epoch=1) for name, way in ways.items()})
    told: list[MediaEvent] = []

    async def listen() -> None:
        async for event in media.events():
            told.append(event)  # noqa: PERF401  # it never ends

    jobs = [listen(), *(child.keep() for child in kept), *(job() for job in media.jobs().values())]
    tasks = [asyncio.create_task(job) for job in jobs]
    it = Yard(media, told)
    try:
        for _ in kept:
            await it.hear(WorkerBack)
        yield it
    finally:
        for child in kept:
            await child.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_rooms_on_the_other_worker_do_not_lose_a_packet(yard: Yard) -> None:
    pairs = {room: await yard.joined(room, 1) for room in ROOMS}
    lost, kept = ROOMS
    assert yard.worker_of(lost) != yard.worker_of(kept)
    os.kill(yard.worker_of(lost), signal.SIGKILL)
    await yard.hear(WorkerLost)
    for phone in pairs[lost]:
        await phone.close()
    await yard.hear(WorkerBack)
    again = await yard.joined(lost, 2)
    for phone in pairs[kept]:
        # Packets, not pictures: a phone that stalls on a busy machine decodes later.
        before = phone.packets(0)
        await until(lambda: phone.packets(0) > before + 100, within=30)  # noqa: B023
    assert [phone.gaps() for phone in pairs[kept]] == [0, 0]
    for phone in (*again, *pairs[kept]):
        await phone.close()


async def test_a_signal_lets_a_worker_end_with_its_last_room(yard: Yard) -> None:
    room = ROOMS[0]
    pair = await yard.joined(room, 1)
    pid = yard.worker_of(room)
    os.kill(pid, signal.SIGUSR1)
    for phone in pair:
        before = phone.packets(0)
        await until(lambda: phone.packets(0) > before + 100, within=30)  # noqa: B023
    assert alive(pid)
    await yard.media.close_room(room)
    await yard.hear(WorkerLost)
    await until(lambda: not alive(pid))
    await yard.hear(WorkerBack)
    for phone in pair:
        await phone.close()


# ------------------------------------------------------------------ a worker on another host


@contextlib.asynccontextmanager
async def far_worker(folder: Path, door: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `heyi media --listen` with a data folder of its own, as on another host."""
    env = settings(folder / "far", HEYI_MEDIA_SECRET=SECRET)
    words = ("media", "--listen", f"127.0.0.1:{door}")
    with (folder / "far.log").open("ab") as out:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server", *words), env=env, stdout=out, stderr=out
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def test_a_sitting_on_a_worker_on_another_host(tmp_path: Path) -> None:
    stay_on_loopback()
    door = free_port(socket.SOCK_STREAM)
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    more = {
        "HEYI_MEDIA_WORKERS": "0",
        "HEYI_MEDIA_REMOTE": f"127.0.0.1:{door}",
        "HEYI_MEDIA_SECRET_FILE": str(tmp_path / "secret"),
    }
    async with (
        far_worker(tmp_path, door) as worker,
        serving(tmp_path, "--demo", **more) as server,
        play.cast(server.url) as people,
    ):
        assert not any("server media" in command_of(pid) for pid in children(server.pid))
        async with asyncio.timeout(GONE_WITHIN):
            while f'heyi_media_up{{worker="127.0.0.1:{door}"}} 1.0' not in await metrics(server):
                await asyncio.sleep(PAUSE)
        await play._register(people)
        await play._arrive(people)
        await play._receive(people)
        assert f'heyi_media_participants{{worker="127.0.0.1:{door}"}} 3.0' in await metrics(server)
        assert SECRET not in command_of(worker.pid)
    assert worker.returncode == 0
    for log in ("server.log", "far.log"):
        assert SECRET not in (tmp_path / log).read_text()


def test_a_worker_for_another_host_starts_no_recorder_there() -> None:
    told = worker_settings(load(media_secret=SECRET), listen=("127.0.0.1", 1))
    assert told.recorder == ()
    assert worker_settings(load()).recorder


def test_a_worker_without_a_secret_does_not_listen() -> None:
    with pytest.raises(SettingsError, match="HEYI_MEDIA_SECRET"):
        worker_settings(load(), listen=("127.0.0.1", 1))
