"""Grids are made by a child, one at a time, told of, called off, found again after a stop."""

import asyncio
import io
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import av
import pytest

from server.archive.grid_film import FILM, MANIFEST, GridWriter, opened_grid, read_grid
from server.archive.grids import ASKED, LocalGrids
from server.archive.media_log import DamagedError, SegmentWriter, read_segments
from server.archive.recordings import check
from server.domain.errors import NotFoundError
from server.domain.ids import CaseId, RecordingId
from server.ports.recording import (
    FilmLostError,
    FilmsBusyError,
    GridMade,
    GridOrder,
    GridState,
    RecordingState,
)
from server.recorder import LAST, MEMORY, grid_command
from tests.media.h264_clip import HUGE, packed
from tests.media.packets import rtp
from tests.media.sitting import batches, said, shown
from tests.media.test_mux import MARKED, bomb
from tests.media.waiting import until
from tests.support.films import KEY, grids_below
from tests.support.server import children, command_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

ONE, OTHER = RecordingId("recording-1"), RecordingId("recording-2")
CASE = CaseId("case-1")
ORDER = GridOrder(
    recording=ONE, case_id=CASE, key=KEY, names={"one": "王建国", "two": "李㛃", "never": "赵"}
)


def record(folder: Path, recording: RecordingId = ONE, seconds: float = 2) -> None:
    """Write a sitting of two, each with sound and picture."""
    writer = SegmentWriter(folder, recording, KEY, chance=os.urandom)
    one = [*shown(90, 0, seconds, 1), *said(0, seconds, 2)]
    for t, batch in enumerate(batches(one=one, two=shown(200, 0, seconds, 3))):
        writer.write(batch, t)
    writer.close()


@asynccontextmanager
async def making(grids: LocalGrids) -> AsyncIterator[list[GridMade]]:
    """Let grids be made; yield what became of them, as it comes."""
    made: list[GridMade] = []

    async def go_on() -> None:
        while True:
            one = await grids.next_made()
            if not one.why:
                await grids.noted(one.recording)
            made.append(one)

    task = asyncio.create_task(go_on())
    try:
        yield made
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def drawing() -> list[int]:
    return [pid for pid in children(os.getpid()) if "server.recorder grid" in command_of(pid)]


async def test_a_grid_is_made_sealed_and_says_of_what(tmp_path: Path) -> None:
    record(tmp_path)
    grids = grids_below(tmp_path)
    assert (await grids.report(ONE)).state is GridState.NONE
    await grids.ask(ORDER)
    assert (await grids.report(ONE)).state is GridState.WAITING
    async with making(grids) as made:
        await until(lambda: bool(made), within=60)
    (become,) = made
    report = await grids.report(ONE)
    assert (report.state, become.why, become.case_id) == (GridState.READY, "", CASE)
    film = b"".join([piece async for piece in grids.watch(ONE, KEY)])
    assert len(film) == report.octets
    with av.open(io.BytesIO(film), "r") as opened:
        assert (opened.duration or 0) / 1e6 == pytest.approx(2.0, abs=0.15)
        assert len(list(opened.decode(video=0))) == pytest.approx(30, abs=2)
    told = json.loads((tmp_path / ONE / MANIFEST).read_bytes())
    (segment,) = read_segments(tmp_path, ONE)
    assert told["derived"] == "grid"
    assert told["from"] == [
        {"segment": 0, "chunks": len(segment.chunks), "chain": segment.chunks[-1].chain}
    ]
    assert told["sha256"] == become.sha256
    assert become.chain == segment.chunks[-1].chain
    assert b"ftyp" not in (tmp_path / ONE / FILM).read_bytes()
    assert "王" not in json.dumps(told, ensure_ascii=False)
    names = {path.name for path in (tmp_path / ONE).iterdir()}
    assert names == {"0000.log", "0000.manifest", FILM, MANIFEST}, "nothing else is left"
    assert check(tmp_path, ONE).state is RecordingState.WHOLE


