"""The PostgreSQL the tests get is real, theirs alone, and empty."""

import asyncpg

from tests.support.postgres import PostgresServer


async def test_each_test_gets_an_empty_database_of_its_own(
    postgres_server: PostgresServer, postgres_database: str
) -> None:
    connection = await asyncpg.connect(postgres_server.dsn(postgres_database))
    try:
        assert await connection.fetchval("SELECT count(*) FROM pg_stat_user_tables") == 0
        await connection.execute("CREATE TABLE left_behind (id int)")
    finally:
        await connection.close()


async def test_nothing_is_left_behind_for_the_next(
    postgres_server: PostgresServer, postgres_database: str
) -> None:
    connection = await asyncpg.connect(postgres_server.dsn(postgres_database))
    try:
        assert await connection.fetchval("SELECT to_regclass('left_behind')") is None
        assert await connection.fetchval("SHOW server_encoding") == "UTF8"
    finally:
        await connection.close()
