"""The live room: the order of every change, drops, freezing, and what a failed log does."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.domain import conduct, spaces
from server.domain.case import Side
from server.domain.errors import DomainError, MissingStepsError
from server.domain.ids import PersonId, SeatId
from server.domain.session import SessionState, SpaceKind
from server.ports.media import MediaLoss, MediaLost, WorkerBack, WorkerLost
from server.ports.store import DiskFullError
from server.rooms import attendance
from server.rooms.mailbox import RoomClosedError
from server.rooms.room import Beside, Room
from server.rooms.view import Lamp
from tests.rooms.stage import Stage, stage
from tests.support.builders import AGENT, CASE, MEDIATOR, SESSION, WORKER, a_session, prepared


@pytest.fixture
async def ready(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, prepared(a_session())) as made:
        await made.seat(MEDIATOR, WORKER, AGENT)
        made.journal.lines.clear()
        yield made


async def decide(on: Stage, decision: conduct.Decision) -> None:
    await on.registry.within(SESSION, lambda room: room.decide(MEDIATOR, decision))


async def test_widening_is_logged_opened_confirmed_then_told(ready: Stage) -> None:
    await decide(ready, spaces.go_joint)
    assert ready.journal.lines == ["route 6", "tell moved lamp=none heard=6"]
    assert (await ready.kinds())[-1] == "room.open"


async def test_a_caucus_cuts_before_it_opens_and_lights_the_lamp_last(ready: Stage) -> None:
    await decide(ready, spaces.go_joint)
    ready.journal.lines.clear()
    await decide(ready, spaces.go_caucus(Side.APPLICANT))
    assert ready.journal.lines == [
        "route 2",
        "tell moved lamp=cutting heard=2",
        "route 2",
        "tell  lamp=isolated heard=2",
    ]
    assert (await ready.kinds())[-3:] == ["room.close", "room.open", "room.isolated"]


async def test_isolated_is_never_shown_without_the_worker(ready: Stage) -> None:
    await decide(ready, spaces.go_joint)
    ready.media.lost = True
    await decide(ready, spaces.go_caucus(Side.APPLICANT))
    assert ready.teller.views[-1].lamp is Lamp.FAILED
    assert not ready.teller.views[-1].heard
    assert all(view.lamp is not Lamp.ISOLATED for view in ready.teller.views)
    assert (await ready.kinds())[-1] == "room.not_isolated"


async def test_nobody_of_the_other_side_is_in_the_table_of_a_caucus(ready: Stage) -> None:
    room = await ready.room()
    await decide(ready, spaces.go_caucus(Side.RESPONDENT))
    worker = room.presence[SeatId(WORKER)].connection
    assert worker is not None
    assert ready.media.edges
    assert all(worker not in {e.source, e.subscriber} for e in ready.media.edges)


async def test_table_versions_only_grow(ready: Stage) -> None:
    for decision in (spaces.go_joint, spaces.go_lobby, spaces.go_joint, conduct.pause):
        await decide(ready, decision)
    assert ready.media.versions == sorted(set(ready.media.versions))


async def test_a_refused_decision_tells_nobody(ready: Stage) -> None:
    await ready.registry.within(SESSION, lambda room: room.decide(MEDIATOR, conduct.pause))
    ready.journal.lines.clear()
    with pytest.raises(DomainError):
        await decide(ready, spaces.go_joint)
    assert not ready.journal.lines


async def test_a_failed_log_write_refuses_what_would_widen(
    ready: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await ready.room()
    _break_the_log(room, monkeypatch)
    with pytest.raises(DiskFullError):
        await decide(ready, spaces.go_joint)
    assert not ready.media.edges
    assert room.session.space.kind == "lobby"


async def test_a_failed_log_write_leaves_everybody_cut_with_an_alarm(
    ready: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await decide(ready, spaces.go_joint)
    room = await ready.room()
    _break_the_log(room, monkeypatch)
    with pytest.raises(DiskFullError):
        await decide(ready, spaces.go_caucus(Side.APPLICANT))
    assert not ready.media.edges
    assert ready.teller.views[-1].log_ok is False


async def test_a_database_that_cannot_be_read_keeps_nobody_from_being_cut(
    ready: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await decide(ready, spaces.go_joint)
    room = await ready.room()

    async def unread() -> None:
        raise DiskFullError

    monkeypatch.setattr(room, "_stored", unread)
    assert ready.media.edges
    with pytest.raises(DiskFullError):
        await decide(ready, spaces.go_caucus(Side.APPLICANT))
    assert not ready.media.edges
    assert ready.teller.views[-1].log_ok is False


def _break_the_log(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(step: conduct.Step, beside: Beside | None) -> None:
        raise DiskFullError

    monkeypatch.setattr(room, "_save", full)


async def test_a_mediator_gone_longer_than_the_grace_freezes_the_room(ready: Stage) -> None:
    await decide(ready, spaces.go_joint)
    room = await ready.room()
    await attendance.leave(room, SeatId(MEDIATOR), f"socket-{MEDIATOR}", "network")
    await ready.clock.advance(19)
    await room.tick()
    assert (await ready.stored()).state is SessionState.OPEN
    await ready.clock.advance(1)
    await room.tick()
    assert (await ready.stored()).state is SessionState.FROZEN
    assert not ready.media.edges
    assert "session.freeze" in await ready.kinds()


async def test_a_mediator_who_comes_back_in_time_freezes_nothing(ready: Stage) -> None:
    await decide(ready, spaces.go_joint)
    room = await ready.room()
    await attendance.leave(room, SeatId(MEDIATOR), f"socket-{MEDIATOR}", "network")
    await ready.clock.advance(10)
    await ready.seat(MEDIATOR)
    await ready.clock.advance(60)
    await room.tick()
    assert room.session.state is SessionState.OPEN


async def test_a_drop_is_neutral_and_keeps_seat_and_admission(ready: Stage) -> None:
    await decide(ready, spaces.go_joint)
    room = await ready.room()
    await attendance.leave(room, SeatId(WORKER), f"socket-{WORKER}", "network")
    assert room.session.participant(SeatId(WORKER)).admitted
    assert room.presence[SeatId(WORKER)].absence == "network"
    await ready.seat(WORKER)
    kinds = await ready.kinds()
    assert "drop" in kinds
    assert "leave" not in kinds
    assert kinds[-1] == "rejoin"


async def test_who_is_back_within_five_minutes_needs_no_new_admission(ready: Stage) -> None:
    await decide(ready, spaces.go_joint)
    room = await ready.room()
    worker, before = SeatId(WORKER), len(ready.media.edges)
    await attendance.leave(room, worker, f"socket-{WORKER}", "network")
    connection = room.presence[worker].connection
    assert connection is not None
    gone = MediaLost(connection=connection, reason=MediaLoss.EXPIRED)
    await attendance.media_event(room, worker, gone)
    assert len(ready.media.edges) < before
    await ready.clock.advance(299)
    await room.tick()
    assert room.session.participant(worker).admitted
    await ready.seat(WORKER)
    assert room.session.participant(worker).admitted
    assert (await ready.stored()).participant(worker).admitted
    fresh = room.presence[worker].connection
    assert fresh not in {None, connection}
    assert len(ready.media.edges) == before
    ends = [{one.source, one.subscriber} for one in ready.media.edges]
    assert sum(fresh in both for both in ends) == 4
    assert "admit" not in await ready.kinds()


async def test_who_was_away_for_longer_is_identified_again(ready: Stage) -> None:
    await decide(ready, spaces.go_joint)
    room, worker = await ready.room(), SeatId(WORKER)
    for away, still in ((300, True), (301, False)):
        await attendance.leave(room, worker, f"socket-{WORKER}", "network")
        await ready.clock.advance(away)
        await ready.seat(WORKER)
        back = room.session.participant(worker)
        assert (back.admitted, room.session.identified(PersonId(WORKER))) == (still, still), away
    assert room.session.place(room.session.participant(worker)).kind is SpaceKind.LOBBY
    mine = room.presence[worker].connection
    assert not [one for one in ready.media.edges if mine in {one.source, one.subscriber}]


async def test_the_newest_browser_of_a_seat_replaces_the_older(ready: Stage) -> None:
    room = await ready.room()
    old = await attendance.enter(room, SeatId(WORKER), "another")
    assert old == f"socket-{WORKER}"
    await attendance.leave(room, SeatId(WORKER), old, "network")
    assert room.presence[SeatId(WORKER)].present


async def test_a_lost_worker_leaves_nobody_shown_as_heard(ready: Stage) -> None:
    await decide(ready, spaces.go_caucus(Side.APPLICANT))
    room = await ready.room()
    await room.media_lost()
    view = ready.teller.views[-1]
    assert view.lamp is Lamp.FAILED
    assert not view.heard
    assert view.media_ok is False


async def test_a_room_hears_of_its_own_worker_alone(ready: Stage) -> None:
    await decide(ready, spaces.go_joint)
    room = await ready.room()
    elsewhere = frozenset({room.forwarding.room})
    back = WorkerBack(connections=frozenset())
    seen = []
    for event in (
        WorkerLost(elsewhere=elsewhere),
        WorkerLost(),
        replace(back, elsewhere=elsewhere),
        back,
    ):
        ready.registry._follow(event)
        # Whatever the room was posted is done before this is.
        await ready.room()
        seen.append(ready.teller.views[-1].media_ok)
    assert seen == [True, False, False, True]


async def test_a_lost_connection_takes_its_seat_out_of_the_table(ready: Stage) -> None:
    await decide(ready, spaces.go_joint)
    room = await ready.room()
    connection = room.presence[SeatId(WORKER)].connection
    assert connection is not None
    event = MediaLost(connection=connection, reason=MediaLoss.CLOSED)
    await attendance.media_event(room, SeatId(WORKER), event)
    assert len(ready.media.edges) == 2


async def test_cutting_a_seat_ends_media_and_browser(ready: Stage) -> None:
    await decide(ready, spaces.go_joint)
    await ready.registry.cut(CASE, SeatId(WORKER), "revoked")
    assert ready.teller.parted == [f"socket-{WORKER}"]
    assert len(ready.media.edges) == 2
    assert ready.media.closed


async def test_admission_waits_for_what_is_owed(tmp_path: Path) -> None:
    session = replace(prepared(a_session()), identity_checks=(), participants=())
    async with stage(tmp_path, session) as made:
        await made.seat(MEDIATOR, WORKER)
        with pytest.raises(MissingStepsError) as refused:
            await decide(made, conduct.admit(SeatId(WORKER)))
        assert refused.value.facts["missing"] == ["identity"]


async def test_a_room_survives_a_failing_job(ready: Stage) -> None:
    async def fail(_: Room) -> None:
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        await ready.registry.within(SESSION, fail)
    await decide(ready, spaces.go_joint)


async def test_what_waits_when_the_mailbox_closes_is_answered(ready: Stage) -> None:
    room = await ready.room()
    desk = ready.registry._desk(CASE)
    desk.mailbox.close()
    await ready.clock.advance(0)
    with pytest.raises(RoomClosedError):
        await desk.mailbox.submit(room.tick)
