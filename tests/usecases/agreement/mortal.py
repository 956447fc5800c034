"""Kills a world's renewal at any step that changes something."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from server.usecases.world import World


class KilledError(BaseException):
    """The process is gone; no code of ours sees it."""


class Steps:
    """Kills before or after the n-th of the steps that change something."""

    def __init__(self, kill_at: int) -> None:
        self.left = kill_at

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise KilledError


class Mortal:
    """Whatever it stands for, with a step before and after each call of these names."""

    def __init__(self, real: Any, steps: Steps, *names: str) -> None:
        self._real, self._steps, self._names = real, steps, names

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        return self._stepping(found) if name in self._names else found

    def _stepping(self, call: Any) -> Any:
        async def stepped(*args: Any, **more: Any) -> Any:
            self._steps.step()
            done = await call(*args, **more)
            self._steps.step()
            return done

        return stepped


class MortalStore(Mortal):
    """A store that is killed before or after a commit, or between two statements of it."""

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Any]:
        self._steps.step()
        async with self._real.write() as uow:
            uow.stamps = Mortal(uow.stamps, self._steps, "save")
            uow.log = Mortal(uow.log, self._steps, "append")
            yield uow
        self._steps.step()


def mortal(world: World, kill_at: int) -> World:
    steps = Steps(kill_at)
    store: Any = MortalStore(world.store, steps)
    archive: Any = Mortal(world.archive, steps, "renew", "judge_files")
    stamper: Any = Mortal(world.stamper, steps, "renew", "stamp")
    return replace(world, store=store, archive=archive, stamper=stamper)
