"""A film is in the log before anything forgets that it was asked for."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from server.domain.ids import CaseId, RecordingId
from server.ports.recording import GridMade
from server.usecases import show_grids
from tests.support import signing
from tests.support.signing import Sitting
from tests.support.world import Stage
from tests.usecases.agreement.test_grids import kinds

ONE = RecordingId("recording-1")


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
