"""An app that ends may have been owing a withdrawal: the next one records nobody unasked."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from server.domain import conduct, recording
from server.domain.errors import MissingStepsError
from server.domain.ids import PersonId, SeatId
from server.domain.session import RESTARTED, Consent
from server.ports.store import DiskFullError
from server.rooms import attendance
from server.rooms.room import Room
from server.signalling.snapshots import snapshot
from tests.rooms.consents import KEY, ONE, TWO, answer, decide
from tests.rooms.stage import Stage
from tests.rooms.test_adopt import anew
from tests.rooms.test_unlogged import Broken, later, shown
from tests.support.builders import AGENT, MEDIATOR, NOW, SESSION, WIFE, WORKER


@pytest.fixture
def broken(recorded: Stage, monkeypatch: pytest.MonkeyPatch) -> Broken:
    return Broken(recorded, monkeypatch)


@pytest.fixture(autouse=True)
async def long_after_the_answers(recorded: Stage) -> None:
    """Let the clock stand after the moment at which everybody agreed."""
    await recorded.clock.advance((NOW + timedelta(hours=1) - recorded.clock.now()).total_seconds())


def _agree(person: PersonId, at: datetime) -> conduct.Decision:
    return conduct.consent(
        Consent(person_id=person, scope=recording.SCOPE, agreed=True, text_version="v", at=at)
    )


async def _restart(on: Stage) -> None:
    on.registry = anew(on)
    with suppress(DiskFullError):
        await on.seat(MEDIATOR, WORKER, AGENT)


async def test_a_withdrawal_that_an_app_took_with_it_is_not_recorded_over(
    recorded: Stage, broken: Broken
) -> None:
    broken.refuse("write")
    with pytest.raises(DiskFullError):
        await decide(recorded, answer(AGENT, agreed=False))
    broken.mend()
    await _restart(recorded)
    assert recorded.media.edges
    assert recorded.media.recorded is None
    await later(recorded)
    assert (await recorded.stored()).recordings[-1].reason == RESTARTED
    assert (await recorded.kinds())[-1] == "recording.stopped"
    assert await shown(recorded) == ("stopped", RESTARTED)


async def test_nor_while_the_disk_is_full(recorded: Stage, broken: Broken) -> None:
    room = (await _opened_anew(recorded)).session
    assert room.recordings[-1].reason == RESTARTED
    broken.refuse("write")
    await later(recorded)
    await recorded.registry.within(SESSION, lambda room: room.reroute("media"))
    assert recorded.media.recorded is None


async def _opened_anew(on: Stage) -> Room:
    on.registry = anew(on)
    return await on.room()


async def test_everybody_is_asked_anew_and_may_agree_again(recorded: Stage) -> None:
    await _restart(recorded)
    await later(recorded)
    with pytest.raises(MissingStepsError) as refused:
        await decide(recorded, recording.start(TWO, KEY))
    people = (WORKER, WIFE, AGENT)
    assert refused.value.facts["missing"] == [f"consent:{one}" for one in people]
    told = snapshot(recorded.teller.views[-1], SeatId(WORKER)).recording
    assert told.own_consent is None
    for one in people:
        await decide(recorded, _agree(one, recorded.clock.now() + timedelta(seconds=1)))
    await decide(recorded, recording.start(TWO, KEY))
    assert recorded.media.recorded is not None
    assert recorded.media.recorded.recording == TWO
    kept = [one for one in (await recorded.stored()).consents if one.scope == recording.SCOPE]
    assert len(kept) == 2 * len(people), "what was recorded before was agreed to"


async def test_a_room_that_is_opened_with_no_recording_on_asks_nobody(recorded: Stage) -> None:
    await decide(recorded, recording.stop())
    await _restart(recorded)
    await decide(recorded, recording.start(TWO, KEY))
    assert [one.id for one in (await recorded.stored()).recordings] == [ONE, TWO]
    assert recorded.media.recorded is not None


async def test_who_comes_in_again_hears_and_is_heard(recorded: Stage) -> None:
    before = len(recorded.media.edges)
    await _restart(recorded)
    room = await recorded.room()
    assert attendance.presence(room, SeatId(WORKER)).present
    assert len(recorded.media.edges) == before, "the talk goes on"
