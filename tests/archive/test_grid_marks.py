"""What lies beside a recording while its grid is made: gone when it is said to be."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from server.archive.grid_film import FILM, MANIFEST, PART, read_grid
from server.archive.grids import LocalGrids
from server.archive.recordings import LocalRecordings
from server.domain.ids import CaseId, RecordingId
from server.ports.recording import GridOrder
from tests.media.waiting import until
from tests.support.films import write_film, write_grid

ONE, CASE = RecordingId("recording-1"), CaseId("case-1")
ORDER = GridOrder(recording=ONE, case_id=CASE, key=bytes(32), names={})
MAKES = 'print(\'{"sha256": "film", "chain": "head"}\')'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ONE).mkdir()
    return tmp_path


def made_by(code: str, folder: Path) -> LocalGrids:
    return LocalGrids(folder, (sys.executable, "-c", code), ())


async def test_a_film_stays_asked_for_until_the_log_knows_of_it(folder: Path) -> None:
    grids = made_by(MAKES, folder)
    await grids.ask(ORDER)
    assert (await grids.next_made()).sha256 == "film"
    assert await grids.asked() == {ONE: CASE}
    await grids.noted(ONE)
    assert await grids.asked() == {}


async def test_what_is_asked_anew_before_the_log_knows_stays_asked_for(folder: Path) -> None:
    grids = made_by(MAKES, folder)
    await grids.ask(ORDER)
    await grids.next_made()
    await grids.ask(ORDER)
    await grids.noted(ONE)
    assert await grids.asked() == {ONE: CASE}


async def test_nothing_is_written_any_more_once_it_is_called_off(folder: Path) -> None:
    part = folder / ONE / (FILM + PART)
    grids = made_by(f"import time; open({str(part)!r}, 'w'); time.sleep(60)", folder)
    await grids.ask(ORDER)
    making = asyncio.create_task(grids.next_made())
    await until(part.exists)
    assert await grids.cancel(ONE)
    assert list((folder / ONE).iterdir()) == []
    assert (await making).why == "cancelled"
    assert await grids.asked() == {}


async def test_files_that_go_on_their_own_keep_no_recording_from_being_removed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("0000.log", "grid.film.part", "0001.log"):
        (folder / ONE / name).write_bytes(b"sealed")
    unlink = os.unlink

    def late(path: str | Path, *, dir_fd: int | None = None) -> None:
        unlink(path, dir_fd=dir_fd)
        for other in (folder / ONE).iterdir():
            unlink(other)

    monkeypatch.setattr(os, "unlink", late)
    await LocalRecordings(folder, ()).remove(ONE)
    assert not (folder / ONE).exists()
    await LocalRecordings(folder, ()).remove(ONE)


def test_a_film_whose_times_were_wrong_does_not_count_and_can_be_asked_for_again(
    tmp_path: Path,
) -> None:
    write_film(tmp_path, ONE, "seat")
    write_grid(tmp_path, ONE, b"film")
    assert read_grid(tmp_path, ONE) is not None
    manifest = tmp_path / ONE / MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"v": 1}))
    assert read_grid(tmp_path, ONE) is None
