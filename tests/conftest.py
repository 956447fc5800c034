"""What every test shares: Hypothesis profiles, the order of stages, PostgreSQL."""

import gc
import os
import random
from typing import Any

import pytest
from aiohttp import web_app
from hypothesis import settings

from tests.support.sampling import left_out

pytest_plugins = [
    "tests.support.postgres",
    "tests.support.s3",
    "tests.support.threads",
    "tests.support.tokens",
]

gc.disable()

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))

STAGES = ("slow", "postgres", "browser", "journey")
"""Later stages take longer and fail for more reasons; what carries no mark runs first."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--bent", type=int, default=24, help="bent files that the verifiers are asked about"
    )
    parser.addoption(
        "--by-script",
        choices=("some", "all"),
        default="some",
        help="how many forgeries verify.sh judges beside the others, how many cases of drawn tests",
    )
    parser.addoption("--draw", type=int, help="throws the dice for those again, as a run named it")


def pytest_configure(config: pytest.Config) -> None:
    if config.option.draw is None:
        told: dict[str, int] = getattr(config, "workerinput", {})
        config.option.draw = told.get("draw", random.SystemRandom().randrange(10**9))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    # The workers of a run that goes side by side draw what its first lines name.
    node.workerinput["draw"] = node.config.option.draw


def pytest_report_header(config: pytest.Config) -> str:
    return f"drawn cases: {config.option.by_script}, --draw {config.option.draw}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    without = left_out(items, config)
    config.hook.pytest_deselected(items=list(without))
    items[:] = [item for item in items if item not in without]
    for item in items:
        if "postgres_server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.postgres)
    items.sort(key=_stage)


def pytest_collection_finish() -> None:
    # What was imported and collected stays to the end: looking for garbage among it, over and
    # over, took a tenth of the processor time of tests that run in this process, and a third of
    # that of collecting them.
    gc.collect()
    gc.freeze()
    gc.enable()


def _stage(item: pytest.Item) -> int:
    return max(
        (place for place, mark in enumerate(STAGES, 1) if item.get_closest_marker(mark)), default=0
    )


def pytest_runtest_logfinish() -> None:
    # aiohttp remembers up to 1,024 handlers with the applications they belong to. A program has
    # one; tests make thousands, and collecting garbage among all of them took minutes.
    web_app._cached_build_middleware.cache_clear()


CRASHED = pytest.StashKey[bool]()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    if error:
        node.config.stash[CRASHED] = True


def pytest_sessionfinish(session: pytest.Session) -> None:
    # A run whose worker crashed has left tests out: it must not pass for one in which some failed.
    if session.config.stash.get(CRASHED, False):
        session.exitstatus = pytest.ExitCode.INTERRUPTED
