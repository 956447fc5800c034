"""What can go wrong with a database, as refusals with a code.

The driver's own errors quote statements and values, so they stop here. What is a fault
of ours (a wrong statement, a missing value) is not translated: it has to be seen.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, TimeoutError as PoolTimeoutError

from server.domain.errors import DomainError, NotFoundError
from server.ports.disk import NO_ROOM
from server.ports.store import ConflictError, DiskFullError

# The primary result codes of sqlite.org/rescode.html under which trying again makes sense.
_LOCKED_OR_AWAY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
}
_UNIQUE = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
# PostgreSQL, annex A: unique violation, serialization failure, deadlock.
_FASTER_WRITER = {"23505", "40001", "40P01"}
_DISK_FULL = {"53100"}
# A sign that no text may hold, NUL: nothing is called so. SQLite just finds nothing.
_NO_TEXT = {"22021"}
# Connection lost, not let in, no such database, too many connections, lock or database not
# available, shut down.
_ABSENT = ("08", "28", "3D000", "53300", "55", "57")

# While connecting, asyncpg's errors reach us unwrapped.
_FAILURES = (DBAPIError, PoolTimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


class WrongKeyError(DomainError):
    """The key given does not belong to this database."""

    code = "wrong_key"
    machine = True


class MissingKeyError(DomainError):
    """The key file is gone that opens what is there; `facts["path"]` says where it belongs."""

    code = "key_missing"
    machine = True


class UnavailableError(DomainError):
    """The database does not answer or stays locked; nothing was half done. Try again."""

    code = "store_unavailable"
    machine = True


class OutdatedSchemaError(DomainError):
    """The database has to be migrated first: `heyi migrate`."""

    code = "schema_outdated"
    machine = True


class UnknownSchemaError(DomainError):
    """A newer program wrote this database; `facts["revision"]` names its schema."""

    code = "schema_unknown"
    machine = True


@contextmanager
def translated() -> Iterator[None]:
    """Raise the refusal that a driver's error means; let faults of ours through."""
    try:
        yield
    except _FAILURES as failure:
        refusal = _meaning(failure)
        if refusal is None:
            raise
        raise refusal from failure


def _meaning(failure: Exception) -> DomainError | None:
    original = failure.orig if isinstance(failure, DBAPIError) else failure
    if _disk_is_full(original):
        return DiskFullError()
    if _writer_was_faster(original):
        return ConflictError()
    if state_of(original) in _NO_TEXT:
        return NotFoundError()
    return UnavailableError() if _is_absent(failure, original) else None


def _disk_is_full(original: BaseException | None) -> bool:
    if isinstance(original, OSError):
        return original.errno in NO_ROOM
    return _primary(original) == sqlite3.SQLITE_FULL or state_of(original) in _DISK_FULL


def _writer_was_faster(original: BaseException | None) -> bool:
    code = getattr(original, "sqlite_errorcode", None)
    return code in _UNIQUE or state_of(original) in _FASTER_WRITER


def _is_absent(failure: Exception, original: BaseException | None) -> bool:
    if isinstance(failure, PoolTimeoutError | OSError | InterfaceError | asyncpg.InterfaceError):
        return True
    gone = isinstance(failure, DBAPIError) and failure.connection_invalidated
    return gone or _primary(original) in _LOCKED_OR_AWAY or state_of(original).startswith(_ABSENT)


def _primary(original: BaseException | None) -> int | None:
    code: int | None = getattr(original, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def state_of(original: BaseException | None) -> str:
    """Return PostgreSQL's SQLSTATE, empty where there is none."""
    return getattr(original, "sqlstate", None) or ""
