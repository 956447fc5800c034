"""Rooms that several tests begin with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.domain import recording, spaces
from tests.rooms.consents import KEY, ONE, answer, decide
from tests.rooms.stage import Stage, stage
from tests.support.builders import AGENT, MEDIATOR, SESSION, WIFE, WORKER, a_session, prepared


@pytest.fixture
async def joint(tmp_path: Path) -> AsyncIterator[Stage]:
    """Give a room in its joint session."""
    async with stage(tmp_path, prepared(a_session())) as made:
        await made.seat(MEDIATOR, WORKER, AGENT)
        await made.registry.within(SESSION, lambda room: room.decide(MEDIATOR, spaces.go_joint))
        yield made


@pytest.fixture
async def recorded(tmp_path: Path) -> AsyncIterator[Stage]:
    """Give a room whose joint session is recorded."""
    async with stage(tmp_path, prepared(a_session())) as made:
        await made.seat(MEDIATOR, WORKER, AGENT)
        everybody = (answer(person, agreed=True) for person in (WORKER, WIFE, AGENT))
        await decide(made, *everybody, spaces.go_joint, recording.start(ONE, KEY))
        made.journal.lines.clear()
        yield made
