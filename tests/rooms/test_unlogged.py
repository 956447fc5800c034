"""A recording ends although the log cannot say so: nobody is cut, and the entry is made later."""

from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest

from server.domain import recording, spaces
from server.domain.case import Side
from server.domain.errors import MissingStepsError
from server.domain.ids import RoomId, SeatId
from server.ports.media import RecordingEnded
from server.ports.store import DiskFullError
from server.rooms.owing import AGAIN_S
from server.rooms.room import Room
from server.signalling.snapshots import snapshot
from tests.rooms.consents import KEY, ONE, TWO, answer, decide
from tests.rooms.stage import Stage
from tests.rooms.test_recording_ends import film, heads, tick, wait_for
from tests.support.builders import AGENT, MEDIATOR, SESSION, WORKER

FULL = RecordingEnded(room=RoomId(SESSION), recording=ONE, why="disk_full")
WHAT_FAILS = pytest.mark.parametrize(
    "refused", [("write",), ("read", "write")], ids=["full", "away"]
)


class Broken:
    """Takes from a store what it can do, and gives it back."""

    def __init__(self, on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        self._on = on
        self._patch = monkeypatch

    def refuse(self, *names: str) -> None:
        def full() -> NoReturn:
            raise DiskFullError

        for name in names:
            self._patch.setattr(self._on.store, name, full)

    def mend(self) -> None:
        self._patch.undo()


@pytest.fixture
def broken(recorded: Stage, monkeypatch: pytest.MonkeyPatch) -> Broken:
    return Broken(recorded, monkeypatch)


async def shown(on: Stage, seat: str = MEDIATOR) -> tuple[str, str]:
    told = snapshot(on.teller.views[-1], SeatId(seat)).recording
    return told.state, told.reason


async def later(on: Stage) -> None:
    """Let the room look at its clocks once the next attempt is due."""
    await on.clock.advance(AGAIN_S)
    with suppress(DiskFullError):
        await on.registry.within(SESSION, Room.tick)


async def hear_of_the_end(on: Stage) -> None:
    on.registry._follow(FULL)
    await on.room()


@WHAT_FAILS
async def test_nobody_is_cut_when_a_recorder_ends_and_the_log_cannot_be_written(
    recorded: Stage, broken: Broken, refused: tuple[str, ...]
) -> None:
    edges, heard = recorded.media.edges, recorded.teller.views[-1].heard
    broken.refuse(*refused)
    ended_at = recorded.clock.now()
    await hear_of_the_end(recorded)
    await later(recorded)
    assert recorded.media.edges == edges != frozenset()
    assert (recorded.teller.views[-1].heard, recorded.teller.views[-1].log_ok) == (heard, True)
    assert await shown(recorded) == ("stopped", "disk_full")
    broken.mend()
    await later(recorded)
    assert (await recorded.kinds())[-1] == "recording.stopped"
    assert (await recorded.kinds()).count("recording.stopped") == 1
    last = (await recorded.stored()).recordings[-1]
    assert (last.reason, last.stopped_at) == ("disk_full", ended_at)
    assert recorded.media.edges == edges


@WHAT_FAILS
async def test_a_withdrawal_stops_the_recording_whether_or_not_it_can_be_stored(
    recorded: Stage, broken: Broken, refused: tuple[str, ...]
) -> None:
    edges = recorded.media.edges
    broken.refuse(*refused)
    with pytest.raises(DiskFullError):
        await decide(recorded, answer(AGENT, agreed=False))
    assert recorded.media.recorded is None
    assert recorded.media.edges == edges, "the talk itself goes on"
    assert await shown(recorded) == ("stopped", "withdrawn")
    broken.mend()
    await later(recorded)
    assert (await recorded.kinds())[-2:] == ["consent.withdrawn", "recording.stopped"]
    assert (await recorded.stored()).recordings[-1].reason == "withdrawn"


async def test_what_was_withdrawn_is_not_written_again_for_a_new_line_or_a_change_elsewhere(
    recorded: Stage, broken: Broken
) -> None:
    broken.refuse("write")
    with pytest.raises(DiskFullError):
        await decide(recorded, answer(AGENT, agreed=False))
    await recorded.registry.within(SESSION, lambda room: room.reroute("media"))
    assert recorded.media.recorded is None
    with suppress(DiskFullError):
        await recorded.registry.within(SESSION, lambda room: room.refresh("people"))
    assert recorded.media.recorded is None
    assert recorded.media.edges


async def test_an_end_that_is_owed_goes_with_the_next_decision(
    recorded: Stage, broken: Broken
) -> None:
    broken.refuse("write")
    await hear_of_the_end(recorded)
    broken.mend()
    await decide(recorded, recording.start(TWO, KEY))
    assert (await recorded.kinds())[-2:] == ["recording.stopped", "recording.started"]
    assert recorded.media.recorded is not None
    assert recorded.media.recorded.recording == TWO
    assert not (await recorded.room()).owes


async def test_who_withdrew_is_asked_anew_before_another_recording(
    recorded: Stage, broken: Broken
) -> None:
    broken.refuse("write")
    with pytest.raises(DiskFullError):
        await decide(recorded, answer(AGENT, agreed=False))
    broken.mend()
    with pytest.raises(MissingStepsError):
        await decide(recorded, recording.start(TWO, KEY))
    assert recorded.media.recorded is None


async def test_who_is_parted_is_still_cut_for_good_with_an_alarm(
    recorded: Stage, broken: Broken
) -> None:
    broken.refuse("write")
    await hear_of_the_end(recorded)
    with pytest.raises(DiskFullError):
        await decide(recorded, spaces.go_caucus(Side.APPLICANT))
    assert not recorded.media.edges
    assert recorded.teller.views[-1].log_ok is False


async def test_how_far_it_came_is_logged_once_the_log_can_say_that_it_ended(
    recorded: Stage, broken: Broken, tmp_path: Path
) -> None:
    chain = film(tmp_path)
    broken.refuse("write")
    await hear_of_the_end(recorded)
    tick(recorded)
    assert ONE not in recorded.registry._settled, "nobody looks while it cannot be logged"
    broken.mend()
    assert await heads(recorded) == []
    await later(recorded)
    tick(recorded)
    await wait_for(recorded, [(1, chain)])
    assert await shown(recorded, WORKER) == ("stopped", "")
