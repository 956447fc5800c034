"""Moments of the worked example that are made once a run and laid under each stage that begins so.

Bringing the example to its seal costs seconds and a thousand statements; its outcome, but for
chance, is always the same. So the first test that begins at a moment lets it be made, on a stage
of its own, and every stage gets a copy: of the database, the keys, the records, the time, what
comes next of the identifiers, what was sent and told. Only an untouched stage does: one that was
written to, whose time has passed or whose world is another takes every step itself.
"""

import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, Protocol, Self, TypeVar, cast

from server.archive.recordings import LocalRecordings
from server.domain.session import Session
from tests.support.ids import SeededIds
from tests.support.world import Stage, stage

DATABASE = "heyi.db"
FOLDERS = ("keys", "data", "media")
Equip = Callable[[Stage, Path], Stage]


class Moment(Protocol):
    """What a maker returns: a sitting, on the stage where it was made or on another."""

    @property
    def scene(self) -> Stage: ...

    @property
    def session(self) -> Session: ...

    def on(self, scene: Stage) -> Self: ...


M = TypeVar("M", bound=Moment)
P = ParamSpec("P")
Make = Callable[[Stage], Awaitable[M]]


def begun(make: Callable[P, Awaitable[M]]) -> Callable[P, Awaitable[M]]:
    """Let a maker of the unchanged example lay down what was made before, where a stage may."""

    @wraps(make)
    async def made(*scene: P.args, **changes: P.kwargs) -> M:
        stage_of = cast("Stage", scene[0])
        if changes or not isinstance(stage_of.beginning, Beginning):
            return await make(*scene, **changes)
        return await stage_of.beginning.come_to(stage_of, cast("Make[M]", make))

    return made


class Shelf:
    """The moments of one run, for stages that are equipped alike, in a folder of their own."""

    def __init__(self, folder: Path, equip: Equip) -> None:
        self._folder = folder
        self._equip = equip
        self._kept: dict[str, Any] = {}

    def folder(self, make: Make[M]) -> Path:
        """Return where the moment lies that `make` comes to."""
        return self._folder / str(vars(make).get("__name__", make))

    async def moment(self, make: Make[M], first: Stage, empty: sqlite3.Connection) -> M:
        """Return the moment; the first time it is made, from where the first stage stands."""
        folder = self.folder(make)
        if folder.name not in self._kept:
            folder.mkdir()
            with closing(sqlite3.connect(folder / DATABASE)) as begins:
                empty.backup(begins)
            self._kept[folder.name] = await self._made(folder, make, first)
        return cast("M", self._kept[folder.name])

    async def _made(self, folder: Path, make: Make[M], first: Stage) -> M:
        async with stage(folder / DATABASE, settled=True) as scene:
            _ids(scene).go_on_like(_ids(first))
            made = await make(self._equip(scene, folder))
            await told(made)
            assert scene.clock.sleepers == 0, "who waits there would not wait in the copies"
        return made


class Beginning:
    """Of one stage, which may begin at a moment of the shelf while nobody has touched it."""

    def __init__(self, scene: Stage, shelf: Shelf, database: sqlite3.Connection) -> None:
        self._world = scene.world
        self._shelf = shelf
        self._database = database
        self._untouched = self._state(scene)

    def _state(self, scene: Stage) -> tuple[object, ...]:
        # What others commit changes data_version (sqlite.org/pragma.html#pragma_data_version).
        (written,) = self._database.execute("PRAGMA data_version").fetchone()
        times = (scene.clock.now(), scene.clock.monotonic())
        gateway = (scene.notifier.carries_codes, scene.notifier.state, len(scene.notifier.sent))
        return written, times, _ids(scene).state, gateway, _folders(scene)

    async def come_to(self, scene: Stage, make: Make[M]) -> M:
        """Return the sitting at the moment that `make` comes to."""
        if scene.world is not self._world or self._state(scene) != self._untouched:
            return await make(replace(scene, beginning=None))
        moment = await self._shelf.moment(make, scene, self._database)
        self._lay(self._shelf.folder(make), _folder(scene))
        _remember(moment.scene, scene)
        made = moment.on(scene)
        await told(made)
        return made

    def _lay(self, kept: Path, folder: Path) -> None:
        with closing(sqlite3.connect(kept / DATABASE)) as source:
            source.backup(self._database)
        for name in FOLDERS:
            if (kept / name).exists():
                shutil.copytree(kept / name, folder / name, symlinks=True)


@contextmanager
def beginning(scene: Stage, shelf: Shelf) -> Iterator[Stage]:
    """Yield the stage, which may begin at a moment of the shelf."""
    with closing(sqlite3.connect(_folder(scene) / DATABASE)) as database:
        yield replace(scene, beginning=Beginning(scene, shelf, database))


def _folder(scene: Stage) -> Path:
    assert isinstance(scene.world.recordings, LocalRecordings)
    return scene.world.recordings.folder.parent


def _folders(scene: Stage) -> list[str]:
    return [name for name in FOLDERS if (_folder(scene) / name).exists()]


def _ids(scene: Stage) -> SeededIds:
    assert isinstance(scene.world.ids, SeededIds)
    return scene.world.ids


def _remember(moment: Stage, scene: Stage) -> None:
    scene.clock.set_like(moment.clock)
    _ids(scene).go_on_like(_ids(moment))
    scene.notifier.sent[:] = moment.notifier.sent
    scene.teller.told[:] = moment.teller.told
    scene.teller.parted[:] = moment.teller.parted
    scene.media.tables.update(moment.media.tables)
    scene.media.recorded.update(moment.media.recorded)


async def told(made: Moment) -> None:
    """Have the sitting's room open, and nothing waiting in it that somebody is still to hear."""
    await made.scene.world.rooms.within(made.session.id, _nothing)


async def _nothing(_: object) -> None: ...
