"""Recordings leave a part of the disk free, and the database of the same disk goes on."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from server.archive.media_log import SegmentWriter, opened_chunks
from server.archive.recorder import Recorder
from server.config import load
from server.domain.ids import RecordingId
from server.media_wiring import worker_settings
from server.ports.store import DiskFullError
from tests.support import disk
from tests.support.clock import FakeClock

ONE, KEY = RecordingId("one"), bytes(32)
MB = 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with disk.small_disk(tmp_path / "small", "8m") as mounted:
        yield mounted


def fill(folder: Path, reserve: int) -> int:
    """Write until the writer refuses; return how many chunks are on disk."""
    writer, written = SegmentWriter(folder, ONE, KEY, chance=os.urandom, reserve=reserve), 0
    with suppress(DiskFullError):
        while True:
            writer.write(os.urandom(300_000), 0)
            written += 1
    writer.leave()
    return written


def test_the_database_on_the_same_disk_still_commits(small_disk: Path) -> None:
    with closing(sqlite3.connect(small_disk / "heyi.db", isolation_level=None)) as database:
        database.execute("pragma journal_mode=wal")
        database.execute("pragma synchronous=full")
        database.execute("create table log (entry)")
        written = fill(small_disk, 2 * MB)
        for _ in range(100):
            database.execute("insert into log values (?)", (bytes(3000),))
    assert written > 10
    assert len(list(opened_chunks(small_disk, ONE, KEY))) == written


def test_a_recorder_that_finds_only_the_reserve_says_so_and_begins_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    source, sink = os.pipe()
    os.write(sink, json.dumps({"recording": ONE, "key": "AA=="}).encode() + b"\n" + b"\0\0\0\1x")
    os.close(sink)
    folder = tmp_path / "media"
    Recorder(folder, FakeClock(), os.urandom, told.append, reserve=1 << 60).run(source)
    os.close(source)
    assert [json.loads(one) for one in told] == [{"fault": "disk_full"}]
    assert not list(folder.glob("*/*"))


def test_what_is_left_free_is_a_setting() -> None:
    writes = worker_settings(load(recording_reserve_mb=7)).recorder
    assert (writes[-3], writes[-1]) == ("write", str(7 * MB))
    assert worker_settings(load()).recorder[-1] == str(256 * MB)
