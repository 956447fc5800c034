"""What the journey says about a caucus is worth something: a seeded leak makes it fail."""

from pathlib import Path

import pytest

from tests.journeys import scenes
from tests.journeys.eyes import expect_silence
from tests.journeys.stage import stage
from tests.support.server import serving

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]


async def test_a_seeded_leak_is_noticed(tmp_path: Path, pages: Path) -> None:
    facts = {"HEYI_WEB_DIST": str(pages)}
    program = "tests.journeys.leaky_server"
    async with (
        serving(tmp_path, "--demo", program=program, **facts) as server,
        stage(server.url) as people,
    ):
        su, worker, agent = await scenes.bring_together(people, tmp_path)
        await su.go_caucus("applicant")
        with pytest.raises(AssertionError, match="still receiving"):
            await expect_silence(agent.page, scenes.ISOLATED_S)
        await agent.sees("holdTitle")
        await worker.sees("lampCut")
