"""What is attested of a declaration names the sitting, and the recording or that there is none."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from server.archive.recordings import LocalRecordings
from server.domain import conduct
from server.domain.declaring import Taping
from server.domain.errors import InvalidValueError
from server.domain.ids import RecordingId, SeatId
from server.domain.session import JOINT, Consent, Recording
from server.domain.session_log import happened
from server.domain.witnessing import Way
from server.usecases import conduct_session
from tests.support import cases, films, signing, witnesses
from tests.support.signing import Sitting, agreement
from tests.support.witnesses import HELPER, NURSE
from tests.support.world import Stage, actor

ONE = RecordingId("recording-1")
CHAIRS = ("su", "jiang")


async def locked(office: Stage) -> Sitting:
    """Return the locked text; some seconds have passed since."""
    made = await witnesses.locked(office)
    await office.clock.advance(5)
    return made


async def saw(made: Sitting) -> dict[str, Any]:
    (one,) = (await agreement(made.world, made.case.id)).attestations
    found: dict[str, Any] = json.loads(one.statement)["saw"]
    return found


async def recorded(made: Sitting, seat: str | None = None, chunks: int = 1) -> str:
    """Let the worker, or another, be recorded so far; return the newest head, not logged yet."""
    world, who = made.world, SeatId(seat or witnesses.signer(made))
    assert isinstance(world.recordings, LocalRecordings)
    heads = [films.write_film(world.recordings.folder, ONE, who) for _ in range(chunks)]
    await films.recorded(world, made.session.id, ONE, who, world.clock.now())
    return heads[-1] if heads else ""


async def test_a_video_without_a_recording_names_the_sitting_and_says_so(office: Stage) -> None:
    made = await locked(office)
    await witnesses.record(made, NURSE)
    seen = await saw(made)
    session = await signing.current_session(made.world, made.case.id)
    assert session.opened_at is not None
    assert seen["session"] == {
        "id": session.id,
        "opened_at": iso(session.opened_at),
        "closed_at": None,
    }
    assert seen["recording"] is None
    assert seen["way"] == "video"


def iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def test_a_recording_is_named_with_its_newest_head_which_the_log_vouches_for(
    office: Stage,
) -> None:
    made = await locked(office)
    head = await recorded(made, chunks=2)
    await witnesses.record(made, NURSE)
    at = iso(made.world.clock.now())
    assert (await saw(made))["recording"] == {
        "id": ONE,
        "started_at": at,
        "stopped_at": at,
        "chunks": 2,
        "head_sha256": head,
    }
    bodies = await cases.logged(made.world, made.case.id)
    kinds = [body["kind"] for body in bodies]
    assert kinds.index("recording.head") < kinds.index("sign.witnessed")
    assert bodies[kinds.index("recording.head")]["facts"]["head"] == head


async def test_the_sealed_record_compares_what_was_named(office: Stage) -> None:
    made = await locked(office)
    await recorded(made)
    await made.agent.sign(seal_scan=await signing.scan(made))
    await witnesses.record(made, NURSE, HELPER)
    for login in CHAIRS:
        await signing.staff_signs(made, login)
    await signing.seal(made)
    sealed = (await agreement(made.world, made.case.id)).seal
    assert sealed is not None
    report = await made.world.archive.verify(sealed.record_id, ())
    assert report.verified, report.failed
    (fact,) = [one for one in report.facts if one.code == "declared_recording"]
    assert dict(fact.facts) == {"declarations": 1, "recorded": 1}


async def test_what_was_recorded_of_others_or_before_the_lock_is_not_named(office: Stage) -> None:
    made = await witnesses.locked(office)
    await recorded(made)
    await office.clock.advance(5)
    await witnesses.record(made, NURSE)
    assert (await saw(made))["recording"] is None, "it had stopped when the text was locked"
    await recorded(made, made.agent.invitation.person_id)
    await witnesses.record(made, NURSE)
    assert (await saw(made))["recording"] is None, "he is not in it"


async def test_of_a_recording_that_wrote_nothing_none_is_named(office: Stage) -> None:
    made = await locked(office)
    await recorded(made, chunks=0)
    await witnesses.record(made, NURSE, taping=Taping.ENDED)
    assert (await saw(made))["recording"] is None


async def test_there_is_no_video_without_a_sitting_since_the_lock(office: Stage) -> None:
    made = await signing.agreed(office)
    await over(made)
    made = await witnesses.lock(made)
    with pytest.raises(InvalidValueError) as refusal:
        await witnesses.record(made, NURSE)
    assert refusal.value.facts == {"field": "way", "reason": "no_sitting"}
    assert (await agreement(made.world, made.case.id)).attestations == ()
    await witnesses.record(made, NURSE, way=Way.ON_SITE)
    seen = await saw(made)
    assert (seen["session"], seen["recording"]) == (None, None)


async def over(made: Sitting) -> None:
    """Adjourn the sitting; the next is not open yet."""
    await conduct_session.by_staff(made.world, actor("su"), made.session.id, conduct.adjourn)
    await made.scene.clock.advance(5)


async def test_a_sitting_that_ended_since_is_told_to_have_ended(office: Stage) -> None:
    made = await locked(office)
    at = iso(made.world.clock.now())
    await over(made)
    await witnesses.record(made, NURSE)
    assert (await saw(made))["session"]["closed_at"] == at


async def test_who_was_told_otherwise_is_asked_to_look_again(office: Stage) -> None:
    made = await locked(office)
    with pytest.raises(InvalidValueError) as refusal:
        await witnesses.record(made, NURSE, taping=Taping.ON)
    assert refusal.value.facts == {"field": "taping", "reason": "taped_otherwise"}
    await witnesses.record(made, NURSE, taping=Taping.NONE)


async def test_nobody_is_told_that_it_is_recorded_while_nothing_is_written(office: Stage) -> None:
    made = await locked(office)
    await in_joint_session(made)
    with pytest.raises(InvalidValueError) as refusal:
        await witnesses.record(made, NURSE, taping=Taping.ON)
    assert refusal.value.facts == {"field": "taping", "reason": "not_taped_yet"}
    what = happened("recording.head", "system", recording=ONE, chunks=3, head="ab" * 32)
    async with made.world.store.write() as uow:
        await uow.log.append(made.case.id, (what,), made.world.clock.now())
    await witnesses.record(made, NURSE, taping=Taping.ON)
    seen = (await saw(made))["recording"]
    assert (seen["chunks"], seen["head_sha256"], seen["stopped_at"]) == (3, "ab" * 32, None)


async def in_joint_session(made: Sitting) -> None:
    """Let everybody be together, agreed to be recorded, and a recording go on."""
    world, now = made.world, made.world.clock.now()
    everybody = [person.id for person in made.case.people]
    agreed = [
        Consent(person_id=one, scope="recording", agreed=True, text_version="v", at=now)
        for one in everybody
    ]
    going = Recording(
        id=ONE,
        started_at=now,
        by=actor("su").staff_id,
        key="",
        seats=tuple(SeatId(one) for one in everybody),
    )
    async with world.store.write() as uow:
        stored = await uow.sessions.get(made.session.id)
        inside = tuple(replace(one, admitted=True) for one in stored.participants)
        changed = replace(
            stored,
            space=JOINT,
            participants=inside,
            consents=(*stored.consents, *agreed),
            recordings=(going,),
        )
        await uow.sessions.save(changed)
