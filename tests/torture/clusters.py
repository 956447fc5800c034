"""A PostgreSQL of an office's own: its cluster lies beside the office's data folder."""

import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

import asyncpg

from server.config import Settings
from tests.support import postgres
from tests.support.postgres import CLUSTER, FAST, ROLE
from tests.support.server import free_port
from tests.torture.served import stopped
from tests.torture.strace import taped

DATABASE = "postgres"
_SMALL = ("--wal-segsize=1", "--data-checksums")
SAFE: Mapping[str, str] = {
    "max_wal_size": "2MB",
    "min_wal_size": "2MB",
    "unix_socket_directories": "",
}
"""PostgreSQL as it is by itself, with a log of writes that is small to lay out."""
CRAMPED: Mapping[str, str] = {"shared_buffers": "1MB"}
"""It writes its pages, and the log before them, long before anybody waits for that."""


def folders(settings: Settings) -> dict[str, Path]:
    """Return what lies on the disk of an office, by name: its data, and its cluster if it has."""
    beside = settings.data.parent / CLUSTER
    return {"data": settings.data} | ({CLUSTER: beside} if beside.exists() else {})


def moved(settings: Settings, data: Path) -> Settings:
    """Return the settings of an office whose data is now there, its cluster beside it."""
    changed: dict[str, object] = {"data": data}
    if CLUSTER in folders(settings):
        port = free_port(socket.SOCK_STREAM)
        changed["database_url"] = f"postgresql://{ROLE}@127.0.0.1:{port}/{DATABASE}"
    return settings.model_copy(update=changed)


@asynccontextmanager
async def running(
    settings: Settings, chosen: Mapping[str, str] = FAST, tape: Path | None = None
) -> AsyncIterator[None]:
    """Run the office's own PostgreSQL, if it has one. `tape` keeps what it asks of the disk."""
    if CLUSTER not in folders(settings):
        yield
        return
    folder, port = settings.data.parent, int(settings.database_url.rpartition(":")[2].split("/")[0])
    process = postgres.start(folder, port, chosen, stopped=tape is not None)
    try:
        if tape:
            await stopped(process.pid)
        with taped([process.pid], tape) if tape else nullcontext():
            if tape:
                os.kill(process.pid, signal.SIGCONT)
            postgres.await_readiness(folder, port, process)
            yield
            postgres.stop(process)
    finally:
        process.kill()
        process.wait()


async def founded(settings: Settings) -> Settings:
    """Make a small cluster beside the office's data, with no database but the office's."""
    folder = settings.data.parent
    postgres.create_cluster(folder, *_SMALL)
    told = moved(settings, settings.data)
    async with running(told):
        connection = await asyncpg.connect(told.database_url)
        await connection.execute("UPDATE pg_database SET datistemplate = false")
        for template in ("template0", "template1"):
            await connection.execute(f"DROP DATABASE {template}")
        await connection.close()
    return told


def copied(settings: Settings, folder: Path) -> None:
    """Copy an office's cluster, if it has one; nobody runs it meanwhile."""
    for name, place in folders(settings).items():
        if name == CLUSTER:
            shutil.copytree(place, folder / CLUSTER)
            postgres.own(folder / CLUSTER)