async def test_the_child_has_little_priority_and_memory_and_tells_how_far_it_is(
    tmp_path: Path,
) -> None:
    record(tmp_path, seconds=8)
    grids = grids_below(tmp_path)
    await grids.ask(ORDER)
    percents: list[int] = []

    async def under_way() -> bool:
        report = await grids.report(ONE)
        percents.append(report.percent)
        return report.percent > 0

    async with making(grids) as made:
        async with asyncio.timeout(60):
            while not await under_way():
                await asyncio.sleep(0.01)
        (pid,) = drawing()
        limits = Path(f"/proc/{pid}/limits").read_text()
        nice = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[16])
        await until(lambda: bool(made), within=60)
    assert nice == LAST
    assert str(MEMORY) in next(one for one in limits.splitlines() if "address space" in one)
    assert "unlimited" not in next(one for one in limits.splitlines() if "cpu time" in one)
    assert percents == sorted(percents)


async def test_one_is_made_at_a_time_and_who_calls_off_gets_none(tmp_path: Path) -> None:
    record(tmp_path, seconds=20)
    record(tmp_path, OTHER)
    grids = grids_below(tmp_path)
    await grids.ask(ORDER)
    await grids.ask(replace(ORDER, recording=OTHER))
    await grids.ask(ORDER)
    async with making(grids) as made:
        await until(lambda: grids._percent > 0, within=60)
        assert len(drawing()) == 1
        assert (await grids.report(OTHER)).state is GridState.WAITING
        assert await grids.cancel(ONE)
        await until(lambda: len(made) == 2, within=60)
    assert [(one.recording, one.why) for one in made] == [(ONE, "cancelled"), (OTHER, "")]
    assert (await grids.report(ONE)).state is GridState.NONE
    assert not list((tmp_path / ONE).glob("grid.*"))
    assert not await grids.cancel(ONE)
    assert not drawing()


async def test_what_was_asked_is_still_asked_after_a_stop(tmp_path: Path) -> None:
    record(tmp_path, seconds=20)
    grids = grids_below(tmp_path)
    await grids.ask(ORDER)
    async with making(grids) as made:
        await until(lambda: grids._percent > 0, within=60)
    assert not made
    assert not drawing(), "the child does not outlive who asked"
    assert {path.name for path in (tmp_path / ONE).glob("grid.*")} == {ASKED}
    again = grids_below(tmp_path)
    assert await again.asked() == {ONE: CASE}
    assert (await again.report(ONE)).state is GridState.NONE
    (tmp_path / ONE / ASKED).write_text("torn")
    assert not await again.asked()


async def test_a_child_whose_server_was_killed_ends(tmp_path: Path) -> None:
    record(tmp_path, seconds=30)
    order = json.dumps(
        {
            "folder": str(tmp_path),
            "recording": ONE,
            "key": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "names": {"one": "a"},
            "fonts": [str(one) for one in grids_below(tmp_path)._fonts],
        }
    )
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*grid_command(), stdin=pipe, stdout=pipe)
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(order.encode())
    child.stdin.close()
    assert json.loads(await child.stdout.readline())["percent"] == 0
    transport = child._transport.get_pipe_transport(1)  # type: ignore[attr-defined]
    transport.close()
    async with asyncio.timeout(30):
        await child.wait()
    assert read_grid(tmp_path, ONE) is None


async def test_what_recordings_leave_free_a_grid_leaves_too(tmp_path: Path) -> None:
    record(tmp_path, seconds=0.5)
    grids = LocalGrids(tmp_path, grid_command(1 << 60), ())
    await grids.ask(ORDER)
    async with making(grids) as made:
        await until(lambda: bool(made), within=60)
    assert made[0].why == "disk_full"
    assert not list((tmp_path / ONE).glob("grid.*.film"))


async def test_a_full_disk_is_told_and_leaves_nothing(
    small_disk: Path,
) -> None:
    folder = small_disk / "media"
    record(folder, seconds=0.5)
    grids = grids_below(folder)
    await grids.ask(ORDER)
    async with making(grids) as made:
        await until(lambda: bool(made), within=60)
    assert made[0].why == "disk_full"
    report = await grids.report(ONE)
    assert (report.state, report.why) == (GridState.FAILED, "disk_full")
    assert not list((folder / ONE).glob("grid.*"))


