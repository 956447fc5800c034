"""Servers with one mistake each, to see that the torture finds it, and one that waits for night."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select

from server.archive.disk import Disk
from server.archive.local import LocalArchive
from server.archive.writer import RecordWriter
from server.documents.pool import ProcessWorkPool
from server.documents.work import LocalChain
from server.domain.ids import CommitteeId, RecordId
from server.ports.documents import Prepared, SignOrder
from server.ports.store import UnitOfWork
from server.store import engines, tables
from server.store.register import SqlRegister
from server.store.sqlite_engine import AnyEngine, SqliteEngine
from server.store.store import SqlStore, SqlUnitOfWork
from server.store.transaction import Transaction
from server.usecases import finish_sealing, renew_nightly
from server.usecases.world import World

SLEEP, LATE, PAUSE = 0.02, 0.1, 0.001
NIGHT = "night"
ONE_CALL = range(20_000_000)
"""Adding it up is one call into C, of tenths of a second."""


def _set(of: object, name: str, wrong: object) -> None:
    setattr(of, name, wrong)


def _files_unsynced() -> None:
    def write(_: Disk, path: Path, content: bytes) -> None:
        path.write_bytes(content)

    _set(Disk, "write", write)


def _folders_unsynced() -> None:
    def sync(_: Disk, __: Path) -> None: ...

    _set(Disk, "sync_folder", sync)


def _renamed_before_synced() -> None:
    """Give the finished folder its name first, and sync what is in it afterwards."""
    write, rename = Disk.write, Disk.rename
    later: list[tuple[Path, bytes]] = []

    def unsynced(_: Disk, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        later.append((path, content))

    def early(self: Disk, old: Path, new: Path) -> None:
        rename(self, old, new)
        for path, content in later:
            place = new / path.relative_to(old)
            place.parent.chmod(0o700)
            place.unlink()
            write(self, place, content)
            self.sync_folder(place.parent)
        later.clear()

    _set(Disk, "write", unsynced)
    _set(Disk, "rename", early)


def _commits_unsynced() -> None:
    careless = tuple(pragma.replace("=FULL", "=NORMAL") for pragma in engines._PRAGMAS)
    _set(engines, "_PRAGMAS", careless)
    _set(engines, "_COMMITS", "off")


def _commits_in_place() -> None:
    """Let SQLite write over its pages with nothing beside them to go back to."""
    set_up = engines._set_up

    def careless(engine: SqliteEngine, pragmas: tuple[str, ...], begin: str) -> None:
        set_up(engine, tuple(one.replace("=WAL", "=MEMORY") for one in pragmas), begin)

    _set(engines, "_set_up", careless)


def _committed_before_written() -> None:
    """Let the record be written only after the register knows of it."""
    late: list[Callable[[], None]] = []
    write, told = LocalArchive._write, finish_sealing.__dict__["send_waiting"]

    def remember(self: LocalArchive, *args: Any) -> None:
        late.append(lambda: write(self, *args))

    async def tell(world: World, case: Any) -> None:
        while late:
            late.pop()()
        await told(world, case)

    _set(LocalArchive, "_write", remember)
    _set(finish_sealing, "send_waiting", tell)


def _numbered_by_the_register() -> None:
    """Count the sealed ones instead of allotting; what waits is given its number twice."""

    async def allot(self: SqlRegister, committee: CommitteeId, year: int) -> int:
        own = tables.register.c.committee_id == committee, tables.register.c.year == year
        row = await self._tx.first(select(func.count().label("n")).where(*own))
        assert row is not None
        return int(row.n) + 1

    _set(SqlRegister, "allot", allot)


def _written_in_place() -> None:
    """Fill the final folder instead of renaming a finished one."""

    def write(self: RecordWriter, record: RecordId, year: int, files: Mapping[str, bytes]) -> Path:
        final = self.root / str(year) / record
        if not final.exists():
            self.disk.make_folder(final.parent)
            self._fill(final, files)
        return final

    _set(RecordWriter, "write", write)


def _answered_before_committed() -> None:
    """Commit a while after the answer; who reads meanwhile is shown what is not committed."""
    begun, read = SqlStore._transaction, SqlStore._read
    late, reading, tasks = list[Transaction](), set[object](), set[asyncio.Task[None]]()

    async def commit(transaction: AsyncExitStack) -> None:
        await asyncio.sleep(LATE)
        while reading:
            await asyncio.sleep(PAUSE)
        late.clear()
        await transaction.aclose()

    @asynccontextmanager
    async def early(self: SqlStore, engine: AnyEngine) -> AsyncIterator[Transaction]:
        async with AsyncExitStack() as stack:
            made = await stack.enter_async_context(begun(self, engine))
            yield made
            late.append(made)
            tasks.add(asyncio.create_task(commit(stack.pop_all())))

    @asynccontextmanager
    async def dirty(self: SqlStore) -> AsyncIterator[UnitOfWork]:
        if not late:
            async with read(self) as uow:
                yield uow
            return
        reading.add(reader := object())
        try:
            yield SqlUnitOfWork(late[0])
        finally:
            reading.remove(reader)

    _set(SqlStore, "_transaction", early)
    _set(SqlStore, "_read", dirty)


def _working_on_the_loop() -> None:
    """Do in the loop's own turns what belongs to the pool."""

    async def run(_: ProcessWorkPool, work: Callable[..., Any], *args: object) -> Any:
        running = asyncio._get_running_loop()
        asyncio._set_running_loop(None)
        try:
            return work(*args)
        finally:
            asyncio._set_running_loop(running)

    _set(ProcessWorkPool, "run", run)


def _sleeping_on_the_loop() -> None:
    """Keep the loop waiting without any work before a signature is prepared."""
    prepare = LocalChain.prepare

    async def late(self: LocalChain, order: SignOrder) -> Prepared:
        time.sleep(SLEEP)  # noqa: ASYNC251  what the watch has to find
        return await prepare(self, order)

    _set(LocalChain, "prepare", late)


def _keeping_the_interpreter() -> None:
    """Let another thread keep the interpreter's lock before a signature is prepared."""
    prepare = LocalChain.prepare

    async def late(self: LocalChain, order: SignOrder) -> Prepared:
        await asyncio.to_thread(sum, ONE_CALL)
        return await prepare(self, order)

    _set(LocalChain, "prepare", late)


def _night_when_told() -> None:
    """Let it be night, in which records are renewed, from when a file says so."""
    sign = Path(os.environ["HEYI_DATA"]) / NIGHT
    _set(renew_nightly, "_is_night", lambda _: sign.exists())
    _set(renew_nightly, "LOOK_S", LATE)


VARIANTS: Mapping[str, Callable[[], None]] = MappingProxyType(
    {
        "files unsynced": _files_unsynced,
        "folders unsynced": _folders_unsynced,
        "renamed before synced": _renamed_before_synced,
        "commits unsynced": _commits_unsynced,
        "commits in place": _commits_in_place,
        "committed before written": _committed_before_written,
        "numbered by the register": _numbered_by_the_register,
        "written in place": _written_in_place,
        "answered before committed": _answered_before_committed,
        "working on the loop": _working_on_the_loop,
        "sleeping on the loop": _sleeping_on_the_loop,
        "keeping the interpreter": _keeping_the_interpreter,
        "night when told": _night_when_told,
    }
)
