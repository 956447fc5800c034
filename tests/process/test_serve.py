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


async def test_ending_leaves_no_process(tmp_path: Path) -> None:
    server = await start(settings(tmp_path / "data"), "--demo")
    family = children(server.pid)
    assert len(family) >= 2
    await stop(server)
    assert server.process.returncode == 0
    assert not any(alive(pid) for pid in family)


async def test_a_killed_supervisor_takes_its_children_with_it(tmp_path: Path) -> None:
    server = await start(settings(tmp_path / "data"), "--demo")
    family = children(server.pid)
    os.kill(server.pid, signal.SIGKILL)
    await server.process.wait()
    await gone(family)


async def test_starting_again_keeps_the_data(tmp_path: Path) -> None:
    env = settings(tmp_path / "data")
    first = await start(env, "--demo")
    await stop(first)
    links = [line for line in _said(tmp_path) if "/j/" in line]
    second = await start(env, "--demo")
    await stop(second)
    again = [line for line in _said(tmp_path) if "/j/" in line]
    assert links
    assert again == links * 2


async def test_without_demo_the_first_start_prints_one_set_up_link(tmp_path: Path) -> None:
    async with serving(tmp_path):
        assert sum("/console/setup/" in line for line in _said(tmp_path)) == 1


def _said(folder: Path) -> list[str]:
    return (folder / "server.log").read_text().splitlines()
