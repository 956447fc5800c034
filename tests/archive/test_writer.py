import errno
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from server.archive.disk import Disk
from server.archive.reader import load_folder
from server.archive.spool import Spool
from server.archive.writer import RecordWriter
from server.domain.errors import InvalidValueError
from server.domain.ids import CaseId, RecordId
from server.domain.record import RecordExistsError
from server.ports.disk import refusing_when_full
from server.ports.store import DiskFullError
from tests.support import disk

ROOT = Path(__file__).parents[2]
RECORD = RecordId("record-17")
SMALL = {"a.json": b"{}", "b/c/d.bin": b"\0" * 5000, "b/e.txt": b"e"}


class PowerCutError(BaseException):
    """The machine stopped: nothing of the program runs on, not even clean-up."""


class FailingDisk(Disk):
    """A disk on which step number `at` fails; `steps` counts what was asked."""

    def __init__(self, at: int, failure: BaseException) -> None:
        self.steps, self.at, self.failure = 0, at, failure

    def _step(self) -> None:
        self.steps += 1
        if self.steps == self.at:
            raise self.failure

    def make_folder(self, folder: Path) -> None:
        self._step()
        super().make_folder(folder)

    def write(self, path: Path, content: bytes) -> None:
        if self.steps + 1 == self.at:
            path.write_bytes(content[: len(content) // 2])
        self._step()
        super().write(path, content)

    def close_folder(self, folder: Path) -> None:
        self._step()
        super().close_folder(folder)

    def rename(self, old: Path, new: Path) -> None:
        self._step()
        super().rename(old, new)

    def sync_folder(self, folder: Path) -> None:
        self._step()
        super().sync_folder(folder)


class CrowdedDisk(Disk):
    """A disk on which somebody else comes while the second file is written."""

    def __init__(self, other: Callable[[], None]) -> None:
        self.written, self.other = 0, Thread(target=other)

    def write(self, path: Path, content: bytes) -> None:
        super().write(path, content)
        self.written += 1
        if self.written == 1:
            self.other.start()
            self.other.join(1.0)  # he either comes through by then, or has to wait for us


def steps(tmp_path: Path) -> int:
    disk = FailingDisk(0, PowerCutError())
    RecordWriter(tmp_path / "count", disk).write(RECORD, 2025, SMALL)
    return disk.steps


def test_a_record_is_written_whole_and_read_only(tmp_path: Path) -> None:
    folder = RecordWriter(tmp_path).write(RECORD, 2025, SMALL)
    assert folder == tmp_path / "2025/record-17"
    assert load_folder(folder) == SMALL
    modes = {stat.S_IMODE(p.stat().st_mode) for p in folder.rglob("*") if p.is_file()}
    assert modes == {0o444}
    assert stat.S_IMODE((folder / "b/c").stat().st_mode) == 0o555
    assert [p.name for p in folder.parent.iterdir()] == ["record-17"]


def test_the_same_bytes_again_change_nothing_and_others_are_refused(tmp_path: Path) -> None:
    writer = RecordWriter(tmp_path)
    folder = writer.write(RECORD, 2025, SMALL)
    before = (folder / "a.json").stat()
    assert writer.write(RECORD, 2025, SMALL) == folder
    assert (folder / "a.json").stat() == before
    for other in ({**SMALL, "a.json": b"[]"}, {"a.json": b"{}"}, {**SMALL, "new": b""}):
        with pytest.raises(RecordExistsError):
            writer.write(RECORD, 2025, other)
    assert load_folder(folder) == SMALL


@pytest.mark.parametrize("theirs", [SMALL, dict.fromkeys(SMALL, b"other")])
def test_of_two_who_write_the_same_folder_one_is_first(
    theirs: dict[str, bytes], tmp_path: Path
) -> None:
    answers = list[str]()

    def other() -> None:
        try:
            RecordWriter(tmp_path).write(RECORD, 2025, theirs)
            answers.append("written")
        except RecordExistsError as refused:
            answers.append(refused.code)

    disk = CrowdedDisk(other)
    folder = RecordWriter(tmp_path, disk).write(RECORD, 2025, SMALL)
    disk.other.join()
    assert load_folder(folder) == SMALL
    assert answers == ["written" if theirs == SMALL else "record_exists"]
    assert [p.name for p in folder.parent.iterdir()] == ["record-17"]


def test_after_a_power_cut_at_any_step_writing_again_completes(tmp_path: Path) -> None:
    total = steps(tmp_path)
    assert total > 8
    for at in range(1, total + 1):
        root = tmp_path / f"cut-{at}"
        with pytest.raises(PowerCutError):
            RecordWriter(root, FailingDisk(at, PowerCutError())).write(RECORD, 2025, SMALL)
        final = root / "2025/record-17"
        assert not final.exists() or load_folder(final) == SMALL
        assert load_folder(RecordWriter(root).write(RECORD, 2025, SMALL)) == SMALL
        assert [p.name for p in final.parent.iterdir()] == ["record-17"]


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    total = steps(tmp_path)
    for at in range(2, total - 1):
        root = tmp_path / f"full-{at}"
        disk = FailingDisk(at, DiskFullError())
        with pytest.raises(DiskFullError):
            RecordWriter(root, disk).write(RECORD, 2025, SMALL)
        assert not list((root).glob("2025/*record-17")), at


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_no_room_and_no_quota_are_the_same_refusal(number: int, tmp_path: Path) -> None:
    class Full(Disk):
        def rename(self, old: Path, new: Path) -> None:
            with refusing_when_full():
                raise OSError(number, "no room")

    with pytest.raises(DiskFullError):
        RecordWriter(tmp_path, Full()).write(RECORD, 2025, SMALL)


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "x" * 65, "名"])
def test_an_id_that_is_no_plain_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError):
        RecordWriter(tmp_path).write(RecordId(name), 2025, SMALL)


