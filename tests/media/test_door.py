"""A worker on another host: TLS and a shared secret, both sides prove it; strangers cost little."""

import asyncio
import contextlib
import json
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.domain.ids import ConnectionId, RoomId
from server.media import trust as trusting, wire
from server.media.control import HELLO_S
from server.media.settings import DoorSettings, WorkerSettings
from server.media.trust import trust
from server.media.ways import RemoteWay
from server.ports.media import (
    MediaConnected,
    MediaFullError,
    MediaLost,
    WorkerBack,
    WorkerLost,
)
from tests.media.conftest import ROOM, NewPhone, Plant, client_of, plant
from tests.media.engine_contract import both_ways, version
from tests.media.waiting import until
from tests.support.server import free_port

SECRET = "the same thirty-two signs on both sides"
HERE = "127.0.0.1"
WORKER, APP = trust(SECRET, "worker"), trust(SECRET, "app")
OTHER_APP, OTHER_WORKER = trust(SECRET.upper(), "app"), trust(SECRET.upper(), "worker")


@pytest.fixture
def far(settings: WorkerSettings) -> WorkerSettings:
    door = DoorSettings(host=HERE, port=free_port(socket.SOCK_STREAM), trust=WORKER)
    return replace(settings, door=door)


def door_of(settings: WorkerSettings) -> DoorSettings:
    assert settings.door is not None
    return settings.door


def way_to(settings: WorkerSettings, context: ssl.SSLContext = APP) -> RemoteWay:
    return RemoteWay(host=HERE, port=door_of(settings).port, trust=context)


@contextlib.asynccontextmanager
async def far_plant(settings: WorkerSettings, **more: Any) -> AsyncIterator[Plant]:
    async with plant(settings, way=way_to(settings), **more) as it:
        await it.hear(WorkerBack)
        yield it


async def test_media_flow_under_an_app_on_another_host(
    far: WorkerSettings, phones: NewPhone
) -> None:
    async with far_plant(far) as it:
        a, m = phones("a", 60), phones("m", 130)
        for phone in (a, m):
            await phone.join(it.client, ROOM)
        await it.client.route(ROOM, version(1), both_ways(a, m))
        await m.sees(0)


async def test_a_newer_app_takes_over_through_the_door_and_an_older_is_refused(
    far: WorkerSettings,
) -> None:
    async with far_plant(far, epoch=4):
        async with client_of(far, epoch=5, way=way_to(far)) as new:
            await new.hear(WorkerBack)
        async with client_of(far, epoch=3, way=way_to(far)) as old:
            with pytest.raises(TimeoutError):
                await old.hear(WorkerBack, within=0.5)


async def test_without_its_app_it_forwards_nothing_lets_go_and_waits(
    far: WorkerSettings, phones: NewPhone
) -> None:
    hasty = replace(far, silence_s=1.0, orphan_s=3.0)
    async with far_plant(hasty, ping_s=0.1) as it:
        a, m = phones("a", 60), phones("m", 130)
        for phone in (a, m):
            await phone.join(it.client, ROOM)
        await it.client.route(ROOM, version(1), both_ways(a, m))
        await m.sees(0)
        loop = asyncio.get_running_loop()
        with it.mute():
            await until(lambda: loop.time() - max(m.last_at.values()) > 0.8, within=8)
            for phone in (a, m):
                await until(lambda: phone.peer.connectionState == "closed", within=12)  # noqa: B023
        for phone in (a, m):
            await it.hear(MediaLost, connection=phone.name, reason="expired")
        again, other = phones("a2", 60), phones("m2", 130)
        for phone in (again, other):
            await phone.join(it.client, ROOM)
        await it.client.route(ROOM, version(2), both_ways(again, other))
        await other.sees(0)


async def test_a_worker_that_waits_empty_takes_an_app_whose_clock_was_set_back(
    far: WorkerSettings,
) -> None:
    hasty = replace(far, silence_s=0.1, orphan_s=0.3)
    async with far_plant(hasty, epoch=4, ping_s=0.05) as it:
        async with client_of(hasty, epoch=5, way=way_to(hasty), ping_s=0.05) as newer:
            await newer.hear(WorkerBack)
            with pytest.raises(TimeoutError):
                await it.hear(WorkerBack, within=0.6)
        await it.hear(WorkerBack)
        assert await it.client.connect(ROOM, ConnectionId("a"))


# ------------------------------------------------------------------ strangers


async def send_and_read(line: bytes, settings: WorkerSettings, context: Any) -> bytes:
    """Return what the door says to this; a broken connection says nothing more."""
    said = b""
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection(HERE, door_of(settings).port, ssl=context)
        writer.write(line)
        with contextlib.suppress(OSError):
            said = await reader.read()
        writer.close()
    return said


HELLO = wire.write_line({"id": 0, "op": "hello", "protocol": wire.PROTOCOL, "epoch": 99})


def old_tls() -> ssl.SSLContext:
    """Return an app's own context, but as an attacker would weaken it."""
    context = trust(SECRET, "app")
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def without_proof() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def reflected() -> ssl.SSLContext:
    """Return the worker's own proof, shown by somebody who takes an app's place."""
    context = trust(SECRET, "app")
    # As if one key served both roles: what a worker shows must not open a worker.
    return _with_key_of(context, "worker")


def _with_key_of(context: ssl.SSLContext, role: Any) -> ssl.SSLContext:
    trusting._show(context, trusting._key(trusting._root(SECRET), role), role)
    return context


