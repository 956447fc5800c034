"""Of two that start at the same instant one stays; the other says why it does not, and ends."""

import asyncio
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest

from server.rehearsal.own_server import ready
from server.store.keys import load_or_create
from server.upkeep import SAID
from tests.support.postgres import PostgresServer
from tests.support.server import settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

TIMES = 4
HANGS_AFTER = 90.0
# Each stands still where the other could still slip in, until both are there.
STARTS = {
    "before": """
from server import alone
taken = alone.alone
def alone_together(*words):
    alone.alone = taken
    together()
    return taken(*words)
alone.alone = alone_together
""",
    "after": """
from server.store import sole
looked = sole.expect_none_serving
async def look_together(*words):
    await looked(*words)
    together()
sole.expect_none_serving = look_together
""",
}
PROGRAM = """
import sys
def together():
    print("here", flush=True)
    sys.stdin.readline()
{}
from server.__main__ import main
sys.exit(main(["serve"]))
"""


@asynccontextmanager
async def held(where: Literal["before", "after"], env: dict[str, str]) -> AsyncIterator[Process]:
    """Start a server and hold it there."""
    words = (sys.executable, "-c", PROGRAM.format(STARTS[where]))
    process = await asyncio.create_subprocess_exec(
        *words, env=env, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"here\n"
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def err(process: Process) -> list[str]:
    assert process.stderr is not None
    return (await process.stderr.read()).decode().splitlines()


async def one_stays(one: Process, other: Process, urls: tuple[str, str]) -> list[str]:
    """Let both go on; return what the one said that did not stay."""
    for each in (one, other):
        assert each.stdin is not None
        each.stdin.write(b"\n")
    ends = {asyncio.create_task(each.wait()): each for each in (one, other)}
    async with asyncio.timeout(HANGS_AFTER):
        done, left = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        [ended], [stays] = [ends[end] for end in done], [ends[end] for end in left]
        assert ended.returncode == 1
        await ready(urls[stays is other])
    assert stays.returncode is None
    said = await err(ended)
    stays.terminate()
    assert await stays.wait() == 0, await err(stays)
    return said


def url_of(env: dict[str, str]) -> str:
    return f"http://127.0.0.1:{env['HEYI_PORT']}"


async def test_on_one_data_folder(tmp_path: Path) -> None:
    for time in range(TIMES):
        envs = [settings(tmp_path / str(time)) for _ in range(2)]
        async with held("before", envs[0]) as one, held("before", envs[1]) as other:
            said = await one_stays(one, other, (url_of(envs[0]), url_of(envs[1])))
        assert said[-2:] == list(SAID["already_running"])


async def test_on_one_database(
    postgres_server: PostgresServer, postgres_database: str, tmp_path: Path
) -> None:
    address = postgres_server.dsn(postgres_database)
    load_or_create(tmp_path / "one" / "keys" / "kek")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    for _ in range(TIMES):
        envs = [settings(tmp_path / name, HEYI_DATABASE_URL=address) for name in ("one", "two")]
        async with held("after", envs[0]) as one, held("after", envs[1]) as other:
            said = await one_stays(one, other, (url_of(envs[0]), url_of(envs[1])))
        for words in SAID["served_elsewhere"]:
            assert words in said
        assert said[-1].endswith("app: its place is another's, so this server ends")
