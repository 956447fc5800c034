"""A disk without room is told as such, whichever driver says so and in whatever step."""

import errno
import os

import asyncpg
import pytest

from server.domain.errors import NotFoundError
from server.domain.ids import CaseId
from server.ports.store import DiskFullError
from server.store.errors import UnavailableError, translated
from server.store.store import SqlStore
from tests.store import examples
from tests.torture.steps import postgres_full, sqlite_full

FULL = {
    "sqlite": sqlite_full(),
    "postgresql": postgres_full(),
    "postgresql connecting": asyncpg.DiskFullError("could not write init file"),
    "disk": OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    "quota": OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
}
STEPS = {"statement": "NOT DEFERRABLE", "commit": "DEFERRABLE INITIALLY DEFERRED"}
NO_ROOM = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$
"""


@pytest.mark.parametrize("failure", FULL.values(), ids=FULL)
def test_a_full_disk_is_told_as_such(failure: Exception) -> None:
    with pytest.raises(DiskFullError), translated():
        raise failure


@pytest.mark.parametrize("kind", [asyncpg.InvalidPasswordError, asyncpg.InvalidCatalogNameError])
def test_who_is_not_let_in_finds_no_database(kind: type[Exception]) -> None:
    with pytest.raises(UnavailableError), translated():
        raise kind


@pytest.mark.postgres
@pytest.mark.parametrize("when", STEPS.values(), ids=STEPS)
async def test_postgresql_finds_no_room_and_keeps_nothing(
    when: str, migrated_postgres: str, postgres_store: SqlStore
) -> None:
    database = await asyncpg.connect(migrated_postgres.replace("+asyncpg", ""))
    await database.execute(NO_ROOM)
    trigger = f"TRIGGER full_disk AFTER INSERT ON committees {when}"
    await database.execute(f"CREATE CONSTRAINT {trigger} FOR EACH ROW EXECUTE FUNCTION no_room()")
    with pytest.raises(DiskFullError) as told:
        await add(postgres_store)
    assert described(told.value.__cause__) == described(postgres_full())
    await database.execute("DROP TRIGGER full_disk ON committees")
    await add(postgres_store)  # nothing of it is there yet
    await database.close()


async def add(store: SqlStore) -> None:
    async with store.write() as uow:
        await uow.committees.add(examples.committee())


def described(failure: BaseException | None) -> tuple[type, type, str]:
    """Return what SQLAlchemy raises, what of the driver is in it, and PostgreSQL's code."""
    driver = getattr(failure, "orig", None)
    return type(failure), type(driver), getattr(driver, "sqlstate", "")


@pytest.mark.postgres
async def test_an_identifier_that_no_text_can_be_is_not_found(postgres_store: SqlStore) -> None:
    with pytest.raises(NotFoundError):
        async with postgres_store.read() as uow:
            await uow.cases.get(CaseId("\0"))
