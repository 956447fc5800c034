"""One film of all participants: asked for under an opening, logged, destroyed with the rest."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from server.domain.errors import ForbiddenError, NotFoundError, WrongStateError
from server.domain.ids import RecordingId
from server.ports.files import ShreddedError
from server.ports.recording import GridState
from server.usecases import keep_files, show_grids, show_recordings
from server.usecases.world import World
from tests.media.waiting import until
from tests.support import films, signing
from tests.support.signing import Sitting
from tests.support.world import Stage, actor
from tests.usecases.agreement.test_recorded_seal import ONE, opened, recorded

OFFICER = actor("officer")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


async def kinds(made: Sitting) -> list[str]:
    async with made.world.store.read() as uow:
        log = await uow.log.of_case(made.case.id)
    return [
        kind
        for one in log
        for kind in ("grid_asked", "grid_made", "grid_watched", "grid_cancelled")
        if f'"recording.{kind}"' in one.body
    ]


@asynccontextmanager
async def making(world: World) -> AsyncIterator[None]:
    task = asyncio.create_task(show_grids.keep_making(world))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_it_is_asked_called_off_made_watched_and_logged(
    office: Stage, tmp_path: Path
) -> None:
    made = await recorded(office, tmp_path / "media")
    record, opening = await opened(made.world, made, "officer")
    which = (record, opening, ONE)
    with pytest.raises(NotFoundError):
        await show_grids.watch(made.world, OFFICER, *which)
    await show_grids.ask(made.world, OFFICER, *which)
    for _ in range(2):
        assert (await show_grids.cancel(made.world, OFFICER, *which)).state is GridState.NONE
    asked = await show_grids.ask(made.world, OFFICER, *which)
    assert asked.state is GridState.WAITING
    async with making(made.world), asyncio.timeout(120):
        while "grid_made" not in await kinds(made):
            await asyncio.sleep(0.02)
    assert (await show_grids.report(made.world, OFFICER, *which)).state is GridState.READY
    film = await show_grids.watch(made.world, OFFICER, *which)
    assert film.name.endswith("号 1")
    assert b"".join([one async for one in film.pieces])[4:8] == b"ftyp"
    logged = ["grid_asked", "grid_cancelled", "grid_asked", "grid_made", "grid_watched"]
    assert await kinds(made) == logged
    shown, _ = await show_recordings.recordings(made.world, OFFICER, record, opening)
    assert shown[0].grid.state is GridState.READY


async def test_it_is_refused_made_after_a_stop_and_destroyed_with_its_recording(
    office: Stage, tmp_path: Path
) -> None:
    media = tmp_path / "media"
    made = await recorded(office, media)
    await _refused_to_others(made)
    record, opening = await opened(made.world, made, "officer")
    await show_grids.ask(made.world, OFFICER, record, opening, ONE)
    await _made_after_a_stop(made, media)
    await _refused_of_what_is_damaged(made, media)
    films.write_grid(media, ONE, b"a film")
    (media / ONE / "grid.asked").write_text("{}")
    later = made.world.pack.local_day(office.clock.now()).replace(year=2099)
    office.clock.jump((later - made.world.pack.local_day(office.clock.now())).days * 86_400.0)
    await keep_files.propose(made.world, OFFICER, made.case.id, "保管期满")
    await keep_files.confirm(made.world, signing.stepped_up("he"), made.case.id)
    assert not (media / ONE).exists()
    assert (await made.world.grids.report(ONE)).state is GridState.NONE
    record, opening = await opened(made.world, made, "officer")
    with pytest.raises(ShreddedError):
        await show_grids.watch(made.world, OFFICER, record, opening, ONE)


async def _refused_to_others(made: Sitting) -> None:
    record, opening = await opened(made.world, made, "jiang")
    with pytest.raises(ForbiddenError):
        await show_grids.ask(made.world, actor("jiang"), record, opening, ONE)
    record, opening = await opened(made.world, made, "officer")
    with pytest.raises(NotFoundError):
        await show_grids.ask(made.world, OFFICER, record, opening, RecordingId("another"))
    assert not await kinds(made)


async def _made_after_a_stop(made: Sitting, media: Path) -> None:
    stray = media / "stray"
    stray.mkdir()
    (stray / "grid.asked").write_text('{"case": "nobody"}')
    again = replace(made.world, grids=films.grids_below(media))
    async with making(again):
        await until((media / ONE / "grid.json").exists, within=120)
    assert not list(stray.iterdir()), "what nobody has the key of is not asked for ever"


async def _refused_of_what_is_damaged(made: Sitting, media: Path) -> None:
    record, opening = await opened(made.world, made, "officer")
    log = next(media.rglob("0000.log"))
    written = log.read_bytes()
    log.write_bytes(bytes(len(written)))
    with pytest.raises(WrongStateError):
        await show_grids.ask(made.world, OFFICER, record, opening, ONE)
    log.write_bytes(written)
