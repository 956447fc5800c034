import asyncio
import os
import select
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from multiprocessing.popen_forkserver import Popen
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from server.documents.fonts import FontFolders
from server.documents.key_files import FileKeys
from server.documents.pool import ProcessWorkPool, WorkFailedError
from server.documents.printing import print_out
from server.documents.work import EcdsaChecker, LocalChain, LocalSigner, TypstRenderer
from server.domain.agreement_document import MissingCharactersError
from server.domain.ids import CommitteeId
from server.domain.suites import P256_SHA256
from server.ports.documents import KeyRef, LockedPdf, SealedPdf, SealOrder
from tests.documents.example import SEALED_AT, example
from tests.documents.papers import minutes
from tests.media.waiting import until
from tests.support.papers import desk_of

ROOT = Path(__file__).parents[2]


def end_once(marker: Path) -> str:
    """Kill the process doing this, but only the first time."""
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def end_always() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hang(marker: Path) -> None:
    """Note that it was tried, and wait for nothing."""
    with marker.open("a") as tried:
        tried.write("once ")
    select.select([], [], [])


def stand(at: Path) -> None:
    """Tell the process that waits here for nothing."""
    begun = at.with_suffix(".begun")
    begun.write_text(str(os.getpid()))
    begun.rename(at)
    select.select([], [], [])


def raise_key_error() -> None:
    raise KeyError("slot")


class UntellableError(Exception):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)


def raise_untellable() -> None:
    raise UntellableError("a", "b")


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessWorkPool]:
    with ProcessWorkPool(2) as pool:
        yield pool


async def test_work_runs_in_another_process(pool: ProcessWorkPool) -> None:
    assert await pool.run(os.getpid) != os.getpid()


async def test_what_work_raises_reaches_its_caller(pool: ProcessWorkPool) -> None:
    with pytest.raises(KeyError):
        await pool.run(raise_key_error)


async def test_an_error_that_cannot_travel_still_tells_its_kind(pool: ProcessWorkPool) -> None:
    with pytest.raises(RuntimeError, match="UntellableError"):
        await pool.run(raise_untellable)


async def test_a_killed_child_does_not_lose_the_work(pool: ProcessWorkPool, tmp_path: Path) -> None:
    works = [pool.run(end_once, tmp_path / str(n)) for n in range(2)]
    assert await asyncio.gather(*works) == ["done", "done"]


async def test_work_that_kills_its_process_twice_is_given_up(pool: ProcessWorkPool) -> None:
    with pytest.raises(WorkFailedError):
        await pool.run(end_always)
    assert await pool.run(abs, -1) == 1


async def test_work_that_never_comes_back_is_given_up_at_once(tmp_path: Path) -> None:
    with ProcessWorkPool(1, longest_s=1) as pool:
        with pytest.raises(WorkFailedError):
            await pool.run(hang, tmp_path / "tried")
        assert (tmp_path / "tried").read_text() == "once "
        assert await pool.run(abs, -1) == 1


async def test_a_child_whose_work_nobody_waits_for_is_not_idle(tmp_path: Path) -> None:
    called_away = tmp_path / "called away"
    with ProcessWorkPool(1, preload=()) as pool:
        waiting = asyncio.create_task(pool.run(stand, called_away))
        await until(called_away.exists)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        innocent = asyncio.create_task(pool.run(end_once, tmp_path / "marker"))
        await asyncio.sleep(0)  # it has asked for a child
        os.kill(int(called_away.read_text()), signal.SIGKILL)
        assert await innocent == "done"  # with both its tries


async def test_render_sign_and_seal_through_the_pool(
    pool: ProcessWorkPool,
    fonts: FontFolders,
    keys: FileKeys,
    locked: LockedPdf,
    seal_order: SealOrder,
    sealed: SealedPdf,
) -> None:
    renderer = TypstRenderer(pool, fonts)
    signer = LocalSigner(pool, keys)
    drawn = await renderer.render(example())
    assert locked.pdf.startswith(drawn.pdf)
    assert (drawn.digest, drawn.slots) == (locked.digest, locked.slots)
    assert len(await renderer.pages(locked.pdf, 320)) == locked.pages
    assert await renderer.missing_characters("陈𰀀") == {"𰀀"}
    assert await renderer.print_out(minutes()) == print_out(minutes(), fonts)
    with pytest.raises(MissingCharactersError) as refused:
        await renderer.render(example(name="𰀀"))
    assert refused.value.facts == {"characters": "𰀀"}
    again = await LocalChain(pool, desk_of(keys, fonts)).seal(seal_order)
    assert again.pdf.startswith(seal_order.signed)
    assert len(again.pdf) == len(sealed.pdf)
    made = await signer.sign(KeyRef(committee_id=CommitteeId("hexi")), b"manifest")
    assert EcdsaChecker().verify(made.public_key, b"manifest", made.signature)
    found = await signer.seal_certificates(CommitteeId("hexi"), SEALED_AT, P256_SHA256)
    assert (found.seal, found.issuer) == (sealed.seal_certificate, sealed.issuer_certificate)
    assert await signer.issuer(CommitteeId("hexi"), SEALED_AT) == sealed.issuer_certificate


PARENT = """
    import asyncio, os, sys
    from server.documents.pool import ProcessWorkPool

    async def main():
        pool = ProcessWorkPool(2)
        works = [pool.run(os.getpid) for _ in range(8)]
        print(*sorted(set(await asyncio.gather(*works))), flush=True)
        sys.stdin.read()

    if __name__ == "__main__":
        asyncio.run(main())
"""


def test_no_child_outlives_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(textwrap.dedent(PARENT))
    parent = subprocess.Popen(
        [sys.executable, str(script)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    children = [int(pid) for pid in parent.stdout.readline().split()]
    family = children + descendants(parent.pid)
    parent.kill()
    parent.communicate()
    assert children
    for pid in family:
        wait_for_end(pid)


def descendants(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    direct = [int(child) for task in tasks for child in task.read_text().split()]
    return [found for child in direct for found in (child, *descendants(child))]


def wait_for_end(pid: int) -> None:
    """Return once the process has ended; the test's own time limit says how late."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([handle], [], [], 30)[0]
    finally:
        os.close(handle)


async def test_the_loop_does_not_wait_for_a_child_to_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started, launch = list[threading.Thread](), vars(Popen)["_launch"]

    def noted(self: Popen, process: BaseProcess) -> None:
        started.append(threading.current_thread())
        launch(self, process)

    monkeypatch.setattr(Popen, "_launch", noted)
    with ProcessWorkPool(1, preload=()) as pool:
        assert await pool.run(end_once, tmp_path / "marker") == "done"
    assert len(started) == 2
    assert threading.main_thread() not in started
