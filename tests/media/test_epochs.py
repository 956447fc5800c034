"""Each start of the app is newer than all before, whatever its clock and its disk do."""

from datetime import timedelta
from pathlib import Path

import pytest

from server.config import load
from server.media.epochs import new_epoch
from server.media_wiring import app_epoch
from tests.support.clock import START

AT_START = round(START.timestamp() * 1000)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "epoch"


def test_the_clock_gives_it(kept: Path) -> None:
    assert new_epoch(kept, START) == AT_START
    assert new_epoch(kept, START + timedelta(seconds=9)) == AT_START + 9000


def test_a_clock_that_was_set_back_or_stands_still_makes_no_app_older(kept: Path) -> None:
    first = new_epoch(kept, START + timedelta(hours=1))
    after = [new_epoch(kept, START + timedelta(seconds=n)) for n in (0, 0, 5)]
    assert after == [first + 1, first + 2, first + 3]


@pytest.mark.parametrize("content", [b"", b"12x", b"\xff\0"], ids=["empty", "word", "bytes"])
def test_a_file_that_says_nothing_counts_as_none(kept: Path, content: bytes) -> None:
    kept.write_bytes(content)
    assert new_epoch(kept, START) == AT_START
    assert kept.read_text() == str(AT_START)


def test_what_cannot_be_kept_keeps_no_app_from_serving(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert new_epoch(tmp_path / "missing" / "epoch", START) == AT_START
    assert "not kept" in caplog.text


def test_it_lies_beside_the_sockets(tmp_path: Path) -> None:
    settings = load(data=tmp_path)
    (tmp_path / "run").mkdir()
    first = app_epoch(settings, START)
    assert app_epoch(settings, START - timedelta(hours=1)) == first + 1
    assert [one.name for one in (tmp_path / "run").iterdir()] == ["epoch"]
