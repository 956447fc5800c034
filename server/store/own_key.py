"""Whether the key file beside a database is the one that opens it, asked before anything is done.

Every database that was ever opened holds a key of its own, wrapped by the KEK.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, select

from server.store import tables
from server.store.engines import open_engines, parse
from server.store.errors import MissingKeyError, WrongKeyError, translated
from server.store.finishing import finished
from server.store.keys import next_of
from server.store.transaction import STORE_KEY
from server.store.vault import Wrapped, opens


async def expect_opening(address: str, kek: Path) -> None:
    """Raise unless the key file opens the database, or nothing was ever encrypted in it.

    While a rotation is unfinished, the next key may be the one. Raises MissingKeyError,
    WrongKeyError, UnavailableError.
    """
    wrapped = await _wrapped(address)
    if wrapped is None:
        return
    keys = [path.read_bytes() for path in (kek, next_of(kek)) if path.exists()]
    if not keys:
        raise MissingKeyError(path=str(kek))
    if not any(opens(key, Wrapped(STORE_KEY, wrapped)) for key in keys):
        raise WrongKeyError(reason="mismatch", path=str(kek))


async def _wrapped(address: str) -> bytes | None:
    if _to_come(address):
        return None
    engines = open_engines(address)
    try:
        with translated():
            async with engines.reader.connect() as connection:
                return await finished(connection.run_sync(_read))
    finally:
        await engines.close()


def _to_come(address: str) -> bool:
    # Asked first: connecting would make SQLite's file.
    url = parse(address)
    return url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists()


def _read(connection: Connection) -> bytes | None:
    if not inspect(connection).has_table(tables.keys.name):
        return None
    own = select(tables.keys.c.wrapped).where(tables.keys.c.owner == STORE_KEY)
    found: bytes | None = connection.execute(own).scalar()
    return found