async def test_hostile_pictures_cost_the_child_nothing(tmp_path: Path) -> None:
    """OWASP ASVS 17.2.7: what claims to be huge is left out, the others' film is made."""
    bombs = [
        (
            20 * n,
            bytes(
                rtp(n, payload=bomb(16383 - n, 16383), payload_type=MARKED, timestamp=9 * n, ssrc=8)
            ),
        )
        for n in range(100)
    ]
    sets = [
        (
            20 * n,
            packed(HUGE if n % 2 else b"\x65\x88" + bytes([7] * 90), n, n // 2, last=n % 2 == 0),
        )
        for n in range(100)
    ]
    writer = SegmentWriter(tmp_path, ONE, KEY, chance=os.urandom)
    for t, batch in enumerate(batches(one=shown(90, 0, 2, 1), two=bombs, never=sets)):
        writer.write(batch, t)
    writer.close()
    grids = grids_below(tmp_path)
    await grids.ask(ORDER)
    async with making(grids) as made:
        await until(lambda: bool(made), within=60)
    assert made[0].why == ""
    film = b"".join([piece async for piece in grids.watch(ONE, KEY)])
    with av.open(io.BytesIO(film), "r") as opened:
        assert len(list(opened.decode(video=0))) == pytest.approx(30, abs=2)


async def test_nothing_to_see_is_told(tmp_path: Path) -> None:
    record(tmp_path)
    grids = grids_below(tmp_path)
    await grids.ask(replace(ORDER, names={"never": "赵"}))
    async with making(grids) as made:
        await until(lambda: bool(made), within=60)
    assert made[0].why == "nothing"
    await grids.ask(ORDER)
    assert (await grids.report(ONE)).state is GridState.WAITING, "who asks again is not told no"


async def test_a_child_that_dies_is_a_failed_grid(tmp_path: Path) -> None:
    record(tmp_path)
    grids = LocalGrids(tmp_path, (sys.executable, "-c", "raise SystemExit(3)"), ())
    await grids.ask(ORDER)
    async with making(grids) as made:
        await until(lambda: bool(made), within=60)
    assert made[0].why == "grid_lost"


async def test_so_many_may_wait_and_none_for_what_is_not_there(tmp_path: Path) -> None:
    grids = grids_below(tmp_path)
    with pytest.raises(NotFoundError):
        await grids.ask(ORDER)
    for n in range(20):
        (tmp_path / f"r{n}").mkdir()
        await grids.ask(replace(ORDER, recording=RecordingId(f"r{n}")))
    with pytest.raises(FilmsBusyError):
        await grids.ask(replace(ORDER, recording=RecordingId("one-more")))


async def test_all_that_was_asked_before_a_stop_is_asked_again(tmp_path: Path) -> None:
    grids = grids_below(tmp_path)
    for n in range(21):
        (tmp_path / f"r{n}").mkdir()
        (tmp_path / f"r{n}" / ASKED).write_text('{"case": "case-1"}')
    for recording in await grids.asked():
        await grids.ask(replace(ORDER, recording=recording))
        assert (await grids.report(recording)).state is GridState.WAITING


def sealed(folder: Path, content: bytes) -> Path:
    writer = GridWriter(folder, ONE, KEY, os.urandom)
    writer.write(content)
    writer.finish(1.0)
    return folder / ONE / FILM


async def test_a_grid_older_than_its_recording_or_changed_is_none(tmp_path: Path) -> None:
    record(tmp_path)
    film = sealed(tmp_path, bytes(3_000_000))
    assert b"".join(opened_grid(tmp_path, ONE, KEY)) == bytes(3_000_000)
    with pytest.raises(DamagedError):
        list(opened_grid(tmp_path, ONE, bytes(32)))
    content = bytearray(film.read_bytes())
    content[2_000_000] ^= 1
    film.write_bytes(content)
    grids = grids_below(tmp_path)
    with pytest.raises(FilmLostError):
        [piece async for piece in grids.watch(ONE, KEY)]
    assert read_grid(tmp_path, ONE) is not None
    record(tmp_path)
    assert read_grid(tmp_path, ONE) is None
    with pytest.raises(NotFoundError):
        await anext(grids.watch(ONE, KEY))
