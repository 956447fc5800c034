"""A second Heyi on one data folder says so and ends; the first does not notice."""

import asyncio
from pathlib import Path

import pytest

from server.alone import BESIDE_ANOTHER, turn
from server.config import Settings
from server.rehearsal.own_server import ready
from server.upkeep import SAID
from tests.process.test_workers import metrics
from tests.support.server import Server, gone, heyi, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

WORDS = SAID["already_running"]


def _lying(server: Server) -> set[str]:
    return {path.name for path in (server.data / "run").iterdir()}


async def _up(server: Server) -> bool:
    return 'heyi_media_up{worker="0"} 1.0' in await metrics(server)


async def _let_in(server: Server) -> None:
    await ready(server.url)
    async with asyncio.timeout(20):
        while not await _up(server):
            await asyncio.sleep(0.1)


async def test_a_second_start_is_refused_in_words_and_takes_nothing_away(tmp_path: Path) -> None:
    async with serving(tmp_path, "--demo") as server:
        await _let_in(server)
        epoch, lying = (server.data / "run" / "epoch").read_text(), _lying(server)
        half = server.data / "records" / "2025" / ".another.part"
        half.mkdir(parents=True)
        for words, status in (
            (("serve", "--demo"), 1),
            (("app",), BESIDE_ANOTHER),
            (("media",), 1),
        ):
            async with asyncio.timeout(60):
                said = await heyi(server.data, *words)
            assert (said.status, said.err.splitlines()[-2:]) == (status, list(WORDS)), words
            assert "Traceback" not in said.err
        assert half.is_dir()
        assert (server.data / "run" / "epoch").read_text() == epoch
        assert _lying(server) == lying
        assert await _up(server)


async def test_what_is_done_beside_a_server_still_is(tmp_path: Path) -> None:
    async with serving(tmp_path, "--demo") as server:
        file = str(tmp_path / "backup.heyi")
        for words in (("keys",), ("renew",), ("backup", file), ("migrate",)):
            said = await heyi(server.data, *words)
            assert said.status == 0, (words, said.err)
        await _let_in(server)
        assert "draining, 0 rooms" in (await heyi(server.data, "drain")).out


async def test_two_runs_do_not_renew_at_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with turn(Settings(data=data), "renewals"):
        said = await heyi(data, "renew")
        assert (said.status, said.err.splitlines()) == (1, list(SAID["already_renewing"]))
        assert (await heyi(data, "renew", "--dry-run")).status == 0
    assert (await heyi(data, "renew")).status == 0


async def test_a_crash_leaves_no_lock_behind(tmp_path: Path) -> None:
    async with serving(tmp_path, "--demo") as server:
        for part in ("server app", "server media"):
            await server.kill(part)
        await _let_in(server)
        family = [server.part("server app"), server.part("server media")]
        server.process.kill()
        await server.process.wait()
        await gone(family)
    async with serving(tmp_path, "--demo") as again:
        await _let_in(again)
