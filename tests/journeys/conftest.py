"""What journeys share: a server in demo mode over the built pages, and a browser."""

import shutil
import time
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.journeys.eyes import SCREENS, forget_pictures
from tests.journeys.stage import CHROMIUM, Stage, stage
from tests.support.server import Server, serving

FAILED: pytest.StashKey[bool] = pytest.StashKey()
DIST = ROOT / "web" / "dist"
STARTED = time.time()
"""No journey of this run begins before each of its processes has loaded this."""


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the built pages: a build meanwhile must not change them under a browser."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    assert (DIST / "party" / "index.html").is_file(), "web/dist is missing: run `make build`"
    forget_pictures(SCREENS, STARTED)
    return shutil.copytree(DIST, tmp_path_factory.mktemp("pages") / "dist")


@pytest.fixture
async def server(tmp_path: Path, pages: Path) -> AsyncIterator[Server]:
    """A real server with the demonstration's committee and case."""
    async with serving(tmp_path, "--demo", HEYI_WEB_DIST=str(pages)) as running:
        yield running


@pytest.fixture
async def people(server: Server, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """A browser in which phones and desks can be opened."""
    async with stage(server.url) as opened:
        yield opened
        if request.node.stash.get(FAILED, False):
            await opened.keep(request.node.name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report
