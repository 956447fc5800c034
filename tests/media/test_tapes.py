"""A worker on another host records: bytes come over TLS, the app writes, nothing stays there."""

import asyncio
import base64
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.archive.media_log import read_segments
from server.archive.recordings import check
from server.domain.ids import RoomId
from server.media import recording
from server.media.client import WorkerClient
from server.media.recording import Recorder
from server.media.settings import DoorSettings, WorkerSettings
from server.media.table import Room
from server.media.tape_link import PIECE, WINDOW
from server.media.tapes import MOST, Tapes
from server.media.trust import trust
from server.media.ways import RemoteWay
from server.media.wire import Message, WireError
from server.media.workers import Workers
from server.ports.media import (
    MediaEvent,
    MediaLostError,
    Recorded,
    RecordingEnded,
    RecordingHead,
    TableVersion,
)
from server.ports.recording import RecordingState
from server.recorder import write_command
from tests.media.conftest import ROOM, NewPhone, Plant, plant
from tests.media.engine_contract import version
from tests.media.test_recording import KEY, RECORDING, Film, Table, ended, octets, two, watch
from tests.media.waiting import until
from tests.support.server import children, command_of, free_port

SECRET = "thirty-two signs that nobody can guess"
WORKER, APP = trust(SECRET, "worker"), trust(SECRET, "app")


@asynccontextmanager
async def far_plant(settings: WorkerSettings, *argv: str) -> AsyncIterator[Plant]:
    """Run a worker that is reached by TLS alone, and an app's side that writes with `argv`."""
    door = DoorSettings(host="127.0.0.1", port=free_port(socket.SOCK_STREAM), trust=WORKER)
    way = RemoteWay(host=door.host, port=door.port, trust=APP)
    tapes = Tapes(argv)
    writing = asyncio.create_task(tapes.run())
    try:
        async with plant(replace(settings, door=door), way=way, tapes=tapes) as it:
            await until(lambda: it.client.worker is not None)
            yield it
    finally:
        await asyncio.sleep(0)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.fixture
async def far(settings: WorkerSettings, folder: Path) -> AsyncIterator[Plant]:
    async with far_plant(settings, *write_command(folder)) as it:
        yield it


async def test_what_a_far_worker_sends_is_a_recording_like_any_other(
    far: Plant, phones: NewPhone, folder: Path
) -> None:
    one, other = await two(far, phones)
    table = Table(far, one, other)
    await table.set(together=True, recorded=True)
    await until(lambda: octets(folder) > 30_000)
    await table.set(together=True, recorded=False)
    head = await far.hear(RecordingHead)
    await ended(folder)
    written = octets(folder)
    report = check(folder, RECORDING)
    assert report.state is RecordingState.WHOLE
    assert report.chain[head.chunks - 1] == head.chain
    await one.sees(0, more=20)
    assert octets(folder) == written, "nothing is written that nobody ordered"
    await table.set(together=True, recorded=True)
    await until(lambda: octets(folder) > written + 20_000)
    await table.set(together=False, recorded=False)
    await ended(folder)
    assert [segment.number for segment in read_segments(folder, RECORDING)] == [0, 1]
    film = Film(await watch(folder, "seat-one"))
    assert all(abs(shade - 200) < 12 for _, shade in film.pictures)


async def test_a_broken_link_ends_the_recording_and_not_the_room(
    far: Plant, phones: NewPhone, folder: Path
) -> None:
    one, other = await two(far, phones)
    table = Table(far, one, other)
    await table.set(together=True, recorded=True)
    await until(lambda: check(folder, RECORDING).chunks > 1)
    assert far.client._writer is not None
    far.client._writer.transport.abort()
    told = await far.hear(RecordingEnded)
    assert (told.room, told.recording, told.why) == (ROOM, RECORDING, "link_lost")
    await asyncio.gather(one.sees(0), other.sees(0))
    await until(lambda: far.client._writer is not None)
    await ended(folder)
    written = octets(folder)
    await table.set(together=True, recorded=True)
    assert await far.hear(RecordingEnded) == told, "an app that orders it again hears it again"
    await asyncio.gather(one.sees(0), other.sees(0))
    assert octets(folder) == written
    assert Film(await watch(folder, "seat-other")).pictures


