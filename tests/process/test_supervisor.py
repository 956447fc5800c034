"""What keeps the children running, without the children."""

import asyncio
import sys
from pathlib import Path

import pytest

from server import supervisor
from server.alone import BESIDE_ANOTHER
from server.supervisor import Child

SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")


async def test_a_child_that_was_being_started_when_told_to_stop_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    child = Child("sleeper", SLEEPER, {})
    start = asyncio.create_subprocess_exec

    async def slow(*words: str, **more: object) -> asyncio.subprocess.Process:
        process = await start(*words, **more)  # type: ignore[arg-type]
        await child.stop()
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", slow)
    async with asyncio.timeout(20):
        await child.keep()
    assert child.process is not None
    assert child.process.returncode is not None


async def test_a_child_that_cannot_be_started_is_tried_again() -> None:
    child = Child("missing", ("/nonexistent/program",), {})
    keeping = asyncio.create_task(child.keep())
    done, _ = await asyncio.wait({keeping}, timeout=0.05)
    assert not done
    await child.stop()
    async with asyncio.timeout(20):
        await keeping


async def test_who_finds_another_in_its_place_is_not_started_again() -> None:
    child = Child("app", (sys.executable, "-c", f"import sys; sys.exit({BESIDE_ANOTHER})"), {})
    async with asyncio.timeout(20):
        await child.keep()
    assert child.refused


async def test_an_own_one_that_has_ended_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection to the database may outlive it for a while."""
    runs = tmp_path / "runs"
    program = (
        f"import sys; from pathlib import Path; runs = Path({str(runs)!r})\n"
        "with runs.open('a') as out: out.write('x')\n"
        f"sys.exit({BESIDE_ANOTHER} if len(runs.read_text()) > 1 else 1)"
    )
    child = Child("app", (sys.executable, "-c", program), {})
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE", 0.01)
    keeping = asyncio.create_task(child.keep())
    async with asyncio.timeout(20):
        while not runs.exists() or len(runs.read_text()) < 3:
            await asyncio.sleep(0.01)
    assert not keeping.done()
    await child.stop()
    async with asyncio.timeout(20):
        await keeping
    assert not child.refused
