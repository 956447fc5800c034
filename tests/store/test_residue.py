"""Nothing of what was erased stays in PostgreSQL's files, or the store says why it may.

The whole folder of the cluster is searched: tables, statistics, write-ahead log.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
import pytest
from sqlalchemy import text

from server.ports.store import Remains
from server.store import residue
from server.store.schema import migrate
from server.store.store import SqlStore
from tests.store import examples
from tests.store.conftest import opened
from tests.store.examples import AT, Story
from tests.support.postgres import CLUSTER, ROLE, PostgresServer

pytestmark = pytest.mark.postgres

CONTENT = bytes(range(200)) * 20
FILE, SITTING = examples.file(size=0).id, examples.session().id
ERASED = (
    ("SELECT wrapped FROM keys WHERE owner = 'file:' || $1", FILE),
    ("SELECT body FROM files WHERE id = $1", FILE),
    ("SELECT body FROM sessions WHERE id = $1", SITTING),
)
SLOT = "copy"
RIGHTS = (
    "GRANT pg_checkpoint TO office",
    "GRANT EXECUTE ON FUNCTION pg_switch_wal(), pg_ls_waldir() TO office",
)


@pytest.fixture
async def office(
    postgres_server: PostgresServer, postgres_database: str, operator: asyncpg.Connection
) -> AsyncIterator[SqlStore]:
    """Yield a store whose role owns the database and may do nothing else."""
    for statement in (
        "DROP ROLE IF EXISTS office",
        "CREATE ROLE office LOGIN",
        f"ALTER DATABASE {postgres_database} OWNER TO office",
    ):
        await operator.execute(statement)
    address = postgres_server.url(postgres_database).replace(f"{ROLE}@", "office@")
    await migrate(address)
    async with opened(address) as store:
        yield store


@pytest.fixture
async def operator(
    postgres_server: PostgresServer, postgres_database: str
) -> AsyncIterator[asyncpg.Connection]:
    async with connected(postgres_server.dsn(postgres_database)) as connection:
        yield connection


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


def lying(server: PostgresServer, sought: Sequence[bytes]) -> set[str]:
    """Return which folders of the cluster hold any of them."""
    folder, found = server.folder / CLUSTER, set()
    for path in (one for one in folder.rglob("*") if one.is_file()):
        content = path.read_bytes()
        if any(one in content for one in sought):
            found.add(path.relative_to(folder).parts[0])
    return found


def owes(store: SqlStore) -> bool:
    return store.owes_forgetting


async def told(store: SqlStore, operator: asyncpg.Connection) -> list[bytes]:
    """Write what is erased later, and have PostgreSQL spread it; return how it is stored."""
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.sessions.add(examples.session())
        await uow.files.add(examples.file(size=len(CONTENT)), CONTENT)
    # An old segment of the log under a coming one's name, and statistics that quote keys.
    for statement in ("SELECT pg_switch_wal()", "CHECKPOINT", "ANALYZE", "CHECKPOINT"):
        await operator.execute(statement)
    return [await operator.fetchval(*one) for one in ERASED]


async def erase(store: SqlStore) -> None:
    async with store.write() as uow:
        await uow.files.shred(FILE, AT)
        sitting = await uow.sessions.get(SITTING)
        await uow.sessions.save(replace(sitting, minutes=(), end_note=""))


@pytest.mark.parametrize("custody", ["kept", "destroyed"])
async def test_a_start_goes_on_where_a_file_was_ever_destroyed(
    custody: str,
    postgres_store: SqlStore,
    postgres_server: PostgresServer,
    operator: asyncpg.Connection,
) -> None:
    """Nobody knows then whether a stop came between erasing and this; no room waits for nothing."""
    stored = await told(postgres_store, operator)
    await erase(postgres_store)
    await operator.execute("UPDATE cases SET custody = $1", custody)
    assert owes(postgres_store)
    assert await postgres_store.go_on_forgetting() is None
    assert bool(lying(postgres_server, stored[:1])) is (custody == "kept")


async def test_no_byte_of_what_was_erased_stays_in_the_cluster(
    postgres_store: SqlStore, postgres_server: PostgresServer, operator: asyncpg.Connection
) -> None:
    stored = await told(postgres_store, operator)
    assert lying(postgres_server, stored[:1]) == {"base", "pg_wal"}
    await erase(postgres_store)
    for kept in ("VACUUM", "ANALYZE", "CHECKPOINT"):
        await operator.execute(kept)
    assert lying(postgres_server, stored[:1]) == {"base", "pg_wal"}
    assert await postgres_store.forget() is None
    assert not owes(postgres_store)
    assert lying(postgres_server, stored) == set()


async def test_keys_that_statistics_quote_go_with_them(
    postgres_store: SqlStore, postgres_server: PostgresServer, operator: asyncpg.Connection
) -> None:
    stored = await told(postgres_store, operator)
    quoted = "SELECT count(*) FROM pg_stats WHERE tablename = 'keys' AND attname = 'wrapped' AND"
    quotes = f"{quoted} histogram_bounds::text LIKE '%' || $1 || '%'"
    assert await operator.fetchval(quotes, stored[0].hex()) == 1
    quoting = await operator.fetchval("SELECT pg_relation_filenode('pg_statistic')")
    await erase(postgres_store)
    assert await postgres_store.forget() is None
    assert await operator.fetchval("SELECT pg_relation_filenode('pg_statistic')") != quoting
    assert await operator.fetchval(quotes, stored[0].hex()) == 0


async def test_rooms_write_on_meanwhile(
    postgres_store: SqlStore, operator: asyncpg.Connection
) -> None:
    await told(postgres_store, operator)
    await erase(postgres_store)

    async def write(number: int) -> None:
        async with postgres_store.write() as uow:
            await uow.files.add(examples.file(f"more-{number}", size=len(CONTENT)), CONTENT)

    left, *_ = await asyncio.gather(postgres_store.forget(), *map(write, range(40)))
    assert left in {None, Remains.READ}
    assert await postgres_store.go_on_forgetting() is None
    async with postgres_store.read() as uow:
        assert await uow.files.content(examples.file("more-39", size=0).id) == CONTENT


@pytest.mark.parametrize("seen", [True, False], ids=["seen", "unseen"])
@pytest.mark.parametrize("looks_at", ["SELECT 1", "SELECT count(*) FROM keys"])
async def test_what_a_reader_may_still_see_is_owed(
    postgres_store: SqlStore,
    postgres_server: PostgresServer,
    operator: asyncpg.Connection,
    looks_at: str,
    seen: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(residue, "LOCK_SECONDS", 0.1)
    monkeypatch.setattr(residue, "OLDER_LOOKS", 1)
    stored, before = await told(postgres_store, operator), await files(operator)
    async with operator.transaction(isolation="repeatable_read", readonly=True):
        await operator.fetchval(looks_at)
        await erase(postgres_store)
        with monkeypatch.context() as patched:
            if not seen:  # as another role's transaction is
                patched.setattr(residue, "_OLDER", text("SELECT 0"))
            assert await postgres_store.forget() is Remains.READ
        assert owes(postgres_store)
    assert (before == await files(operator)) == (seen or "keys" in looks_at)
    assert await postgres_store.go_on_forgetting() is None
    assert lying(postgres_server, stored) == set()


async def test_what_a_replica_keeps_of_the_log_is_owed(
    postgres_store: SqlStore, postgres_server: PostgresServer, operator: asyncpg.Connection
) -> None:
    stored = await told(postgres_store, operator)
    await operator.execute(f"SELECT pg_create_physical_replication_slot('{SLOT}', true)")
    try:
        await erase(postgres_store)
        before = await files(operator)
        assert await postgres_store.forget() is Remains.KEPT
        rewritten = await files(operator)
        assert not before & rewritten
        assert await postgres_store.go_on_forgetting() is Remains.KEPT
        assert await files(operator) == rewritten, "nobody waits for a table a second time"
    finally:
        await operator.execute(f"SELECT pg_drop_replication_slot('{SLOT}')")
    assert owes(postgres_store)
    assert await postgres_store.go_on_forgetting() is None
    assert lying(postgres_server, stored) == set()


async def test_who_is_stopped_meanwhile_goes_on_later(
    postgres_store: SqlStore, postgres_server: PostgresServer, operator: asyncpg.Connection
) -> None:
    stored = await told(postgres_store, operator)
    await erase(postgres_store)
    async with operator.transaction():
        await operator.execute("LOCK TABLE files IN ACCESS SHARE MODE")
        task = asyncio.create_task(postgres_store.forget())
        while not await operator.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            pass
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert owes(postgres_store)
    assert await postgres_store.go_on_forgetting() is None
    assert lying(postgres_server, stored) == set()


async def files(operator: asyncpg.Connection) -> set[int]:
    asked = "SELECT pg_relation_filenode(name::regclass) AS file FROM unnest($1::text[]) AS name"
    return {row["file"] for row in await operator.fetch(asked, list(residue.REWRITTEN))}


async def test_a_table_too_large_to_be_rewritten_is_the_operators(
    postgres_store: SqlStore,
    postgres_server: PostgresServer,
    operator: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stored = await told(postgres_store, operator)
    await erase(postgres_store)
    with monkeypatch.context() as patched:
        patched.setattr(residue, "REWRITE_SECONDS", 0.2)
        async with operator.transaction():
            await operator.execute("LOCK TABLE files IN ACCESS SHARE MODE")
            assert await postgres_store.forget() is Remains.LARGE
    assert await postgres_store.go_on_forgetting() is Remains.LARGE, "it is not tried again"
    await operator.execute("VACUUM (FULL) files")
    assert await postgres_store.go_on_forgetting() is None
    assert lying(postgres_server, stored) == set()


async def test_what_its_role_may_not_do_is_owed_until_it_may(
    office: SqlStore, postgres_server: PostgresServer, operator: asyncpg.Connection
) -> None:
    stored = await told(office, operator)
    await erase(office)
    assert await office.forget() is Remains.REFUSED
    assert lying(postgres_server, stored) == {"pg_wal"}
    for right in RIGHTS:
        assert await office.go_on_forgetting() is Remains.REFUSED
        await operator.execute(right)
    assert await office.go_on_forgetting() is None
    assert lying(postgres_server, stored) == set()


async def test_who_may_only_look_sees_when_postgresql_has_written_over_it(
    office: SqlStore, postgres_server: PostgresServer, operator: asyncpg.Connection
) -> None:
    stored = await told(office, operator)
    await operator.execute("GRANT EXECUTE ON FUNCTION pg_ls_waldir() TO office")
    await erase(office)
    assert await office.forget() is Remains.REFUSED
    await operator.execute("SELECT pg_current_xact_id(), pg_switch_wal()")
    await operator.execute("CHECKPOINT")
    for _ in range(5 * residue.SWITCHES_AT_ONCE):
        if await office.go_on_forgetting() is None:
            break
        assert owes(office)
        await operator.execute("SELECT pg_current_xact_id(), pg_switch_wal()")
    assert not owes(office)
    assert lying(postgres_server, stored) == set()


async def test_where_the_database_is_anothers_its_statistics_are_owed(
    postgres_server: PostgresServer, postgres_database: str, operator: asyncpg.Connection
) -> None:
    await operator.execute("DROP ROLE IF EXISTS tenant")
    await operator.execute("CREATE ROLE tenant LOGIN")
    await operator.execute("GRANT ALL ON SCHEMA public TO tenant")
    address = postgres_server.url(postgres_database).replace(f"{ROLE}@", "tenant@")
    await migrate(address)
    async with opened(address) as store:
        assert await store.forget() is Remains.REFUSED