async def test_a_child_that_dies_or_finds_no_room_ends_only_the_recording(
    settings: WorkerSettings, phones: NewPhone, small_disk: Path
) -> None:
    async with far_plant(settings, *write_command(small_disk / "media")) as it:
        one, other = await two(it, phones)
        table = Table(it, one, other)
        await table.set(together=True, recorded=True)
        assert (await it.hear(RecordingEnded, within=20)).why == "disk_full"
        await asyncio.gather(one.sees(0), other.sees(0))
    dies = (sys.executable, "-c", "import sys; sys.stdin.buffer.read(9000)")
    again = replace(settings, control=settings.control.with_name("n.sock"))
    async with far_plant(again, *dies) as it:
        one, other = phones("three", 60), phones("four", 90)
        await asyncio.gather(one.join(it.client, ROOM), other.join(it.client, ROOM))
        await asyncio.gather(one.connected(), other.connected())
        await Table(it, one, other).set(together=True, recorded=True)
        assert (await it.hear(RecordingEnded, within=20)).why == "recorder_lost"
        await one.sees(0)


async def test_a_link_that_is_too_slow_ends_the_recording_and_its_child(
    settings: WorkerSettings, phones: NewPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "BACKLOG", 30_000)
    monkeypatch.setattr("server.media.tapes.TAIL_S", 0.1)
    hangs = (sys.executable, "-c", "import time; time.sleep(600)")
    async with far_plant(settings, *hangs) as it:
        one, other = await two(it, phones)
        await Table(it, one, other).set(together=True, recorded=True)
        assert (await it.hear(RecordingEnded, within=20)).why == "link_slow"
        await asyncio.gather(one.sees(0), other.sees(0))
        await until(
            lambda: not any("sleep(600)" in command_of(pid) for pid in children(os.getpid()))
        )


async def test_an_app_that_does_not_write_is_told_so(
    settings: WorkerSettings, phones: NewPhone
) -> None:
    door = DoorSettings(host="127.0.0.1", port=free_port(socket.SOCK_STREAM), trust=WORKER)
    way = RemoteWay(host=door.host, port=door.port, trust=APP)
    async with plant(replace(settings, door=door), way=way) as it:
        await until(lambda: it.client.worker is not None)
        one, other = await two(it, phones)
        await Table(it, one, other).set(together=True, recorded=True)
        assert (await it.hear(RecordingEnded)).why == "not_here"


async def test_the_key_stays_with_the_app(far: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Message] = []

    async def ask(op: str, **fields: Any) -> Message:
        sent.append({"op": op, **fields})
        return {}

    monkeypatch.setattr(far.client, "_ask", ask)
    await far.client.route(ROOM, TableVersion(epoch=1, n=1), frozenset(), ORDER)
    assert sent[0]["recorded"]["recording"] == RECORDING
    assert base64.b64encode(KEY).decode() not in str(sent)


ORDER = Recorded(recording=RECORDING, key=KEY, sources={})


# ------------------------------------------------------------------ a worker that is not ours


class Ear:
    """Hears what the app's side would send."""

    def __init__(self) -> None:
        self.said: list[Message] = []

    def __call__(self, message: Message) -> None:
        self.said.append(message)


@asynccontextmanager
async def tapes_of(argv: tuple[str, ...]) -> AsyncIterator[Tapes]:
    tapes = Tapes(argv)
    task = asyncio.create_task(tapes.run())
    try:
        yield tapes
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def opening(n: int, recording: str = RECORDING) -> Message:
    return {"event": "tape_open", "tape": n, "room": ROOM, "recording": recording}


async def test_only_what_was_ordered_is_written(folder: Path) -> None:
    ear = Ear()
    async with tapes_of(write_command(folder)) as tapes:
        tapes.take(opening(1), ear)
        tapes.order(ROOM, ORDER)
        tapes.take(opening(2, "another"), ear)
        tapes.take({**opening(3), "room": "elsewhere"}, ear)
        await until(lambda: len(ear.said) == 3)
    assert [one["op"] for one in ear.said] == ["tape_ended"] * 3
    assert not folder.exists()


