"""A recorded room: what is cut before it is logged and told, and what the media plane may say."""

from dataclasses import replace

import pytest

from server.domain import conduct, recording, spaces
from server.domain.case import Person, PersonRole, Side
from server.domain.ids import PartyId, PersonId, RoomId, SeatId
from server.ports.media import RecordingEnded, RecordingHead
from server.signalling.snapshots import snapshot
from tests.rooms.consents import ONE, answer, decide
from tests.rooms.stage import Stage
from tests.support.builders import AGENT, MEDIATOR, SESSION, WORKER


async def test_the_worker_is_told_whose_uplinks_to_write(recorded: Stage) -> None:
    room = await recorded.room()
    order = recorded.media.recorded
    assert order is not None
    assert order.key == bytes(range(32))
    seats = {one.connection: seat for seat, one in room.presence.items()}
    assert dict(order.sources) == seats
    assert recorded.teller.views[-1].writing


async def test_a_withdrawal_is_cut_logged_and_told(recorded: Stage) -> None:
    orders = []
    told = recorded.media.route

    async def route(*asked: object) -> None:
        orders.append((asked[3], (await recorded.kinds())[-1]))
        await told(*asked)  # type: ignore[arg-type]  # as they came

    recorded.media.route = route  # type: ignore[method-assign, assignment]
    await decide(recorded, answer(AGENT, agreed=False))
    assert orders[0] == (None, "recording.started"), "cut before anything is logged"
    assert (await recorded.kinds())[-2:] == ["consent.withdrawn", "recording.stopped"]
    assert not recorded.teller.views[-1].writing
    assert "recording" in recorded.journal.lines[-1]
    assert recorded.teller.views[-1].heard, "the talk itself goes on"


@pytest.mark.parametrize(
    "leave", [spaces.go_caucus(Side.APPLICANT), spaces.go_lobby, conduct.pause, conduct.freeze]
)
async def test_outside_the_joint_session_nothing_is_ordered(
    recorded: Stage, leave: conduct.Decision
) -> None:
    await decide(recorded, leave)
    assert recorded.media.recorded is None
    assert not recorded.teller.views[-1].writing


async def test_somebody_who_comes_in_elsewhere_ends_it(recorded: Stage) -> None:
    room = await recorded.room()
    party = PartyId("p1")
    stranger = Person(
        id=PersonId("son"),
        party_id=party,
        role=PersonRole.COMPANION,
        name="陈小龙",
        mobile="19900000009",
    )
    async with recorded.store.write() as uow:
        case = await uow.cases.get(room.case_id)
        await uow.cases.save(replace(case, people=(*case.people, stranger)))
    await recorded.registry.within(SESSION, lambda r: r.refresh("people"))
    assert recorded.media.recorded is None
    assert (await recorded.stored()).recordings[0].reason == "not_agreed"


async def test_heads_go_into_the_log_and_a_failure_ends_it(recorded: Stage) -> None:
    told = RecordingHead(room=RoomId(SESSION), recording=ONE, chunks=3, chain="ab" * 32)
    recorded.registry._follow(told)
    await recorded.room()
    assert (await recorded.kinds())[-1] == "recording.head"
    recorded.registry._follow(RecordingEnded(room=RoomId(SESSION), recording=ONE, why="disk_full"))
    await recorded.room()
    assert (await recorded.kinds())[-1] == "recording.stopped"
    assert (await recorded.stored()).recordings[0].reason == "disk_full"
    assert recorded.media.recorded is None
    assert recorded.teller.views[-1].heard


async def test_a_lost_worker_shows_that_nothing_is_written(recorded: Stage) -> None:
    await recorded.registry.within(SESSION, lambda room: room.media_lost())
    assert not recorded.teller.views[-1].writing
    assert recording.going((await recorded.room()).session) is not None


async def test_the_screens_say_it_but_not_to_who_waits_outside(recorded: Stage) -> None:
    def told(seat: str) -> tuple[str, str, bool | None]:
        found = snapshot(recorded.teller.views[-1], SeatId(seat)).recording
        return found.state, found.reason, found.own_consent

    assert told(WORKER) == ("on", "", True)
    assert told(MEDIATOR) == ("on", "", None)
    await decide(recorded, conduct.send_back(SeatId(AGENT)))
    assert told(AGENT) == ("off", "", True)
    await decide(recorded, spaces.go_caucus(Side.APPLICANT))
    assert told(WORKER) == ("waiting", "", True)
    await decide(recorded, answer(WORKER, agreed=False))
    assert told(WORKER) == ("stopped", "", False)
    assert told(MEDIATOR) == ("stopped", "withdrawn", None)
    assert told(AGENT) == ("off", "", True)
