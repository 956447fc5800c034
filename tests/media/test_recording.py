"""Recording with real phones: what is written, what it is worth, and what ends it."""

import asyncio
import io
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import pytest

from server.archive.media_log import read_segments
from server.archive.recordings import LocalRecordings, check
from server.domain.ids import RecordingId
from server.media import recording
from server.media.settings import WorkerSettings
from server.ports.media import Edge, Recorded, RecordingEnded, RecordingHead, TableVersion
from server.ports.recording import RecordingState
from server.recorder import show_command, write_command
from tests.media.conftest import ROOM, NewPhone, Plant, plant
from tests.media.phone import RATE, Phone
from tests.media.waiting import until
from tests.support.server import children, command_of

RECORDING = RecordingId("recording-1")
KEY = bytes(range(32))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.fixture
async def recording_plant(settings: WorkerSettings, folder: Path) -> AsyncIterator[Plant]:
    async with plant(replace(settings, recorder=write_command(folder))) as it:
        await until(lambda: it.client.worker is not None)
        yield it


async def two(it: Plant, phones: NewPhone) -> tuple[Phone, Phone]:
    one, other = phones("one", 200), phones("other", 60)
    await asyncio.gather(one.join(it.client, ROOM), other.join(it.client, ROOM))
    await asyncio.gather(one.connected(), other.connected())
    return one, other


class Table:
    """The room's table: together or apart, recorded or not."""

    def __init__(self, it: Plant, *phones: Phone) -> None:
        self._it = it
        self._names = [phone.name for phone in phones]
        self._n = 0

    async def set(self, *, together: bool, recorded: bool) -> None:
        self._n += 1
        one, other = self._names
        edges = frozenset(
            {Edge(source=one, subscriber=other, slot=0), Edge(source=other, subscriber=one, slot=0)}
        )
        order = Recorded(
            recording=RECORDING, key=KEY, sources={name: f"seat-{name}" for name in self._names}
        )
        await self._it.client.route(
            ROOM,
            TableVersion(epoch=1, n=self._n),
            edges if together else frozenset(),
            order if recorded else None,
        )