def test_reserved_space_is_really_taken_and_given_back(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.reserve(CaseId("case-1"), 3_000_000)
    spool.reserve(CaseId("case-1"), 3_000_000)
    place = tmp_path / "spool/case-1.reserve"
    assert place.stat().st_blocks * 512 >= 3_000_000
    spool.release(CaseId("case-1"))
    spool.release(CaseId("case-1"))
    assert not list((tmp_path / "spool").iterdir())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with disk.small_disk(tmp_path / "small", "1m") as mounted:
        yield mounted


def test_on_a_really_full_disk_reserving_and_writing_are_refused(small_disk: Path) -> None:
    with pytest.raises(DiskFullError):
        Spool(small_disk / "spool").reserve(CaseId("case-1"), 2_000_000)
    assert not list((small_disk / "spool").iterdir())
    Spool(small_disk / "spool").reserve(CaseId("case-1"), 100_000)
    with pytest.raises(DiskFullError):
        Spool(small_disk / "spool").reserve(CaseId("case-1"), 2_000_000)
    (kept,) = (small_disk / "spool").iterdir()
    assert kept.stat().st_size == 100_000
    kept.unlink()
    with pytest.raises(DiskFullError):
        RecordWriter(small_disk / "records").write(RECORD, 2025, {"big": b"x" * 2_000_000})
    assert not list((small_disk / "records").glob("*/*"))
    RecordWriter(small_disk / "records").write(RECORD, 2025, SMALL)


WRITING = """
import sys
from pathlib import Path
from server.archive.writer import RecordWriter
from server.domain.ids import RecordId

writer = RecordWriter(Path(sys.argv[1]))
for n in range(100_000):
    writer.write(RecordId(f"record-{n}"), 2025, {"a.json": b"%d" % n, "b/c.bin": b"x" * 20_000})
    print(n, flush=True)
"""


def test_nothing_acknowledged_is_lost_or_half_after_kills(tmp_path: Path) -> None:
    for round_number in range(12):
        root = tmp_path / str(round_number)
        writing = subprocess.Popen(
            [sys.executable, "-c", WRITING, str(root)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writing.stdout is not None
        for _ in range(1 + 3 * round_number):
            writing.stdout.readline()
        writing.send_signal(signal.SIGKILL)
        acknowledged = 1 + 3 * round_number + len(writing.stdout.read().split())
        writing.wait()
        writing.stdout.close()
        whole = [p for p in (root / "2025").iterdir() if not p.name.startswith(".")]
        assert len(whole) >= acknowledged
        for folder in whole:
            number = folder.name.removeprefix("record-").encode()
            assert load_folder(folder) == {"a.json": number, "b/c.bin": b"x" * 20_000}
