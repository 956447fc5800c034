"""What keeps the children running, without the children."""

import asyncio
import sys

import pytest

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
