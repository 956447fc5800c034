"""The one app that serves a PostgreSQL database, whatever host and data folder it has.

It holds an advisory lock of that database on a connection of its own: whoever is killed lets go at
once, a host that vanished within half a minute. Two apps would each forward, number and decide
alone. SQLite's file lies in a data folder, which the app holds already.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from server.domain.errors import DomainError
from server.ports.system import Clock
from server.store.engines import BUSY_SECONDS, parse
from server.store.errors import UnavailableError, translated

log = logging.getLogger(__name__)

_KEY: Final = 0x48455949
EVERY_S: Final = 3.0
"""Between looks at whether the lock is still held."""
PATIENCE_S: Final = 3.0
"""For so long a start waits for a lock whose holder may just have been killed."""
_AGAIN_S: Final = 0.2
# PostgreSQL asks a silent holder after 10 s and gives him up 15 s later.
_ALIVE: Final = {
    "application_name": "heyi app",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


class ServedElsewhereError(DomainError):
    """Another app serves this database."""

    code = "served_elsewhere"
    machine = True


class Sole:
    """The lock of one app."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._held: AsyncConnection | None = None

    async def take(self) -> None:
        """Take the lock. Raises ServedElsewhereError, UnavailableError."""
        until = self._clock.monotonic() + PATIENCE_S
        while not await self._taken():
            if self._clock.monotonic() >= until:
                raise ServedElsewhereError
            await self._clock.sleep(_AGAIN_S)

    async def keep(self) -> None:
        """Return once another app has it; while the database is away, nobody can."""
        while True:
            await self._clock.sleep(EVERY_S)
            with suppress(UnavailableError):
                if not await self._there():
                    await self.let_go()
                    try:
                        await self.take()
                    except ServedElsewhereError:
                        log.error("another app serves this database: this one ends")  # noqa: TRY400
                        return

    async def _taken(self) -> bool:
        with translated():
            connection = await self._engine.connect()
            try:
                held = await connection.scalar(text(f"SELECT pg_try_advisory_lock({_KEY})"))
            except BaseException:
                await connection.close()
                raise
        if not held:
            await connection.close()
            return False
        self._held = connection
        return True

    async def _there(self) -> bool:
        try:
            with translated():
                return self._held is not None and await self._held.scalar(text("SELECT 1")) == 1
        except UnavailableError:
            return False

    async def let_go(self) -> None:
        """Give the lock back, as far as it is held."""
        held, self._held = self._held, None
        if held is not None:
            # A connection that broke has let go by itself.
            with suppress(DomainError), translated():
                await held.close()


@asynccontextmanager
async def sole_app(address: str, clock: Clock) -> AsyncIterator[Sole | None]:
    """Be the only app on this database meanwhile; None for SQLite, where there is nothing to hold.

    Raises ServedElsewhereError, UnavailableError.
    """
    url = parse(address)
    if url.get_backend_name() == "sqlite":
        yield None
        return
    connecting = {
        "timeout": BUSY_SECONDS,
        "command_timeout": BUSY_SECONDS,
        "server_settings": _ALIVE,
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
        yield sole
    finally:
        await sole.let_go()
        await engine.dispose()


async def expect_none_serving(address: str, clock: Clock) -> None:
    """Raise ServedElsewhereError where an app serves this database.

    One that is away is waited for by whoever is to serve it.
    """
    with suppress(UnavailableError):
        async with sole_app(address, clock):
            pass