async def test_what_comes_long_after_the_order_was_withdrawn_is_not_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.media.tapes.TAIL_S", 0.01)
    ear, batch = Ear(), base64.b64encode(b"\0\0\0\4tail").decode()
    part = {"event": "tape_part", "tape": 1, "part": batch}
    async with tapes_of(write_command(folder)) as tapes:
        tapes.order(ROOM, ORDER)
        tapes.take(opening(1), ear)
        tapes.take(part, ear)
        tapes.order(ROOM, None)
        await until(lambda: ear.said[-1:] == [{"op": "tape_ended", "tape": 1}])
        written = octets(folder)
        tapes.take(part, ear)
        await asyncio.sleep(0.05)
        assert octets(folder) == written


async def test_what_a_worker_did_not_confirm_to_have_ended_is_not_written_any_more(
    folder: Path,
) -> None:
    ear, batch = Ear(), base64.b64encode(b"\0\0\0\4tail").decode()
    part = {"event": "tape_part", "tape": 1, "part": batch}
    async with tapes_of(write_command(folder)) as tapes:
        tapes.order(ROOM, ORDER)
        tapes.take(opening(1), ear)
        tapes.take(part, ear)
        with pytest.raises(TimeoutError), tapes.ordering(ROOM, None):
            raise TimeoutError
        tapes.take(part, ear)
        await until(lambda: ear.said[-1:] == [{"op": "tape_ended", "tape": 1}])
    taken = [one for one in ear.said if one["op"] == "tape_taken"]
    assert len(taken) == 1


async def test_a_far_worker_that_does_not_answer_a_stop_writes_no_more() -> None:
    tapes = Tapes(())
    client = WorkerClient(Path("nowhere"), epoch=1, tapes=tapes)
    tapes.order(ROOM, ORDER)
    tapes.take(opening(1), Ear())
    with pytest.raises(MediaLostError):
        await client.route(ROOM, version(2), frozenset())
    assert tapes._open[1]._over.is_set()


async def test_a_worker_that_sends_more_than_it_may_is_let_go(folder: Path) -> None:
    flood = {"event": "tape_part", "tape": 1, "part": base64.b64encode(bytes(PIECE)).decode()}
    tapes = Tapes(write_command(folder))
    tapes.order(ROOM, ORDER)
    tapes.take(opening(1), Ear())
    for _ in range(2 * WINDOW // PIECE):
        tapes.take(flood, Ear())
    odd = ({"event": "tape_part", "tape": "1"}, {**flood, "part": "*"}, {"event": "tape_x"})
    for message in (flood, *odd):
        with pytest.raises(WireError):
            tapes.take(message, Ear())
    assert not Tapes.concerns({"event": "report"})


async def test_one_recording_too_many_ends_alone() -> None:
    ear, tapes = Ear(), Tapes(())
    tapes.order(ROOM, ORDER)
    for n in range(MOST + 1):
        tapes.take(opening(n), ear)
    assert ear.said == [{"op": "tape_ended", "tape": MOST}]
    for late in (
        {"event": "tape_part", "tape": MOST, "part": "AAAA"},
        {"event": "tape_close", "tape": MOST},
    ):
        tapes.take(late, ear)
    assert len(tapes.lost()) == MOST, "all the others are still written"


async def test_no_order_and_no_key_is_kept_of_a_room_that_went_to_another_worker() -> None:
    tapes = Tapes(())
    workers = Workers({"far": WorkerClient(Path("nowhere"), epoch=1, tapes=tapes)})
    (place,) = workers._places
    workers._rooms[ROOM] = place
    tapes.order(ROOM, ORDER)
    tapes.order(RoomId("elsewhere"), ORDER)
    workers._give_up(place)
    assert set(tapes._orders) == {RoomId("elsewhere")}


async def test_that_a_recording_ended_is_remembered_as_long_as_its_room() -> None:
    told: list[MediaEvent] = []
    recorder = Recorder((), spawn=lambda _: None, tell=told.append, want_key=lambda _: None)
    recorder.follow(Room(ROOM, recorded=ORDER))
    assert [type(one) for one in told] == [RecordingEnded]
    assert recorder._over[ROOM] == told[0]
    recorder.forget(ROOM)
    assert recorder._over == {}


async def test_stretches_that_ended_make_room_for_others(folder: Path) -> None:
    ear = Ear()
    async with tapes_of(write_command(folder)) as tapes:
        for n in range(2 * MOST):
            tapes.take(opening(n), ear)
            await until(lambda: len(ear.said) == n + 1)  # noqa: B023
            await asyncio.sleep(0)
