"""An office kept as it is at one moment, for many runs that each begin there."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import asyncpg

from server.config import Settings
from tests.support.postgres import CLUSTER
from tests.torture import clusters, office
from tests.torture.clusters import folders, moved, running
from tests.torture.office import Office, Ready
from tests.torture.served import Nursery, serving
from tests.torture.signers import Signing

_numbers = count(1)


@dataclass(frozen=True, kw_only=True)
class Mould:
    """An office with one agreement, of which `confirmed` steps are done."""

    office: Office
    ready: Ready
    confirmed: tuple[str, ...] = ()

    @asynccontextmanager
    async def copy(self, folder: Path, *, keep: bool = False) -> AsyncIterator[Signing]:
        """Return the agreement in a copy of everything; the copy is gone afterwards.

        `keep` leaves its folder, and the database where that is in it. A cluster of the office's
        own is copied, too; nobody runs the copy yet.
        """
        number = next(_numbers)
        data = folder / f"copy-{number}" / "data"
        shutil.copytree(self.office.settings.data, data, ignore=_no_sockets)
        clusters.copied(self.office.settings, data.parent)
        async with _beside(self.office.settings, data, f"copy_{number}") as settings:
            at = replace(self.office, settings=settings)
            yield Signing(at, self.ready, list(self.confirmed))
        if not keep:
            remove(data.parent)


def remove(folder: Path) -> None:
    """Remove a folder with records in it, which nobody may change."""
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o700)
    shutil.rmtree(folder)


def _no_sockets(_: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "run"]


@asynccontextmanager
async def _beside(settings: Settings, data: Path, name: str) -> AsyncIterator[Settings]:
    if CLUSTER in folders(settings):
        yield moved(settings, data)
        return
    async with _copied(settings.database_url, name) as address:
        yield settings.model_copy(update={"data": data, "database_url": address})


@asynccontextmanager
async def _copied(address: str, name: str) -> AsyncIterator[str]:
    if not address:
        yield ""
        return
    place, _, old = address.replace("+asyncpg", "").rpartition("/")
    connection = await asyncpg.connect(f"{place}/postgres")
    try:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{old}"')
        yield f"{place}/{name}"
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()


async def unsigned(settings: Settings) -> Mould:
    """Return an office with one agreement that waits for its first signature."""
    async with running(settings):
        at = await office.found(settings)
        async with office.at_work(settings) as scene:
            return Mould(office=at, ready=await office.make_ready(scene))


async def signed(born: Nursery, mould: Mould, until: str = "jiang") -> Mould:
    """Return it with the signatures up to `until` given; the office goes on to there."""
    signing = Signing(mould.office, mould.ready, list(mould.confirmed))
    settings = mould.office.settings
    async with running(settings), serving(born, settings) as served:
        await signing.go_on(served.url, until=until)
    return replace(mould, confirmed=tuple(signing.confirmed))
