"""A film is in the log before anything forgets that it was asked for."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from server.domain.ids import CaseId, RecordingId, SeatId
from server.domain.session_log import SYSTEM, happened
from server.ports.recording import GridMade, GridOrder, GridReport, GridState
from server.usecases import show_grids
from tests.support import cases, signing
from tests.support.films import recorded, write_film
from tests.support.signing import Sitting
from tests.support.world import Stage
from tests.usecases.agreement.spoilt import spoil
from tests.usecases.agreement.test_grids import kinds

ONE = RecordingId("recording-1")


class _Left:
    """A film that a stop left asked for; `told` is what is done with it."""

    def __init__(self, made: Sitting, state: GridState) -> None:
        self.told: list[str] = []
        self.done = asyncio.Event()
        self._case, self._state = made.case.id, state

    async def asked(self) -> Mapping[RecordingId, CaseId]:
        return {ONE: self._case}

    async def report(self, recording: RecordingId) -> GridReport:
        assert recording == ONE
        return GridReport(state=self._state)

    async def ask(self, order: GridOrder) -> None:
        self.told.append(f"ask {order.recording}")

    async def noted(self, recording: RecordingId) -> None:
        self.told.append(f"noted {recording}")

    async def next_made(self) -> NoReturn:
        self.done.set()
        await asyncio.Event().wait()
        raise AssertionError


class _Made:
    """One film that is made at once; `logged` is what the log held when it was noted."""

    def __init__(self, made: Sitting) -> None:
        self.logged: list[str] = []
        self.done = asyncio.Event()
        self._sitting = made
        self._left = [GridMade(recording=ONE, case_id=made.case.id, sha256="film", chain="head")]

    async def asked(self) -> Mapping[RecordingId, CaseId]:
        return {}

    async def next_made(self) -> GridMade:
        if not self._left:
            self.done.set()
            await asyncio.Event().wait()
        return self._left.pop()

    async def noted(self, recording: RecordingId) -> None:
        assert recording == ONE
        self.logged = await kinds(self._sitting)


async def test_it_is_noted_once_it_is_logged(office: Stage) -> None:
    made = await signing.locked(office)
    grids = _Made(made)
    world = replace(office.world, grids=grids)  # type: ignore[arg-type]  # no more is asked
    task = asyncio.create_task(show_grids.keep_making(world))
    async with asyncio.timeout(20):
        await grids.done.wait()
    task.cancel()
    assert grids.logged == ["grid_made"]


async def resumed(office: Stage, media: Path, state: GridState, logged: str) -> list[str]:
    """Return what is done with a film after a stop; `logged` is from which head, if it was."""
    made = await signing.locked(office)
    world, now = office.world, office.clock.now()
    session = await signing.current_session(world, made.case.id)
    await recorded(world, session.id, ONE, SeatId("staff-su"), now)
    head = write_film(media, ONE, "staff-su")
    facts = {"recording": ONE, "film": "f", "head": head if logged == "this" else logged}
    if logged:
        async with world.store.write() as uow:
            what = happened("recording.grid_made", SYSTEM, **facts)
            await uow.log.append(made.case.id, (what,), now)
    grids = _Left(made, state)
    task = asyncio.create_task(show_grids.keep_making(replace(world, grids=grids)))  # type: ignore[arg-type]  # no more is asked
    async with asyncio.timeout(20):
        await grids.done.wait()
    task.cancel()
    return grids.told


async def test_a_film_that_was_logged_before_a_stop_is_not_made_and_logged_again(
    office: Stage, tmp_path: Path
) -> None:
    told = await resumed(office, tmp_path / "media", GridState.READY, "this")
    assert told == [f"noted {ONE}"]


@pytest.mark.parametrize(
    ("state", "logged"),
    [
        pytest.param(GridState.NONE, "", id="not-made"),
        pytest.param(GridState.READY, "", id="made-and-not-logged"),
        pytest.param(GridState.NONE, "this", id="logged-and-gone"),
        pytest.param(GridState.READY, "earlier", id="logged-of-less"),
    ],
)
async def test_any_other_that_a_stop_left_is_made(
    office: Stage, tmp_path: Path, state: GridState, logged: str
) -> None:
    assert await resumed(office, tmp_path / "media", state, logged) == [f"ask {ONE}"]


class _Several(_Left):
    """What a stop left: beside the film one of another case."""

    def __init__(self, made: Sitting, broken: CaseId) -> None:
        super().__init__(made, GridState.NONE)
        self._broken = broken

    async def asked(self) -> Mapping[RecordingId, CaseId]:
        return {RecordingId("recording-0"): self._broken, **await super().asked()}


async def test_a_case_that_cannot_be_read_keeps_no_other_film_from_being_made(
    office: Stage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made, broken = await signing.locked(office), await cases.registered(office.world)
    session = await signing.current_session(office.world, made.case.id)
    await recorded(office.world, session.id, ONE, SeatId("staff-su"), office.clock.now())
    write_film(tmp_path / "media", ONE, "staff-su")
    spoil(tmp_path, "UPDATE cases SET body = x'00' WHERE id = ?", broken.id)
    grids = _Several(made, broken.id)
    task = asyncio.create_task(show_grids.keep_making(replace(office.world, grids=grids)))  # type: ignore[arg-type]  # no more is asked
    async with asyncio.timeout(20):
        await grids.done.wait()
    task.cancel()
    assert grids.told == [f"ask {ONE}"]
    assert "grid of recording recording-0" in caplog.text
