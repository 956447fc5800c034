"""Locking, signing, sealing and what becomes of a record never keep the event loop for long.

Calls and media wait on it. A turn of the loop may take as much processor time as a fixed piece of
work in the same process, about 5 ms; a ticker on the loop may come that much later than it meant
to for whatever its process did, and for 5 ms where that stood still. What else the machine does
meanwhile is no part of any of them. The first agreement counts as every other.
"""

import asyncio
import logging
import sqlite3
from contextlib import closing
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import pytest

from server.usecases.renew_records import RENEWED
from tests.torture import office
from tests.torture.broken import NIGHT
from tests.torture.conftest import told
from tests.torture.office import Draft, Office
from tests.torture.served import PATIENCE, PAUSE, Nursery, Served, serving
from tests.torture.signers import Signing

log = logging.getLogger(__name__)
MANY = 2_000
"""More entries than two recorded hours leave in a case's log, one each five seconds."""
STANDSTILL = 0.005
pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(600)]


@pytest.mark.parametrize(("rounds", "more"), [(3, 0), (2, MANY)])
async def test_nothing_from_the_lock_to_the_renewed_record_keeps_the_loop(
    born: Nursery, tmp_path: Path, rounds: int, more: int
) -> None:
    at, drafts, agreements = await prepared(tmp_path, rounds, more)
    seen = Seen()
    async with serving(born, at.settings, watch=True) as served:
        await served.watched()  # what came before it was ready is of no interest
        for draft, signing in zip(drafts, agreements, strict=True):
            await lock(at, served, draft)
            await seen.add(served, "lock")
            await signing.go_on(served.url, until="jiang")
            await seen.add(served, "sign")
            await signing.go_on(served.url)
            await seen.add(served, "seal")
            package = await taken(at, served)
            await seen.add(served, "take away")
            await verify(served, package)
            await seen.add(served, "verify")
    replaced = at.settings.model_copy(update={"renew_digest": "sha384"})
    async with serving(born, replaced, broken="night when told", watch=True) as served:
        await served.watched()
        await renewed(at)
        await seen.add(served, "renew")
    seen.expect_none_long()
    assert min(seen.turns, seen.ticks) > 1_000


async def test_work_done_on_the_loop_is_caught(born: Nursery, tmp_path: Path) -> None:
    seen = await seen_signing(born, tmp_path, "working on the loop")
    assert compared(seen, "longest")[0] > 2
    assert compared(seen, "kept")[0] > 2


async def test_a_turn_that_stands_still_is_caught(born: Nursery, tmp_path: Path) -> None:
    seen = (await seen_signing(born, tmp_path, "sleeping on the loop"))["standstills"]
    assert any(seconds > STANDSTILL and "prepare" in where for seconds, where in seen), seen


async def test_a_thread_that_keeps_the_interpreter_is_caught(born: Nursery, tmp_path: Path) -> None:
    seen = await seen_signing(born, tmp_path, "keeping the interpreter")
    assert compared(seen, "kept")[0] > 2


async def seen_signing(born: Nursery, folder: Path, broken: str) -> dict[str, Any]:
    """Return what is seen while one party signs."""
    at, _, (signing,) = await prepared(folder, 1)
    async with serving(born, at.settings, broken=broken, watch=True) as served:
        await served.watched()
        await signing.go_on(served.url, until=next(iter(signing.signers)))
        await served.ready()
        return await served.watched()


class Seen:
    """What was longest, and while what was done."""

    def __init__(self) -> None:
        self.turns, self.ticks = 0, 0
        self.turns_took, self.kept, self.stood = (list[tuple[float, str, str]]() for _ in range(3))

    async def add(self, served: Served, did: str) -> None:
        """Have told what was seen since the last time."""
        await served.ready()  # by then the turn of the last answer is over
        seen = await served.watched()
        self.turns, self.ticks = self.turns + seen["turns"], self.ticks + seen["ticks"]
        self.turns_took.append((*compared(seen, "longest"), did))
        self.kept.append((*compared(seen, "kept"), did))
        self.stood.append((*seen["standstills"][0], did))

    def expect_none_long(self) -> None:
        """Nothing was longer than it may be."""
        all_of_it = self.turns_took, self.kept, self.stood
        for name, one in zip(("turns", "kept", "standstills"), all_of_it, strict=True):
            log.info("longest %s: %s", name, sorted(one, reverse=True)[:5])
        assert max(self.turns_took)[0] <= 1, self.turns_took
        assert max(self.kept)[0] <= 1, self.kept
        assert max(self.stood)[0] <= STANDSTILL, self.stood


async def prepared(
    folder: Path, count: int, more: int = 0
) -> tuple[Office, list[Draft], list[Signing]]:
    """Return an office with drafts that wait for their lock, and agreements for signatures.

    The log of each case has so many entries more.
    """
    at = await office.found(told(folder / "data"))
    async with office.at_work(at.settings) as scene:
        drafts = [await office.make_draft(scene, more) for _ in range(count)]
        return at, drafts, [Signing(at, await office.make_ready(scene, more)) for _ in range(count)]


def compared(seen: dict[str, Any], what: str) -> tuple[float, str]:
    """Return the longest of something in yardsticks, and what it was."""
    took, where = seen[what][0]
    return took / median(seen["yardsticks"]), where


async def lock(at: Office, served: Served, draft: Draft) -> None:
    """Lock a draft and look at its first page."""
    path = f"{served.url}/api/cases/{draft.case_id}/agreement"
    async with console(at, served, "su") as http:
        async with http.post(f"{path}/lock", json={"revision": draft.revision}) as answer:
            assert answer.status == 200, await answer.text()
        async with http.get(f"{path}/pages/1") as answer:
            assert answer.status == 200, await answer.text()


async def taken(at: Office, served: Served) -> bytes:
    """Open the newest record and download its package."""
    async with console(at, served, "he") as http:
        async with http.get(f"{served.url}/api/records") as answer:
            path = f"{served.url}/api/records/{(await answer.json())['records'][0]['id']}"
        async with http.post(f"{path}/open", json={"reason": "核对"}) as answer:
            opening = (await answer.json())["opening"]
        async with http.get(f"{path}/package", params={"opening": opening}) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.read()


def console(at: Office, served: Served, login: str) -> aiohttp.ClientSession:
    """Return the browser of somebody of the staff."""
    cookie = f"__Host-heyi-staff={at.consoles[login]}"
    return aiohttp.ClientSession(headers={"Origin": served.url, "Cookie": cookie})


async def verify(served: Served, package: bytes) -> None:
    """Upload the package to the public page."""
    form = aiohttp.FormData()
    form.add_field("file", BytesIO(package), filename="record.asice")
    async with (
        aiohttp.ClientSession(headers={"Origin": served.url}) as http,
        http.post(f"{served.url}/verify", data=form) as answer,
    ):
        assert answer.status == 200


async def renewed(at: Office) -> None:
    """Let it be night until a record was renewed."""
    (at.settings.data / NIGHT).touch()
    async with asyncio.timeout(3 * PATIENCE):
        while not renewals(at):
            await asyncio.sleep(PAUSE)


def renewals(at: Office) -> int:
    """Return how many the log tells of."""
    with closing(sqlite3.connect(at.settings.data / "heyi.db")) as database:
        told_of = f"%{RENEWED}%"
        query = "select count(*) from session_log where body like ?"
        return int(database.execute(query, [told_of]).fetchone()[0])
