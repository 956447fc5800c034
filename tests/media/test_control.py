"""Between app and worker: closed when in doubt, newest app wins, either may die at any time."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.domain.ids import ConnectionId, RoomId
from server.media import wire
from server.media.settings import WorkerSettings
from server.media.ways import LocalWay, Pair
from server.media.wire import MAX_LINE
from server.media.worker import Worker, run_worker
from server.ports.media import (
    BadTableError,
    Edge,
    MediaConnected,
    MediaFullError,
    MediaLostError,
    MediaReady,
    TableVersion,
    UnknownConnectionError,
    WorkerBack,
    WorkerLost,
)
from tests.media.conftest import ROOM, NewPhone, client_of, plant
from tests.media.engine_contract import both_ways, version
from tests.media.phone import Phone
from tests.media.test_secure import goodbyes_never_end
from tests.media.waiting import until

SOURCE = """
import asyncio, sys
from pathlib import Path
from server.media.settings import WorkerSettings
from server.media.worker import Worker, run_worker
asyncio.run(run_worker(WorkerSettings(control=Path(sys.argv[1]))))
"""


@contextlib.asynccontextmanager
async def process(settings: WorkerSettings) -> AsyncIterator[asyncio.subprocess.Process]:
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SOURCE, str(settings.control)
    )
    try:
        yield worker
    finally:
        if worker.returncode is None:
            worker.kill()
        await worker.wait()


async def test_a_killed_worker_is_noticed_and_the_next_one_serves(
    settings: WorkerSettings, phones: NewPhone
) -> None:
    async with client_of(settings) as it:
        async with process(settings) as worker:
            await it.hear(WorkerBack, connections=frozenset())
            first = phones("a", 60)
            await first.join(it.client, ROOM)
            await first.connected()
            os.kill(worker.pid, signal.SIGKILL)
            await it.hear(WorkerLost)
            with pytest.raises(MediaLostError):
                await it.client.connect(ROOM, ConnectionId("b"))
        async with process(settings):
            await it.hear(WorkerBack, connections=frozenset())
            again, other = phones("a2", 60), phones("m", 130)
            for phone in (again, other):
                await phone.join(it.client, ROOM)
            await it.client.route(ROOM, version(1), both_ways(again, other))
            await other.sees(0)


async def test_a_silent_app_closes_every_edge_and_must_route_anew(
    settings: WorkerSettings, phones: NewPhone
) -> None:
    strict = replace(settings, silence_s=0.6)
    async with plant(strict, ping_s=0.1) as it:
        await it.hear(WorkerBack)
        a, m = phones("a", 60), phones("m", 130)
        for phone in (a, m):
            await phone.join(it.client, ROOM)
        await it.client.route(ROOM, version(1), both_ways(a, m))
        await m.sees(0)
        with it.mute():
            await until_silent(m)
        await it.hear(WorkerLost)
        await it.hear(WorkerBack, connections=frozenset({a.name, m.name}))
        before = m.packets()
        with pytest.raises(TimeoutError):
            await m.sees(0, more=1, within=0.5)
        assert m.packets() == before
        await it.client.route(ROOM, version(2), both_ways(a, m))
        await m.sees(0)


async def until_silent(phone: Phone, *, quiet_s: float = 0.5) -> None:
    loop = asyncio.get_running_loop()
    await until(lambda: loop.time() - max(phone.last_at.values()) > quiet_s)


async def test_a_new_app_adopts_what_the_worker_holds_and_the_old_one_is_refused(
    settings: WorkerSettings, phones: NewPhone
) -> None:
    strict = replace(settings, silence_s=1.0)
    async with plant(strict, epoch=1) as old:
        await old.hear(WorkerBack)
        a, m = phones("a", 60), phones("m", 130)
        for phone in (a, m):
            await phone.join(old.client, ROOM)
            await old.hear(MediaConnected, connection=phone.name)
        await old.client.route(ROOM, version(1), both_ways(a, m))
        await m.sees(0)
        async with client_of(strict, epoch=2, ping_s=0.2) as new:
            back = await new.hear(WorkerBack)
            assert back.connections == {a.name, m.name}
            for phone in (a, m):
                await new.hear(MediaConnected, connection=phone.name)
                await new.hear(MediaReady, connection=phone.name)
            await m.sees(0)
            await until_silent(m)
            with pytest.raises(MediaLostError):
                await old.client.route(ROOM, version(9), both_ways(a, m))
            await new.client.route(ROOM, TableVersion(epoch=2, n=1), both_ways(a, m))
            await m.sees(0)


async def test_an_app_of_an_older_epoch_gets_nothing_and_says_so_once(
    settings: WorkerSettings, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[str] = []

    class Way(LocalWay):
        async def open(self) -> Pair:
            asked.append(self.name)
            return await super().open()

    async with plant(settings, epoch=5) as it:
        await it.hear(WorkerBack)
        async with client_of(settings, epoch=4, way=Way(settings.control)) as old:
            await until(lambda: len(asked) > 2)
            assert old.client.worker is None
            with pytest.raises(MediaLostError):
                await old.client.connect(ROOM, ConnectionId("a"))
        assert it.client.worker is not None
    told = [one for one in caplog.records if "newer app" in one.message]
    assert [(one.levelname, one.exc_info) for one in told] == [("WARNING", None)]


async def test_a_worker_without_an_app_ends(settings: WorkerSettings) -> None:
    async with asyncio.timeout(3):
        await run_worker(replace(settings, silence_s=0.1, orphan_s=0.3))
    assert not settings.control.exists()


async def test_a_worker_that_cannot_bind_says_so(settings: WorkerSettings) -> None:
    too_long = replace(settings, control=Path("/tmp") / ("x" * 120))
    with pytest.raises(ValueError, match="107 bytes"):
        await run_worker(too_long)
    with pytest.raises(OSError, match="assign"):
        await run_worker(replace(settings, bind="203.0.113.1"))


@pytest.mark.parametrize(
    "line",
    [
        b"GET / HTTP/1.1\r\n",
        b"[]\n",
        b"{}\n",
        b'{"op":"hello","protocol":99,"epoch":1}\n',
        b'{"op":"hello","protocol":1,"epoch":"x"}\n',
        b"[" * 100_000 + b"\n",
        b"x" * (MAX_LINE + 10) + b"\n",
    ],
)
async def test_whoever_does_not_speak_the_language_is_let_go(
    settings: WorkerSettings, line: bytes
) -> None:
    async with plant(settings) as it:
        await it.hear(WorkerBack)
        reader, writer = await asyncio.open_unix_connection(str(settings.control))
        writer.write(line)
        async with asyncio.timeout(2):
            with contextlib.suppress(ConnectionError):
                rest = await reader.read()
                assert rest == b"" or json.loads(rest)["error"]
        writer.close()
        assert await it.client.counters()


async def test_an_app_that_is_gone_in_this_moment_is_told_no_more(
    settings: WorkerSettings, caplog: pytest.LogCaptureFixture
) -> None:
    workers: list[Worker] = []
    running = asyncio.create_task(run_worker(settings, begun=workers.append))
    await until(settings.control.exists)
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as app:
        app.setblocking(False)
        await loop.sock_connect(app, str(settings.control))
        hello = {"op": "hello", "protocol": wire.PROTOCOL, "epoch": 1}
        await loop.sock_sendall(app, wire.write_line(hello))
        assert await loop.sock_recv(app, MAX_LINE)
    for _ in range(10):
        # A round of reports: nothing else can be noticed in between.
        workers[0].control.tell(MediaReady(connection=ConnectionId("a")))
    assert not [one for one in caplog.records if "exception" in one.message]
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_tables_that_make_no_sense_are_refused(settings: WorkerSettings) -> None:
    async with plant(settings) as it:
        await it.hear(WorkerBack)
        other = RoomId("other")
        for room, name in ((ROOM, "a"), (ROOM, "m"), (other, "x")):
            await it.client.connect(room, ConnectionId(name))
        a, m, x = ConnectionId("a"), ConnectionId("m"), ConnectionId("x")
        foreign = frozenset({Edge(source=x, subscriber=a, slot=0)})
        crowded = frozenset(
            {Edge(source=one, subscriber=a, slot=0) for one in (m, ConnectionId("n"))}
        )
        twice = frozenset({Edge(source=m, subscriber=a, slot=slot) for slot in (0, 1)})
        for edges in (foreign, crowded, twice):
            with pytest.raises(BadTableError):
                await it.client.route(ROOM, version(1), edges)
        with pytest.raises(BadTableError):
            Edge(source=a, subscriber=m, slot=7)
        with pytest.raises(BadTableError):
            Edge(source=a, subscriber=a, slot=0)


async def test_what_is_not_there_is_named_and_what_is_too_much_refused(
    settings: WorkerSettings,
) -> None:
    async with plant(replace(settings, max_connections=1, max_rooms=1)) as it:
        await it.hear(WorkerBack)
        with pytest.raises(UnknownConnectionError):
            await it.client.answer(ConnectionId("nobody"), "v=0")
        await it.client.disconnect(ConnectionId("nobody"))
        await it.client.close_room(RoomId("nowhere"))
        await it.client.connect(ROOM, ConnectionId("a"))
        with pytest.raises(MediaFullError):
            await it.client.connect(ROOM, ConnectionId("b"))
        await it.client.close_room(ROOM)
        await it.client.connect(ROOM, ConnectionId("b"))


async def test_the_first_media_is_told_once(settings: WorkerSettings, phones: NewPhone) -> None:
    async with plant(settings) as it:
        await it.hear(WorkerBack)
        a = phones("a", 60)
        await a.join(it.client, ROOM)
        await it.hear(MediaConnected, connection=a.name)
        await it.hear(MediaReady, connection=a.name)
        assert not [event for event in it.told if isinstance(event, MediaReady)]


async def test_a_worker_that_ends_says_goodbye(settings: WorkerSettings, phones: NewPhone) -> None:
    async with plant(settings) as it:
        await it.hear(WorkerBack)
        a = phones("a", 60)
        await a.join(it.client, ROOM)
        await a.connected()
    await until(lambda: a.peer.connectionState == "closed", within=1)


async def test_a_worker_ends_soon_though_its_goodbyes_never_do(
    settings: WorkerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = goodbyes_never_end(monkeypatch)

    def begun(worker: Worker) -> None:
        for name in ("a", "b", "c"):
            worker.plane.connect(ROOM, ConnectionId(name))

    # By itself, for want of an app: who is cancelled waits for no goodbye.
    async with asyncio.timeout(2):
        await run_worker(replace(settings, silence_s=0.1, orphan_s=0.3), begun=begun)
    assert len(said) == 3


@pytest.mark.parametrize("announced", [(), ("0.0.0.0",), ("::",), ("media.example",)])
def test_an_address_no_phone_can_reach_is_refused(
    settings: WorkerSettings, announced: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="address"):
        replace(settings, announced=announced)
