"""A killed program loses nothing it has confirmed and leaves nothing half done."""

import multiprocessing
import os
import sqlite3
from contextlib import closing
from multiprocessing.connection import Connection
from random import Random

import pytest

from server.domain.ids import CaseId, FileId
from server.domain.register import RegisterQuery
from server.domain.session_log import verify
from server.store.store import SqlStore
from tests.store import examples
from tests.store.conftest import KEK, opened
from tests.store.examples import COMMITTEE
from tests.store.writer import write_until_killed

KILLS = int(os.environ.get("TORTURE_KILLS", "30"))
"""`make torture` kills more often."""
LONGEST_AFTER = 0.02
"""Seconds the next write is given before the kill, so that kills hit all its parts."""


@pytest.mark.slow
@pytest.mark.timeout(180 + 5 * KILLS)
async def test_kills_lose_nothing_confirmed(address: str) -> None:
    async with opened(address) as store, store.write() as uow:
        await uow.committees.add(examples.committee())
    chance, confirmed = Random(1), 0
    for _ in range(KILLS):
        confirmed = kill_a_writer(address, chance) or confirmed
        async with opened(address) as store:
            kept = await whole_records(store)
        assert kept >= confirmed
    assert confirmed > KILLS
    if address.startswith("sqlite"):
        with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def kill_a_writer(address: str, chance: Random) -> int:
    """Let a program write for a moment, kill it, and return the last serial it confirmed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.writer"])
    hear, tell = context.Pipe(duplex=False)
    writer = context.Process(target=write_until_killed, args=(address, KEK, tell))
    writer.start()
    tell.close()
    confirmed = 0
    for _ in range(chance.randint(1, 4)):
        assert hear.poll(30), "the writer wrote nothing"
        confirmed = hear.recv()
    hear.poll(chance.uniform(0, LONGEST_AFTER))
    writer.kill()
    writer.join()
    confirmed = _last_heard(hear, confirmed)
    hear.close()
    writer.close()
    return confirmed


def _last_heard(hear: Connection, confirmed: int) -> int:
    try:
        while hear.poll():
            confirmed = hear.recv()
    except (EOFError, OSError):
        pass
    return confirmed


async def whole_records(store: SqlStore) -> int:
    """Return how many records there are, having checked that none is half done."""
    query = RegisterQuery(committee_id=COMMITTEE, page_size=10_000)
    async with store.read() as uow:
        entries, total = await uow.register.search(query)
        assert [entry.serial for entry in entries] == list(range(total, 0, -1))
        for entry in entries[:10]:
            case = CaseId(f"case-{entry.serial}")
            assert (await uow.cases.get(case)).id == case
            assert verify(await uow.log.of_case(case))
            content = await uow.files.content(FileId(f"file-{entry.serial}"))
            assert set(content) == {entry.serial % 7}
    return total
