"""A party calls the mediator: one call until it is answered, however often it is pressed."""

from server.domain.ids import SeatId
from server.rooms import attendance
from tests.rooms.stage import Stage
from tests.support.builders import SESSION, WORKER

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
