"""A party calls the mediator: one call until it is answered, however often it is pressed."""

import pytest

from server.domain import spaces
from server.domain.case import Side
from server.domain.conduct import Decision
from server.domain.ids import SeatId
from server.ports.store import DiskFullError
from server.rooms import attendance
from tests.rooms.stage import Stage
from tests.rooms.test_unlogged import Broken
from tests.support.builders import MEDIATOR, SESSION, WORKER

SEAT = SeatId(WORKER)


async def call(on: Stage, wish: str | None) -> None:
    await on.registry.within(SESSION, lambda room: attendance.ask_for_mediator(room, SEAT, wish))


async def calls(on: Stage) -> int:
    return (await on.kinds()).count("call_mediator")


async def wished(on: Stage) -> str | None:
    return (await on.room()).presence[SEAT].wish


async def test_the_same_call_again_is_neither_logged_nor_told(joint: Stage) -> None:
    await call(joint, "break")
    told = len(joint.teller.views)
    for _ in range(20):
        await call(joint, "break")
    assert await calls(joint) == 1
    assert len(joint.teller.views) == told


async def test_another_wish_is_shown_but_still_one_call(joint: Stage) -> None:
    for wish in ("break", "talk_alone") * 10:
        await call(joint, wish)
        assert await wished(joint) == wish
    assert await calls(joint) == 1


async def test_once_answered_the_next_call_is_another(joint: Stage) -> None:
    await call(joint, "break")
    await call(joint, None)
    assert await wished(joint) is None
    await call(joint, "break")
    assert await calls(joint) == 2


async def test_answering_where_nobody_calls_tells_nothing(joint: Stage) -> None:
    told = len(joint.teller.views)
    await call(joint, None)
    assert await calls(joint) == 0
    assert len(joint.teller.views) == told


async def decide(on: Stage, decision: Decision) -> None:
    await on.registry.within(SESSION, lambda room: room.decide(MEDIATOR, decision))


@pytest.mark.parametrize(
    "there",
    [spaces.go_joint, spaces.go_reception(Side.APPLICANT), spaces.go_caucus(Side.APPLICANT)],
    ids=["joint", "reception", "caucus"],
)
async def test_asking_to_come_is_over_once_the_mediator_is_there(
    joint: Stage, there: Decision
) -> None:
    await decide(joint, spaces.go_caucus(Side.RESPONDENT))
    await call(joint, "come")
    await decide(joint, spaces.go_reception(Side.RESPONDENT))
    assert await wished(joint) == "come"
    await decide(joint, there)
    assert await wished(joint) is None
    assert joint.teller.views[-1].presence[SEAT].wish is None


async def test_another_wish_waits_for_its_answer_wherever_they_are(joint: Stage) -> None:
    await decide(joint, spaces.go_caucus(Side.RESPONDENT))
    await call(joint, "talk_alone")
    await decide(joint, spaces.go_joint)
    assert await wished(joint) == "talk_alone"


async def test_a_call_that_cannot_be_logged_is_none_and_may_be_made_again(
    joint: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Broken(joint, monkeypatch)
    broken.refuse("write")
    with pytest.raises(DiskFullError):
        await call(joint, "break")
    assert await wished(joint) is None
    broken.mend()
    await call(joint, "break")
    assert (await wished(joint), await calls(joint)) == ("break", 1)
