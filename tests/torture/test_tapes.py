"""The tape holds every call that changes the disk, and none that nobody knows."""

import asyncio
import signal
import sys
from pathlib import Path
from random import Random

import pytest

from tests.torture.calls import Op, Reader, UnknownCallError
from tests.torture.cut_disk import KEPT, LOST, PAGE, CutDisk, File
from tests.torture.served import stopped
from tests.torture.strace import ops, taped
from tests.torture.tapes import looking_on

BEGUN = {"kept": b"0123456789", "cut": b"0123456789", "longer": b"0", "gone": b"0"}
MANY = "[b'ab', b'cde'] * 40"
CHILD = "os.fork() and os.wait() or"
OPENED = "f = os.open('kept', os.O_RDWR);"
LIBC = f"import ctypes; {OPENED} os.write(f, b'x'); ctypes.CDLL(None)."
KNOWN = {
    "in-place": f"{OPENED} os.read(f, 3); os.write(f, b'x'); os.write(f, b'y')",
    "after-a-seek": f"{OPENED} os.lseek(f, 5, 0); os.write(f, b'x')",
    "at-the-end": "f = os.open('kept', os.O_WRONLY | os.O_APPEND); os.write(f, b'x')",
    "past-the-end": "f = os.open('kept', os.O_WRONLY); os.pwrite(f, b'x', 5000)",
    "in-pieces": f"f = os.open('kept', os.O_WRONLY); os.pwritev(f, {MANY}, 2)",
    "anew": "f = os.open('kept', os.O_WRONLY | os.O_TRUNC); os.write(f, b'x')",
    "cut-off": "f = os.open('cut', os.O_RDWR); os.ftruncate(f, 4); os.truncate('longer', 9)",
    "allotted": "f = os.open('longer', os.O_RDWR); os.posix_fallocate(f, 4, 96)",
    "named": "os.rename('kept', 'cut'); os.link('cut', 'again'); os.unlink('gone')",
    "in-a-folder": "os.mkdir('new'); os.rename('kept', 'new/kept')",
    "in-a-folder-no-more": "os.mkdir('new'); os.rmdir('new'); os.unlink('gone')",
    "without-a-name": "f = os.open('gone', os.O_RDWR); os.unlink('gone'); os.write(f, b'x')",
    "in-a-child": f"{CHILD} os.write(os.open('born', os.O_CREAT | os.O_WRONLY), b'x')",
}
UNKNOWN = {
    "copied": "a, b = os.open('kept', 0), os.open('cut', 1); os.copy_file_range(a, b, 3)",
    "sent": "a, b = os.open('kept', 0), os.open('cut', 1); os.sendfile(b, a, 0, 3)",
    "mapped": "import mmap; f = os.open('kept', 2); mmap.mmap(f, 10)[0] = 1",
    "synced-by-itself": "os.open('kept', os.O_WRONLY | os.O_DSYNC)",
    "several-at-once": "os.writev(os.open('kept', 1), [b'x', b'y'])",
    "opened-by-another": f"f = os.open('kept', os.O_WRONLY); {CHILD} os.write(f, b'x')",
    "exchanged": f"{LIBC}renameat2(-100, b'kept', -100, b'cut', 2)",
    "punched": f"{LIBC}fallocate(f, 3, 0, 4)",
    "linked-by-name": "os.symlink('kept', 'soft')",
    "born-elsewhere": "os.chdir('/'); os.fork()",
}


async def calls_of(program: str, folder: Path) -> list[Op]:
    """Return what a program asked of a folder, in which it runs."""
    root, made = folder / "root", folder / "tape"
    words = ["sh", "-c", 'kill -STOP $$; exec "$@"', "sh", sys.executable, "-c"]
    process = await asyncio.create_subprocess_exec(*words, f"import os\n{program}", cwd=root)
    await stopped(process.pid)
    with looking_on(), taped([process.pid], made):
        process.send_signal(signal.SIGCONT)
        assert await process.wait() == 0
    return ops(made, {"root": root})


@pytest.fixture
def begun(tmp_path: Path) -> CutDisk:
    (tmp_path / "root").mkdir()
    for name, content in BEGUN.items():
        (tmp_path / "root" / name).write_bytes(content)
    return CutDisk({"root": tmp_path / "root"})


@pytest.mark.parametrize("program", KNOWN.values(), ids=KNOWN)
async def test_the_model_ends_as_the_folder(program: str, begun: CutDisk, tmp_path: Path) -> None:
    before = begun.now()
    for op in await calls_of(program, tmp_path):
        begun.play(op)
    assert begun.now() == CutDisk({"root": tmp_path / "root"}).now() != before


@pytest.mark.parametrize("program", UNKNOWN.values(), ids=UNKNOWN)
async def test_a_call_nobody_knows_is_told(program: str, begun: CutDisk, tmp_path: Path) -> None:
    with pytest.raises(UnknownCallError):
        await calls_of(program, tmp_path)


def test_what_is_asked_without_calls_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnknownCallError):
        list(Reader({"root": tmp_path}, tmp_path).ops("io_uring_setup", "8, {flags=0}", "3"))


@pytest.mark.parametrize(
    ("asked", "safe"),
    [("sync_file_range(f, 0, 0, 7)", b"0123456789"), ("fdatasync(f)", b"x123456789")],
    ids=["begun", "synced"],
)
async def test_only_a_sync_promises(
    asked: str, safe: bytes, begun: CutDisk, tmp_path: Path
) -> None:
    for op in await calls_of(LIBC + asked, tmp_path):
        begun.play(op)
    assert begun.left(LOST, Random(1))["root/kept"] == safe


async def test_a_kill_takes_nothing_that_was_written(begun: CutDisk, tmp_path: Path) -> None:
    before, written = begun.now(), "os.write(os.open('kept', os.O_WRONLY), b'x')"
    named = "os.rename('cut', 'new')"
    for op in await calls_of(f"{CHILD} [{written}, {named}, os.kill(os.getpid(), 9)]", tmp_path):
        begun.play(op)
    killed = CutDisk({"root": tmp_path / "root"}).now()
    assert begun.left(KEPT, Random(1)) == killed
    assert begun.left(LOST, Random(1)) == before != killed


def test_of_one_write_each_page_is_kept_or_lost() -> None:
    file = File(now=bytearray(3 * PAGE), safe=bytes(3 * PAGE))
    file.write(PAGE // 2, b"x" * 2 * PAGE)
    torn = [file.torn(Random(seed)) for seed in range(40)]
    ends = [(0, PAGE), (PAGE, 2 * PAGE), (2 * PAGE, 3 * PAGE)]
    assert len({tuple(b"x" in one[begin:end] for begin, end in ends) for one in torn}) == 8


def test_a_file_cut_off_is_short_or_long_after_a_cut() -> None:
    file = File(now=bytearray(b"0123456789"), safe=b"0123456789")
    file.truncate(4)
    assert {file.torn(Random(seed)) for seed in range(20)} == {b"0123", b"0123456789"}
