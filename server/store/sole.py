"""The one app that serves a PostgreSQL database, whatever host and data folder it has.

It holds an advisory lock of that database on a connection of its own: whoever is killed lets go at
once, a host that vanished within half a minute. Two apps would each forward, number and decide
alone. SQLite's file lies in a data folder, which the app holds already.

A connection that died in silence holds the lock until PostgreSQL gives it up: the app ends its own
old backend and takes the lock anew, and only what another's backend holds is another's.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from server.domain.errors import DomainError, trail
from server.ports.system import Clock
from server.store.engines import BUSY_SECONDS, parse
from server.store.errors import UnavailableError, translated

log = logging.getLogger(__name__)

_KEY: Final = 0x48455949
EVERY_S: Final = 3.0
"""Between looks at whether the lock is still held."""
PATIENCE_S: Final = 3.0
"""For so long a start waits for a lock whose holder may just have been killed."""
OWN_S: Final = 40.0
"""For so long an app waits for its own old backend to go, which PostgreSQL gives up after 25 s."""
SILENT_LOOKS: Final = 2
"""After so many in a row without an answer a connection is taken for dead: a stall is no death."""
_AGAIN_S: Final = 0.2
# PostgreSQL asks a silent holder after 10 s and gives him up 15 s later. As statements: poolers
# such as PgBouncer refuse what they do not know when a connection is opened.
_ALIVE: Final = ", ".join(
    f"set_config('{name}', '{value}', false)"
    for name, value in {
        "tcp_keepalives_idle": 10,
        "tcp_keepalives_interval": 5,
        "tcp_keepalives_count": 3,
        "tcp_user_timeout": 25_000,
    }.items()
)
_WHO: Final = "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
_HOLDS: Final = (
    f"{_WHO} AND EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() "
    f"AND locktype = 'advisory' AND objid = {_KEY} AND granted)"
)
_LOOKS: Final = 5
"""So often a start asks who answers: a busy pooler may give one question the right backend."""
_END: Final = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE pid = :pid AND backend_start = :since AND pid <> pg_backend_pid()"
)


class ServedElsewhereError(DomainError):
    """Another app serves this database."""

    code = "served_elsewhere"
    machine = True


class SharedConnectionError(DomainError):
    """A pooler gives the connection that holds the lock to others as well."""

    code = "connection_shared"
    machine = True


@dataclass(frozen=True, slots=True)
class _Backend:
    """PostgreSQL's side of a connection; a pid alone is used again."""

    pid: int
    since: datetime


