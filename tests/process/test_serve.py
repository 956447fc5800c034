"""`heyi serve` as processes: what is killed comes back, what ends leaves nothing behind."""

import os
import signal
from pathlib import Path

import pytest

from server.rehearsal.own_server import ready
from tests.support.server import alive, children, gone, serving, settings, start, stop

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


async def test_a_killed_part_is_started_again(tmp_path: Path) -> None:
    async with serving(tmp_path, "--demo") as server:
        for part in ("server media", "server app"):
            new = await server.kill(part)
            assert alive(new)
            await ready(server.url)


async def test_ending_leaves_no_process_and_starting_again_keeps_the_data(tmp_path: Path) -> None:
    env = settings(tmp_path / "data")
    first = await start(env, "--demo")
    family = children(first.pid)
    assert len(family) >= 2
    await stop(first)
    assert first.process.returncode == 0
    assert not any(alive(pid) for pid in family)
    links = [line for line in _said(tmp_path) if "/j/" in line]
    second = await start(env, "--demo")
    await stop(second)
    again = [line for line in _said(tmp_path) if "/j/" in line]
    assert links
    assert again == links * 2


async def test_the_first_start_prints_one_set_up_link_and_a_kill_takes_the_children(
    tmp_path: Path,
) -> None:
    server = await start(settings(tmp_path / "data"))
    assert sum("/console/setup/" in line for line in _said(tmp_path)) == 1
    family = children(server.pid)
    os.kill(server.pid, signal.SIGKILL)
    await server.process.wait()
    await gone(family)


def _said(folder: Path) -> list[str]:
    return (folder / "server.log").read_text().splitlines()
