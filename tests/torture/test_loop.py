"""Locking, signing, sealing and what becomes of a record never keep the event loop for long.

Calls and media wait on it. A turn of the loop may take as much processor time as a fixed piece of
work in the same process, about 5 ms; a ticker on the loop may come that much later than it meant
to for whatever its process did, and for 5 ms where that stood still. What else the machine does
meanwhile is no part of any of them, nor when its host lets it wait. The first agreement counts as
every other.
"""

import asyncio
import logging
import sqlite3
from contextlib import closing
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest

from server.usecases.renew_records import RENEWED
from tests.torture import office
from tests.torture.broken import NIGHT
from tests.torture.conftest import told
from tests.torture.machine import Machine, stalled, witnessed
from tests.torture.office import Draft, Office
from tests.torture.served import PATIENCE, PAUSE, Nursery, Served, serving
from tests.torture.signers import Signing

log = logging.getLogger(__name__)
MANY = 2_000
"""More entries than two recorded hours leave in a case's log, one each five seconds."""
KINDS = "worked", "kept", "stood"
"""A turn worked, a tick was kept by its process's work, or both stood still."""
pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(600)]


@pytest.mark.parametrize(("rounds", "more"), [(3, 0), (2, MANY)])
async def test_nothing_from_the_lock_to_the_renewed_record_keeps_the_loop(
    born: Nursery, tmp_path: Path, rounds: int, more: int
) -> None:
    at, drafts, agreements = await prepared(tmp_path, rounds, more)
    async with witnessed() as witnesses:
        seen = Seen(witnesses)
        await see_everything(born, at, drafts, agreements, seen)
    assert seen.long() == {}
    assert min(seen.turns, seen.ticks) > 1_000


async def see_everything(
    born: Nursery, at: Office, drafts: list[Draft], agreements: list[Signing], seen: "Seen"
) -> None:
    """Lock, sign, seal, take away, verify, and renew what was sealed."""
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


async def test_work_done_on_the_loop_is_caught(born: Nursery, tmp_path: Path) -> None:
    seen = await seen_signing(born, tmp_path, "working on the loop")
    assert seen.most("worked")[0] > 2
    assert seen.most("kept")[0] > 2


async def test_a_turn_that_stands_still_is_caught(born: Nursery, tmp_path: Path) -> None:
    seen = await seen_signing(born, tmp_path, "sleeping on the loop")
    assert any(share > 1 and "prepare" in where for share, where, _ in seen.delays["stood"]), seen


async def test_a_thread_that_keeps_the_interpreter_is_caught(born: Nursery, tmp_path: Path) -> None:
    seen = await seen_signing(born, tmp_path, "keeping the interpreter")
    assert seen.most("kept")[0] > 2


async def seen_signing(born: Nursery, folder: Path, broken: str) -> "Seen":
    """Return what is seen while one party signs."""
    at, _, (signing,) = await prepared(folder, 1)
    async with (
        witnessed() as witnesses,
        serving(born, at.settings, broken=broken, watch=True) as served,
    ):
        seen = Seen(witnesses)
        await served.watched()
        await signing.go_on(served.url, until=next(iter(signing.signers)))
        await seen.add(served, "sign")
    return seen


class Seen:
    """How much of what it may take each took, where, and while what was done."""

    def __init__(self, witnesses: Machine) -> None:
        self.turns, self.ticks = 0, 0
        self.witnesses = witnesses
        self.delays: dict[str, list[tuple[float, str, str]]] = {name: [] for name in KINDS}

    async def add(self, served: Served, did: str) -> None:
        """Have told what was seen since the last time."""
        await served.ready()  # by then the turn of the last answer is over
        seen = await served.watched()
        self.turns, self.ticks = self.turns + seen["turns"], self.ticks + seen["ticks"]
        stalls = await self.witnesses.stalls()
        for name, known in self.delays.items():
            for seconds, may_be, where, since, until in seen[name]:
                most = max(stalled(since, until, one, queued=name == "stood") for one in stalls)
                known.append((max(0.0, seconds - most) / may_be, where, did))

    def most(self, kind: str) -> tuple[float, str, str]:
        """Return what took most of what it may."""
        return max(self.delays[kind], default=(0.0, "", ""))

    def long(self) -> dict[str, tuple[float, str, str]]:
        """Return of each kind what was longest, if it was longer than it may be."""
        for name, known in self.delays.items():
            log.info("most %s: %s", name, sorted(known, reverse=True)[:5])
        return {name: self.most(name) for name in KINDS if self.most(name)[0] > 1}


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