class Sole:
    """The lock of one app."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._held: AsyncConnection | None = None
        self._own: _Backend | None = None
        self._own_stays = False
        self._asking: asyncio.Task[bool] | None = None
        self._silent = 0

    async def take(self) -> None:
        """Take the lock, from an own old connection too.

        Raises ServedElsewhereError, UnavailableError.
        """
        begun = self._clock.monotonic()
        while not await self._taken():
            patience = OWN_S if self._own_stays else PATIENCE_S
            if self._clock.monotonic() >= begun + patience:
                raise ServedElsewhereError
            await self._clock.sleep(_AGAIN_S)

    async def expect_unshared(self) -> None:
        """Raise SharedConnectionError where the lock's backend is not ours alone, or not always.

        Such a pooler would let go of the lock, or let another app have it, at any time.
        """
        with translated():
            async with self._engine.connect() as other, asyncio.timeout(BUSY_SECONDS):
                for _ in range(_LOOKS):
                    if await _at(other, _WHO) == self._own:
                        # Such a pooler keeps the backend, and with it the lock, when we have gone.
                        await other.execute(text(f"SELECT pg_advisory_unlock({_KEY})"))
                        raise SharedConnectionError
                    if self._held is None or await _at(self._held, _HOLDS) != self._own:
                        await self._end_own(other)
                        raise SharedConnectionError

    async def keep(self) -> None:
        """Return once another app has it; while the database is away, nobody can."""
        while True:
            await self._clock.sleep(EVERY_S)
            try:
                await self._look()
            except ServedElsewhereError:
                log.error("another app serves this database: this one ends")  # noqa: TRY400
                return
            except UnavailableError:
                continue
            # Whatever it is, nobody would look any more.
            except Exception as fault:  # noqa: BLE001
                log.error("the lock of this database is not looked at: %s", trail(fault))  # noqa: TRY400 - never its words

    async def _look(self) -> None:
        there = await self._there()
        self._silent = self._silent + 1 if there is None else 0
        if there is False or self._silent >= SILENT_LOOKS:
            await self.take()

    async def _there(self) -> bool | None:
        """Whether the connection is whole; None where it does not answer in time.

        What it was asked stays asked: giving that up would close the connection, and the lock
        would be anybody's although it was only slow.
        """
        if self._held is None:
            return False
        if self._asking is None:
            self._asking = asyncio.create_task(_answers(self._held))  # noqa: TID251 - awaited when the connection is closed
        await asyncio.wait({self._asking}, timeout=BUSY_SECONDS)
        if not self._asking.done():
            return None
        answered, self._asking = self._asking, None
        return answered.result()

    async def _taken(self) -> bool:
        with translated():
            connection = await self._engine.connect()
            try:
                async with asyncio.timeout(BUSY_SECONDS):
                    held = await self._asked(connection)
            except BaseException:
                await connection.close()
                raise
        if not held:
            await connection.close()
            return False
        old, self._held = self._held, connection
        await self._closed(old)
        return True

    async def _asked(self, connection: AsyncConnection) -> bool:
        """Return whether this connection has the lock now; the own old one is ended first."""
        await connection.execute(text(f"SELECT {_ALIVE}"))
        if self._own is not None:
            self._own_stays = await self._end_own(connection)
        if not await connection.scalar(text(f"SELECT pg_try_advisory_lock({_KEY})")):
            return False
        self._own = await _at(connection, _WHO)
        return True

    async def _end_own(self, connection: AsyncConnection) -> bool:
        """End the backend that had the lock, from another; return whether it was there."""
        if self._own is None:
            return False
        own = {"pid": self._own.pid, "since": self._own.since}
        return bool(await connection.scalar(text(_END), own))

    async def let_go(self) -> None:
        """Give the lock back, as far as it is held."""
        held, self._held = self._held, None
        await self._closed(held)

    async def _closed(self, held: AsyncConnection | None) -> None:
        asking, self._asking, self._silent = self._asking, None, 0
        if asking is not None:
            asking.cancel()
            await asyncio.wait({asking})
        if held is not None:
            # A connection that broke has let go by itself.
            with suppress(DomainError), translated():
                await held.close()


async def _at(connection: AsyncConnection, asked: str) -> _Backend | None:
    """Return which backend answers, None where none fits."""
    found = (await connection.execute(text(asked))).one_or_none()
    return _Backend(*found) if found else None


async def _answers(connection: AsyncConnection) -> bool:
    """Whether it does; a broken connection fails in many ways, and none is a yes."""
    try:
        return bool(await connection.scalar(text("SELECT 1")) == 1)
    except Exception:  # noqa: BLE001
        return False


@asynccontextmanager
async def sole_app(address: str, clock: Clock) -> AsyncIterator[Sole | None]:
    """Be the only app on this database meanwhile; None for SQLite, where there is nothing to hold.

    Raises ServedElsewhereError, SharedConnectionError, UnavailableError.
    """
    url = parse(address)
    if url.get_backend_name() == "sqlite":
        yield None
        return
    connecting = {
        "timeout": BUSY_SECONDS,
        "server_settings": {"application_name": "heyi app"},
    }
    engine = create_async_engine(
        url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        connect_args=connecting,
    )
    sole = Sole(engine, clock)
    try:
        await sole.take()
        await sole.expect_unshared()
        yield sole
    finally:
        await sole.let_go()
        await engine.dispose()


async def expect_none_serving(address: str, clock: Clock) -> None:
    """Raise ServedElsewhereError where an app serves this database, SharedConnectionError likewise.

    One that is away is waited for by whoever is to serve it.
    """
    with suppress(UnavailableError):
        async with sole_app(address, clock):
            pass
