"""Every live request from every seat: who may, who may not, and what he is told."""

from pathlib import Path

import pytest

from server.signalling.requests import REQUESTS
from tests.access import expected
from tests.access.live import Line
from tests.access.prepare import Preparation
from tests.access.says import SAYS

EVERY = ("enter", "leave", *REQUESTS)


def test_every_request_has_an_expectation_and_every_expectation_a_request() -> None:
    assert set(EVERY) == set(expected.LIVE_EVENTS)


def test_every_request_has_a_valid_message() -> None:
    assert set(EVERY) == set(SAYS)


@pytest.mark.parametrize("event", EVERY)
async def test_who_may_say(event: str, prepared: Preparation, tmp_path: Path) -> None:
    assert await Line(prepared, tmp_path, event).ask_all() == []