@pytest.mark.parametrize(
    "stranger",
    [lambda: None, lambda: OTHER_APP, old_tls, without_proof, reflected],
    ids=["plain text", "wrong secret", "old TLS", "no proof", "worker's proof"],
)
async def test_who_proves_nothing_hears_nothing_and_disturbs_nobody(
    far: WorkerSettings, stranger: Callable[[], ssl.SSLContext | None]
) -> None:
    quick = replace(far, door=replace(door_of(far), failed_s=0.05))
    async with far_plant(quick) as it:
        for _ in range(3):
            async with asyncio.timeout(3):
                said = await send_and_read(HELLO, quick, stranger())
            assert b"worker" not in said
            assert b"{" not in said
        assert (await it.client.counters())["media_drop_control_total"] == 3
        assert not [event for event in it.told if isinstance(event, WorkerLost)]


async def test_an_app_gives_nothing_to_a_false_worker(tmp_path: Path) -> None:
    heard = asyncio.get_running_loop().create_future()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            heard.set_result(await reader.read())
        writer.close()

    server = await asyncio.start_server(listen, HERE, 0, ssl=OTHER_WORKER)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(ssl.SSLCertVerificationError):
        await RemoteWay(host=HERE, port=port, trust=APP).open()
    server.close()
    assert not heard.done() or heard.result() == b""


@pytest.mark.parametrize(
    "line", [b"x" * (wire.MAX_LINE + 10) + b"\n", b"GET / HTTP/1.1\r\n", b"[" * 90_000 + b"\n"]
)
async def test_a_frame_that_is_no_frame_costs_its_own_connection(
    far: WorkerSettings, line: bytes
) -> None:
    async with far_plant(far) as it:
        async with asyncio.timeout(3):
            assert await send_and_read(line, far, APP) == b""
        assert await it.client.counters()
        assert not [event for event in it.told if isinstance(event, WorkerLost)]


async def test_who_keeps_silent_is_let_go_and_takes_few_places(far: WorkerSettings) -> None:
    hasty = replace(far, door=replace(door_of(far), proof_s=0.4, failed_s=0.0))
    async with far_plant(hasty) as it:
        opened = [
            await asyncio.open_connection(HERE, door_of(hasty).port)
            for _ in range(door_of(hasty).most_each + 6)
        ]
        async with asyncio.timeout(3):
            for reader, writer in opened:
                with contextlib.suppress(OSError):
                    assert await reader.read() == b""
                writer.close()
        # All places are free again, and the app was never disturbed.
        async with client_of(hasty, epoch=2, way=way_to(hasty)) as new:
            await new.hear(WorkerBack)
        await it.hear(WorkerLost)


async def test_a_proved_app_that_says_no_hello_is_let_go(far: WorkerSettings) -> None:
    async with far_plant(far) as it:
        reader, writer = await asyncio.open_connection(HERE, door_of(far).port, ssl=APP)
        writer.write(HELLO[:10])
        async with asyncio.timeout(HELLO_S + 3):
            with contextlib.suppress(OSError):
                assert await reader.read() == b""
        writer.close()
        assert await it.client.counters()


def test_a_secret_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        trust("x" * 31, "app")


async def test_the_secret_is_written_down_nowhere(
    far: WorkerSettings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with far_plant(far) as it:
        await it.client.counters()
        await send_and_read(HELLO, far, OTHER_APP)
    assert SECRET not in caplog.text + repr(far) + repr(way_to(far))


# ------------------------------------------------------------------ draining


async def ask_to_drain(settings: WorkerSettings, limit_s: float) -> dict[str, Any]:
    reader, writer = await asyncio.open_unix_connection(str(settings.control))
    writer.write(wire.write_line({"op": "drain", "limit_s": limit_s}))
    async with asyncio.timeout(3):
        reply: dict[str, Any] = json.loads(await reader.readline())
    writer.close()
    return reply


async def test_a_draining_worker_keeps_its_rooms_takes_no_new_one_and_ends_with_the_last(
    settings: WorkerSettings, phones: NewPhone
) -> None:
    hasty = replace(settings, silence_s=2.0)
    async with plant(hasty, ping_s=0.1) as it:
        await it.hear(WorkerBack)
        a, m = phones("a", 60), phones("m", 130)
        await a.join(it.client, ROOM)
        assert await ask_to_drain(hasty, 60) == {"ok": True, "rooms": 1}
        await until(lambda: it.client.draining)
        with pytest.raises(MediaFullError):
            await it.client.connect(RoomId("another"), m.name)
        # Who comes late or comes back still comes in.
        await m.join(it.client, ROOM)
        await it.client.route(ROOM, version(1), both_ways(a, m))
        await m.sees(0)
        await it.client.close_room(ROOM)
        await it.hear(WorkerLost)


async def test_a_draining_worker_ends_at_its_limit(
    settings: WorkerSettings, phones: NewPhone
) -> None:
    async with plant(replace(settings, silence_s=2.0)) as it:
        await it.hear(WorkerBack)
        a = phones("a", 60)
        await a.join(it.client, ROOM)
        await it.hear(MediaConnected)
        await ask_to_drain(settings, 0.5)
        await it.hear(WorkerLost)
        assert not [event for event in it.told if isinstance(event, MediaLost)]
        await until(lambda: a.peer.connectionState == "closed", within=2)