def octets(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.log"))


async def ended(folder: Path) -> None:
    await until(lambda: all(one.ended for one in read_segments(folder, RECORDING)))


async def watch(folder: Path, track: str) -> bytes:
    shelf = LocalRecordings(folder, show_command())
    return b"".join([piece async for piece in shelf.watch(RECORDING, KEY, track)])


class Film:
    """A WebM, decoded whole."""

    def __init__(self, content: bytes) -> None:
        with av.open(io.BytesIO(content), "r") as film:
            self.seconds = (film.duration or 0) / 1_000_000
            streams: Any = film.streams
            self.pictures = [(f.time, _brightness(f)) for f in film.decode(streams.video[0])]
        with av.open(io.BytesIO(content), "r") as film:
            streams = film.streams
            self.sounds = [f.time for f in film.decode(streams.audio[0])]


def _brightness(frame: Any) -> float:
    plane = frame.planes[0]
    row = bytes(plane)[plane.line_size * frame.height // 2 :][: frame.width]
    return sum(row) / len(row)


async def test_each_participant_becomes_a_film_of_the_right_length(
    recording_plant: Plant, phones: NewPhone, folder: Path
) -> None:
    table = Table(recording_plant, *await two(recording_plant, phones))
    await table.set(together=True, recorded=True)
    await asyncio.sleep(3)
    await table.set(together=True, recorded=False)
    head = await recording_plant.hear(RecordingHead)
    await ended(folder)
    report = check(folder, RECORDING)
    assert report.state is RecordingState.WHOLE
    assert report.chain[head.chunks - 1] == head.chain
    assert b"seat-one" not in b"".join(p.read_bytes() for p in folder.rglob("*.log"))
    for name, brightness in (("seat-one", 200), ("seat-other", 60)):
        film = Film(await watch(folder, name))
        assert 2.4 < film.seconds < 4.5
        assert all(abs(one - brightness) < 12 for _, one in film.pictures)
        assert len(film.pictures) > 0.6 * RATE * film.seconds
        shown = film.pictures[-1][0] - film.pictures[0][0]
        sounded = film.sounds[-1] - film.sounds[0]
        assert shown > 1.8
        assert abs(sounded - 0.02 * len(film.sounds)) < 0.5


async def test_how_far_a_recording_is_gets_told_while_it_goes_on(
    recording_plant: Plant, phones: NewPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "HEAD_EVERY_S", 0.1)
    table = Table(recording_plant, *await two(recording_plant, phones))
    await table.set(together=True, recorded=True)
    heads = [await recording_plant.hear(RecordingHead) for _ in range(2)]
    assert 0 < heads[0].chunks < heads[1].chunks
    await table.set(together=True, recorded=False)
    last = await recording_plant.hear(RecordingHead)
    assert last.chunks >= heads[1].chunks


async def test_phones_that_send_h264_have_their_picture_in_an_mp4(
    recording_plant: Plant, phones: NewPhone, folder: Path
) -> None:
    one, other = phones("one", 200), phones("other", 60)
    one.only_h264 = other.only_h264 = True
    await asyncio.gather(*(phone.join(recording_plant.client, ROOM) for phone in (one, other)))
    await asyncio.gather(one.connected(), other.connected())
    table = Table(recording_plant, one, other)
    await table.set(together=True, recorded=True)
    await one.sees(0, more=40)
    await table.set(together=True, recorded=False)
    await ended(folder)
    for name, brightness in (("seat-one", 200), ("seat-other", 60)):
        made = await watch(folder, name)
        assert made[4:8] == b"ftyp"
        film = Film(made)
        assert len(film.pictures) > 30
        assert all(abs(shade - brightness) < 12 for _, shade in film.pictures)
        assert abs(film.sounds[-1] - film.pictures[-1][0]) < 1.0


async def test_nothing_is_written_while_the_table_orders_nothing(
    recording_plant: Plant, phones: NewPhone, folder: Path
) -> None:
    one, other = await two(recording_plant, phones)
    table = Table(recording_plant, one, other)
    await table.set(together=True, recorded=True)
    await until(lambda: octets(folder) > 20_000)
    await table.set(together=True, recorded=False)
    await ended(folder)
    written = octets(folder)
    await one.sees(0, more=30)
    assert octets(folder) == written
    await table.set(together=True, recorded=True)
    await until(lambda: octets(folder) > written + 20_000)
    await table.set(together=False, recorded=False)
    await ended(folder)
    assert [segment.number for segment in read_segments(folder, RECORDING)] == [0, 1]
    assert check(folder, RECORDING).state is RecordingState.WHOLE
    assert Film(await watch(folder, "seat-one")).pictures
    assert not await watch(folder, "nobody")


def recorders() -> list[int]:
    return [pid for pid in children(os.getpid()) if "server.recorder" in command_of(pid)]


async def test_a_killed_recorder_ends_only_the_recording(
    recording_plant: Plant, phones: NewPhone, folder: Path
) -> None:
    one, other = await two(recording_plant, phones)
    table = Table(recording_plant, one, other)
    await table.set(together=True, recorded=True)
    await until(lambda: check(folder, RECORDING).chunks > 1)
    (child,) = recorders()
    os.kill(child, signal.SIGKILL)
    told = await recording_plant.hear(RecordingEnded)
    assert (told.room, told.recording, told.why) == (ROOM, RECORDING, "recorder_lost")
    await asyncio.gather(one.sees(0), other.sees(0))
    assert not recorders()
    await table.set(together=True, recorded=True)
    assert await recording_plant.hear(RecordingEnded) == told, "an app that missed it hears it"
    assert not recorders()
    assert check(folder, RECORDING).state is RecordingState.CUT_SHORT
    assert Film(await watch(folder, "seat-other")).pictures


async def test_a_full_disk_ends_only_the_recording(
    settings: WorkerSettings, phones: NewPhone, small_disk: Path
) -> None:
    folder = small_disk / "media"
    async with plant(replace(settings, recorder=write_command(folder))) as it:
        await until(lambda: it.client.worker is not None)
        one, other = await two(it, phones)
        await Table(it, one, other).set(together=True, recorded=True)
        told = await it.hear(RecordingEnded, within=20)
        assert told.why == "disk_full"
        await asyncio.gather(one.sees(0), other.sees(0))
        assert check(folder, RECORDING).state is RecordingState.CUT_SHORT
        assert Film(await watch(folder, "seat-one")).pictures


async def test_a_flood_from_one_phone_spoils_nobody_s_film(
    recording_plant: Plant, phones: NewPhone, folder: Path
) -> None:
    """OWASP ASVS 17.2.7: the recorder goes on while a phone with keys sends what it can."""
    it = recording_plant
    one, other = await two(it, phones)
    table = Table(it, one, other)
    await table.set(together=True, recorded=True)
    await one.sees(0)
    for number in range(4000):
        head = b"\x80\x6f" + (number % 0x10000).to_bytes(2, "big") + bytes(4) + b"else"
        await one.inject(head + bytes(1000))
        if number % 20 == 0:
            await asyncio.sleep(0)
    begun = octets(folder)
    await one.sees(0, more=20, within=20)
    await table.set(together=True, recorded=False)
    await ended(folder)
    assert (await it.client.counters())["media_drop_flood_total"] > 1000
    assert octets(folder) > begun
    assert check(folder, RECORDING).state is RecordingState.WHOLE
    film = Film(await watch(folder, "seat-other"))
    assert len(film.pictures) > 20
    assert all(abs(shade - 60) < 12 for _, shade in film.pictures)


async def test_a_worker_that_may_not_record_says_so(
    settings: WorkerSettings, phones: NewPhone, caplog: pytest.LogCaptureFixture
) -> None:
    async with plant(settings) as it:
        await until(lambda: it.client.worker is not None)
        one, other = await two(it, phones)
        await Table(it, one, other).set(together=True, recorded=True)
        assert (await it.hear(RecordingEnded)).why == "not_here"
        await one.sees(0)
    assert "Traceback" not in caplog.text
    assert "recorder failed" not in caplog.text
