"""That nothing is recorded is shown when the worker has confirmed it, and not before."""

import pytest

from server.domain import conduct, recording, spaces
from server.domain.case import Side
from server.domain.conduct import Decision
from server.domain.ids import RoomId, SeatId
from server.ports.media import (
    MediaEvent,
    MediaFullError,
    RecordingEnded,
    WorkerBack,
    WorkerGivenUp,
    WorkerLost,
)
from server.rooms.registry import Registry
from server.signalling.snapshots import snapshot
from tests.rooms.consents import ONE, answer, decide
from tests.rooms.stage import Stage
from tests.support.builders import AGENT, MEDIATOR, SESSION, WORKER

ENDED = RecordingEnded(room=RoomId(SESSION), recording=ONE, why="link_lost")
BACK = WorkerBack(connections=frozenset())


def shown(on: Stage) -> set[str]:
    """Return what the screens of everybody inside say."""
    view = on.teller.views[-1]
    return {snapshot(view, SeatId(seat)).recording.state for seat in (MEDIATOR, WORKER, AGENT)}


async def hear(on: Stage, event: MediaEvent) -> None:
    on.registry._follow(event)
    # Whatever the room was posted is done before this is.
    await on.room()


STOPS = [
    pytest.param(answer(AGENT, agreed=False), "stopped", id="withdrawn"),
    pytest.param(recording.stop(), "stopped", id="mediator"),
    pytest.param(conduct.stop(""), "stopped", id="over"),
    pytest.param(conduct.pause, "waiting", id="pause"),
    pytest.param(spaces.go_caucus(Side.APPLICANT), "waiting", id="caucus"),
]


async def test_while_it_is_written_everybody_is_shown_so(recorded: Stage) -> None:
    assert shown(recorded) == {"on"}


@pytest.mark.parametrize(("decision", "after"), STOPS)
async def test_it_is_stopping_until_the_worker_confirms(
    recorded: Stage, decision: Decision, after: str
) -> None:
    recorded.media.lost = True
    await decide(recorded, decision)
    assert shown(recorded) == {"stopping"}
    assert recorded.media.recorded is not None, "the worker has not heard of it"
    recorded.media.lost = False
    await hear(recorded, BACK)
    assert shown(recorded) == {after}
    assert recorded.media.recorded is None


@pytest.mark.parametrize(("decision", "after"), STOPS)
async def test_a_worker_that_answers_leaves_nothing_in_doubt(
    recorded: Stage, decision: Decision, after: str
) -> None:
    before = len(recorded.teller.views)
    await decide(recorded, decision)
    assert shown(recorded) == {after}
    assert not [view for view in recorded.teller.views[before:] if view.may_write]


async def test_a_worker_away_for_long_has_surely_stopped(recorded: Stage) -> None:
    recorded.media.lost = True
    await hear(recorded, WorkerLost())
    assert shown(recorded) == {"stopping"}
    await decide(recorded, recording.stop())
    assert shown(recorded) == {"stopping"}
    elsewhere = frozenset({RoomId(SESSION)})
    await hear(recorded, WorkerGivenUp(elsewhere=elsewhere))
    assert shown(recorded) == {"stopping"}
    await hear(recorded, WorkerGivenUp())
    assert shown(recorded) == {"stopped"}


async def test_a_room_that_no_worker_has_is_not_written(recorded: Stage) -> None:
    async def full(*_: object) -> None:
        raise MediaFullError

    recorded.media.route = full  # type: ignore[method-assign, assignment]
    await decide(recorded, answer(AGENT, agreed=False))
    assert shown(recorded) == {"stopped"}


@pytest.mark.parametrize("first", ["worker", "person"])
async def test_who_wrote_says_himself_that_he_does_not(recorded: Stage, first: str) -> None:
    recorded.media.lost = True
    if first == "person":
        await decide(recorded, recording.stop())
    await hear(recorded, ENDED)
    assert shown(recorded) == {"stopped"}


async def test_a_new_app_does_not_know_what_the_worker_still_writes(recorded: Stage) -> None:
    later = Registry(recorded.registry._ports, recorded.registry._tasks)
    await later.within(SESSION, lambda room: room.tell())
    assert shown(recorded) == {"stopping"}
    await later.within(SESSION, lambda room: room.reroute())
    assert shown(recorded) == {"stopped"}, "everybody is asked anew"
