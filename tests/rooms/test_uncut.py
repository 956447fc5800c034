"""A cut that the log could not be told of stays: no new line, worker or change undoes it."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from server.domain import conduct, rights, spaces
from server.domain.audience import hearing
from server.domain.case import Side
from server.domain.conduct import Decision
from server.domain.errors import DomainError
from server.domain.identity import identify_again
from server.domain.ids import ConnectionId, PersonId, SeatId
from server.domain.session import Consent, IdentityCheck
from server.ports.media import MediaConnected, WorkerBack, WorkerLost
from server.ports.store import DiskFullError
from server.rooms import attendance
from server.rooms.owing import AGAIN_S
from server.rooms.room import Room
from server.rooms.view import Lamp
from tests.rooms.consents import decide
from tests.rooms.stage import Stage
from tests.rooms.test_unlogged import WHAT_FAILS, Broken
from tests.support.builders import MEDIATOR, NOW, RECORDER, SESSION, WORKER


def _consent(person: PersonId) -> Decision:
    return conduct.consent(
        Consent(person_id=person, scope="online_mediation", agreed=False, text_version="v", at=NOW)
    )


MISMATCH = IdentityCheck(
    person_id=WORKER,
    document="resident_identity_card",
    number_masked="",
    matches=False,
    by=MEDIATOR,
    at=NOW,
)
OF_PEOPLE: dict[str, Decision] = {
    "back": conduct.send_back(SeatId(WORKER)),
    "withdrawn": _consent(WORKER),
    "mismatch": conduct.check_identity(MISMATCH),
    "again": identify_again(SeatId(WORKER)),
}
OF_ALL: dict[str, Decision] = {
    "caucus": spaces.go_caucus(Side.RESPONDENT),
    "reception": spaces.go_reception(Side.RESPONDENT),
    "lobby": spaces.go_lobby,
    "pause": conduct.pause,
    "freeze": conduct.freeze,
    "stop": conduct.stop("换个时间"),
    "adjourn": conduct.adjourn,
}
TAKES_AWAY = OF_PEOPLE | OF_ALL
DECISIONS = pytest.mark.parametrize("decision", TAKES_AWAY.values(), ids=TAKES_AWAY)
DECISIONS_OF_PEOPLE = pytest.mark.parametrize("decision", OF_PEOPLE.values(), ids=OF_PEOPLE)
Change = Callable[[Room], Awaitable[None]]


async def _new_line(room: Room) -> None:
    connection, _offer = await attendance.start_media(room, SeatId(WORKER))
    connected = MediaConnected(connection=ConnectionId(connection))
    await attendance.media_event(room, SeatId(WORKER), connected)


async def _another(room: Room) -> None:
    await room.decide(MEDIATOR, rights.read_rights(1))


CHANGES: dict[str, Change] = {
    "reroute": lambda room: room.reroute("media"),
    "new line": _new_line,
    "refresh": lambda room: room.refresh("people"),
    "another decision": _another,
    "tick": Room.tick,
    "judge": lambda room: attendance.judge(room, SeatId(RECORDER), RECORDER, watches=False),
    "release": attendance.release,
}


@pytest.fixture
def broken(joint: Stage, monkeypatch: pytest.MonkeyPatch) -> Broken:
    return Broken(joint, monkeypatch)


async def _refused(on: Stage, decision: Decision) -> None:
    with pytest.raises(DiskFullError):
        await decide(on, decision)


async def _changed(on: Stage, change: Change) -> None:
    await on.clock.advance(AGAIN_S)
    with suppress(DomainError):
        await on.registry.within(SESSION, change)


async def _worker_back(on: Stage) -> None:
    on.registry._follow(WorkerLost())
    on.registry._follow(WorkerBack(connections=frozenset()))
    await on.room()


@WHAT_FAILS
@DECISIONS
async def test_nobody_hears_anybody_again_whatever_changes(
    joint: Stage, broken: Broken, decision: Decision, refused: tuple[str, ...]
) -> None:
    assert joint.media.edges
    broken.refuse(*refused)
    await _refused(joint, decision)
    for named, change in CHANGES.items():
        await _changed(joint, change)
        assert not joint.media.edges, named
        await _worker_back(joint)
        assert not joint.media.edges, f"a worker is back after {named}"
    view = joint.teller.views[-1]
    assert (view.log_ok, view.heard, view.lamp) == (False, frozenset(), Lamp.NONE)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("decided", ["withdrawn", "caucus"])
async def test_nor_once_the_log_can_be_written(
    joint: Stage, broken: Broken, decided: str, change: Change
) -> None:
    broken.refuse("write")
    await _refused(joint, TAKES_AWAY[decided])
    broken.mend()
    await _changed(joint, change)
    assert not joint.media.edges
    await _changed(joint, CHANGES["reroute"])
    assert not joint.media.edges


@WHAT_FAILS
@DECISIONS
async def test_the_log_is_told_as_soon_as_it_can_be(
    joint: Stage, broken: Broken, decision: Decision, refused: tuple[str, ...]
) -> None:
    broken.refuse(*refused)
    await _refused(joint, decision)
    shown = (await joint.room()).session
    broken.mend()
    await _changed(joint, Room.tick)
    stored = await joint.stored()
    assert joint.teller.views[-1].log_ok
    assert (stored.state, stored.space) == (shown.state, shown.space)
    assert not hearing(stored)
    assert "room.lobby" in await joint.kinds() or not stored.running
    assert not (await joint.room()).owes


@DECISIONS_OF_PEOPLE
async def test_what_was_said_of_somebody_holds(
    joint: Stage, broken: Broken, decision: Decision
) -> None:
    broken.refuse("write")
    await _refused(joint, decision)
    broken.mend()
    await decide(joint, spaces.go_joint)
    worker = (await joint.room()).presence[SeatId(WORKER)].connection
    assert joint.media.edges
    assert worker not in {end for one in joint.media.edges for end in (one.source, one.subscriber)}


async def test_nothing_is_opened_while_the_log_cannot_be_written(
    joint: Stage, broken: Broken
) -> None:
    broken.refuse("write")
    await _refused(joint, spaces.go_caucus(Side.RESPONDENT))
    await _refused(joint, spaces.go_joint)
    assert not joint.media.edges
    broken.mend()
    await decide(joint, spaces.go_joint)
    assert joint.media.edges
    assert (await joint.kinds())[-3:] == ["room.close", "room.lobby", "room.open"]
