"""No worker can take the room: what narrows goes through, what widens is told to have failed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.domain import conduct, spaces
from server.domain.case import Side
from server.domain.conduct import Decision
from server.domain.session import SessionState
from server.ports.media import MediaFullError
from server.rooms.view import Lamp
from tests.rooms.stage import Stage, stage
from tests.support.builders import AGENT, MEDIATOR, SESSION, WORKER, a_session, prepared


@pytest.fixture
async def ready(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, prepared(a_session())) as made:
        await made.seat(MEDIATOR, WORKER, AGENT)
        yield made


async def decide(on: Stage, decision: Decision, actor: str = MEDIATOR) -> None:
    await on.registry.within(SESSION, lambda room: room.decide(actor, decision))


def fill(on: Stage) -> None:
    """Let every worker be full or about to end."""

    async def route(*_: object) -> None:
        raise MediaFullError

    on.media.route = route  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        pytest.param(conduct.freeze, SessionState.FROZEN, id="freeze"),
        pytest.param(conduct.pause, SessionState.PAUSED, id="pause"),
        pytest.param(spaces.go_lobby, SessionState.OPEN, id="lobby"),
        pytest.param(conduct.stop(""), SessionState.CLOSED, id="stop"),
    ],
)
async def test_what_narrows_is_done_logged_and_told(
    ready: Stage, decision: Decision, state: SessionState
) -> None:
    await decide(ready, spaces.go_joint)
    fill(ready)
    told = len(ready.teller.views)
    await decide(ready, decision, WORKER)
    assert (await ready.stored()).state is state
    assert len(ready.teller.views) > told
    assert not ready.teller.views[-1].heard


@pytest.mark.parametrize(
    "decision",
    [
        pytest.param(spaces.go_joint, id="joint"),
        pytest.param(spaces.go_reception(Side.APPLICANT), id="reception"),
    ],
)
async def test_what_widens_is_told_and_logged_not_to_have_opened(
    ready: Stage, decision: Decision
) -> None:
    fill(ready)
    await decide(ready, decision)
    view = ready.teller.views[-1]
    assert (view.media_ok, view.heard) == (False, frozenset())
    assert (await ready.kinds())[-2:] == ["room.open", "room.not_opened"]


async def test_a_caucus_is_not_shown_as_isolated(ready: Stage) -> None:
    fill(ready)
    await decide(ready, spaces.go_caucus(Side.APPLICANT))
    assert ready.teller.views[-1].lamp is Lamp.FAILED
    assert (await ready.kinds())[-2:] == ["room.open", "room.not_isolated"]


async def test_what_opens_says_nothing_of_a_failure(ready: Stage) -> None:
    await decide(ready, spaces.go_joint)
    await decide(ready, spaces.go_lobby)
    fill(ready)
    await decide(ready, conduct.pause)
    assert "room.not_opened" not in await ready.kinds()
