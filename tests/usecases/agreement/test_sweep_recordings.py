"""What a stop left of destroyed recordings is removed at the next start, and nothing else is."""

import logging
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from server.domain.case import Case
from server.domain.custody import Custody
from server.domain.ids import RecordingId, StaffId
from server.domain.session import Recording
from server.usecases import forget_erased
from tests.support import cases
from tests.support.world import Stage
from tests.usecases.agreement.spoilt import spoil

NAME = RecordingId("recording-1")


@dataclass(frozen=True, kw_only=True)
class Left:
    """A recording of a case: whether the file was destroyed, and the key is still there."""

    destroyed: bool = True
    key: str = ""


STAYS = [
    pytest.param(Left(destroyed=False, key="a2V5"), id="kept"),
    pytest.param(Left(destroyed=False), id="kept-without-key"),
    pytest.param(Left(key="a2V5"), id="destroyed-with-key"),
]
GONE = Left()


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """Return the folder of recordings, where one lies of which no case tells."""
    (tmp_path / "media" / "stranger").mkdir(parents=True)
    return tmp_path / "media"


async def lies(scene: Stage, media: Path, left: Left, name: RecordingId = NAME) -> Case:
    case = await cases.registered(scene.world)
    made = Recording(id=name, started_at=scene.clock.now(), by=StaffId("staff-su"), key=left.key)
    async with scene.world.store.write() as uow:
        [session] = await uow.sessions.of_case(case.id)
        await uow.sessions.save(replace(session, recordings=(made,)))
        stored = await uow.cases.get(case.id)
        at = scene.clock.now() if left.destroyed else None
        await uow.cases.save(replace(stored, custody=Custody(destroyed_at=at)))
    (media / name).mkdir()
    (media / name / "segment-1").write_bytes(b"noise")
    return case


def lying(media: Path) -> set[str]:
    return {entry.name for entry in media.iterdir()}


async def test_the_folder_of_a_destroyed_case_is_removed_and_told_of(
    office: Stage, media: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await lies(office, media, GONE)
    with caplog.at_level(logging.INFO):
        await forget_erased.sweep(office.world)
        await forget_erased.sweep(office.world)
    assert lying(media) == {"stranger"}
    assert caplog.messages == ["recordings: 1 folder(s) of destroyed cases removed"]


@pytest.mark.parametrize("left", STAYS)
async def test_no_other_folder_is_touched(office: Stage, media: Path, left: Left) -> None:
    await lies(office, media, left)
    await lies(office, media, GONE, RecordingId("recording-2"))
    await forget_erased.sweep(office.world)
    assert lying(media) == {NAME, "stranger"}
    assert (media / NAME / "segment-1").read_bytes() == b"noise"


async def test_what_cannot_be_removed_stops_no_other_and_is_tried_again(
    office: Stage, media: Path
) -> None:
    for name in (NAME, RecordingId("recording-2")):
        await lies(office, media, GONE, name)
    (media / NAME / "odd").mkdir()
    await forget_erased.sweep(office.world)
    assert lying(media) == {NAME, "stranger"}
    (media / NAME / "odd").rmdir()
    await forget_erased.sweep(office.world)
    assert lying(media) == {"stranger"}


async def test_a_case_that_cannot_be_read_stops_no_other(
    office: Stage, media: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = await lies(office, media, GONE)
    await lies(office, media, GONE, RecordingId("recording-2"))
    spoil(tmp_path, "UPDATE sessions SET body = x'00' WHERE case_id = ?", broken.id)
    await forget_erased.sweep(office.world)
    assert lying(media) == {NAME, "stranger"}
    assert f"destroyed case {broken.id}" in caplog.text


async def test_it_is_done_at_start_before_anything_is_waited_for(
    office: Stage, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lies(office, media, GONE)

    async def stops(_: float) -> None:
        raise TimeoutError

    monkeypatch.setattr(office.clock, "sleep", stops)
    with pytest.raises(TimeoutError):
        await forget_erased.keep_sweeping(office.world)
    assert lying(media) == {"stranger"}
