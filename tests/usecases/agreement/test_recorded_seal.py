"""A sealed record names what was recorded, and the record's page finds out if it was changed."""

from dataclasses import replace
from pathlib import Path

import pytest

from server.archive.media_log import manifest_bytes
from server.archive.recordings import LocalRecordings
from server.domain.errors import ForbiddenError, NotFoundError
from server.domain.ids import RecordId, RecordingId, SeatId
from server.domain.session_log import happened
from server.ports.files import ShreddedError
from server.ports.recording import RecordingState
from server.recorder import show_command
from server.usecases import keep_files, retrieve_record, show_recordings
from server.usecases.recorded_evidence import recorded_evidence
from server.usecases.world import World
from tests.support import films, signing
from tests.support.signing import Sitting, agreement
from tests.support.world import Stage, actor

ONE = RecordingId("recording-1")


async def recorded(office: Stage, media: Path) -> Sitting:
    """Return a sealed case whose joint session was recorded, and more was recorded after it."""
    world = replace(
        office.world,
        recordings=LocalRecordings(media, show_command()),
        grids=films.grids_below(media),
    )
    made = await signing.signed(replace(office, world=world))
    worker = SeatId(made.phones[0].invitation.person_id)
    head = films.write_film(media, ONE, worker)
    await films.recorded(made.world, made.session.id, ONE, worker, made.world.clock.now())
    what = happened("recording.head", "system", recording=ONE, chunks=1, head=head)
    async with made.world.store.write() as uow:
        await uow.log.append(made.case.id, (what,), made.world.clock.now())
    await signing.seal(made)
    films.write_film(media, ONE, worker)
    return made


async def test_the_record_holds_the_manifest_as_of_its_seal(office: Stage, tmp_path: Path) -> None:
    media = tmp_path / "media"
    made = await recorded(office, media)
    sealed = (await agreement(made.world, made.case.id)).seal
    assert sealed is not None
    kept = await made.world.archive.read(sealed.record_id, "recordings/recording-1.jsonl")
    assert kept == manifest_bytes(media, ONE, 1)
    assert kept != manifest_bytes(media, ONE, 2)
    opened = await retrieve_record.open_record(
        made.world, actor("officer"), sealed.record_id, "核对"
    )
    assert opened.report.verified


async def test_what_is_logged_later_is_no_part_of_the_evidence(
    office: Stage, tmp_path: Path
) -> None:
    media = tmp_path / "media"
    made = await recorded(office, media)
    later = happened("recording.head", "system", recording=ONE, chunks=2, head="")
    async with made.world.store.write() as uow:
        (last,) = await uow.log.append(made.case.id, (later,), made.world.clock.now())
    earlier = await recorded_evidence(made.world, made.case.id, last.seq - 1)
    assert earlier == {ONE: manifest_bytes(media, ONE, 1)}
    every = await recorded_evidence(made.world, made.case.id, last.seq)
    assert every == {ONE: manifest_bytes(media, ONE, 2)}


async def test_a_seal_vouches_for_what_the_media_plane_never_told(office: Stage) -> None:
    assert isinstance(office.world.recordings, LocalRecordings)
    media = office.world.recordings.folder
    made = await signing.signed(office)
    worker = SeatId(made.phones[0].invitation.person_id)
    films.write_film(media, ONE, worker)
    await films.recorded(made.world, made.session.id, ONE, worker, made.world.clock.now())
    await signing.seal(made)
    sealed = (await agreement(made.world, made.case.id)).seal
    assert sealed is not None
    kept = await made.world.archive.read(sealed.record_id, "recordings/recording-1.jsonl")
    assert kept == manifest_bytes(media, ONE, 1)


async def test_the_page_tells_a_whole_recording_from_a_changed_one(
    office: Stage, tmp_path: Path
) -> None:
    made = await recorded(office, tmp_path / "media")
    assert await state(made) is RecordingState.WHOLE
    later = sorted((tmp_path / "media").rglob("*.*"))
    for path in later:
        path.unlink()
    worker = str(made.phones[0].invitation.person_id)
    films.write_film(tmp_path / "media", ONE, worker)
    assert await state(made) is RecordingState.DAMAGED, "whole in itself, but another than logged"


async def test_a_destroyed_recording_is_shown_as_such_and_leaves_the_disk(
    office: Stage, tmp_path: Path
) -> None:
    made = await recorded(office, tmp_path / "media")
    films.write_film(tmp_path / "media", RecordingId("another"), "seat")
    seat = made.phones[0].invitation.person_id
    record, opening = await opened(made.world, made, "officer")
    later = made.world.pack.local_day(office.clock.now()).replace(year=2099)
    office.clock.jump((later - made.world.pack.local_day(office.clock.now())).days * 86_400.0)
    await keep_files.propose(made.world, actor("officer"), made.case.id, "保管期满")
    assert await state(made) is RecordingState.WHOLE
    await keep_files.confirm(made.world, signing.stepped_up("he"), made.case.id)
    assert await state(made) is RecordingState.DESTROYED
    assert [one.name for one in (tmp_path / "media").iterdir()] == ["another"]
    record, opening = await opened(made.world, made, "officer")
    with pytest.raises(ShreddedError):
        await show_recordings.watch(made.world, actor("officer"), record, opening, (ONE, seat))


async def state(made: Sitting) -> RecordingState:
    record, opening = await opened(made.world, made, "officer")
    shown, may_watch = await show_recordings.recordings(
        made.world, actor("officer"), record, opening
    )
    assert may_watch
    assert [one.recording.id for one in shown] == [ONE]
    assert set(shown[0].names) >= set(shown[0].recording.seats)
    return shown[0].report.state


async def opened(world: World, made: Sitting, login: str) -> tuple[RecordId, str]:
    sealed = (await agreement(made.world, made.case.id)).seal
    assert sealed is not None
    done = await retrieve_record.open_record(world, actor(login), sealed.record_id, "核对")
    return sealed.record_id, done.opening.id


async def number(made: Sitting) -> str:
    sealed = (await agreement(made.world, made.case.id)).seal
    assert sealed is not None
    return sealed.number


async def test_watching_is_logged_and_not_for_who_only_keeps_the_minutes(
    office: Stage, tmp_path: Path
) -> None:
    made = await recorded(office, tmp_path / "media")
    worker = made.phones[0].invitation.person_id
    record, opening = await opened(made.world, made, "officer")
    film = await show_recordings.watch(made.world, actor("officer"), record, opening, (ONE, worker))
    assert film.name == f"{await number(made)} 1 {made.case.person(worker).name}"
    assert b"".join([piece async for piece in film.pieces])[:4] == b"\x1a\x45\xdf\xa3"
    async with made.world.store.read() as uow:
        log = await uow.log.of_case(made.case.id)
    assert "recording.watched" in log[-1].body
    assert opening in log[-1].body
    with pytest.raises(NotFoundError):
        await show_recordings.watch(made.world, actor("officer"), record, opening, (ONE, "x"))
    record, opening = await opened(made.world, made, "jiang")
    with pytest.raises(ForbiddenError):
        await show_recordings.watch(made.world, actor("jiang"), record, opening, (ONE, worker))
