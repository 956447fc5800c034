"""What staff and a stranger do with an agreement and its record over HTTP."""

import asyncio
import sqlite3
from contextlib import closing
from io import BytesIO

import aiohttp
import asyncpg

from server.usecases.renew_records import RENEWED
from tests.torture.broken import NIGHT
from tests.torture.office import Draft, Office, Paper
from tests.torture.served import PATIENCE, PAUSE, Served


async def lock(at: Office, served: Served, draft: Draft) -> None:
    """Lock a draft and look at its first page."""
    path = f"{served.url}/api/cases/{draft.case_id}/agreement"
    async with console(at, served, "su") as http:
        async with http.post(f"{path}/lock", json={"revision": draft.revision}) as answer:
            assert answer.status == 200, await answer.text()
        async with http.get(f"{path}/pages/1") as answer:
            assert answer.status == 200, await answer.text()


async def bring(at: Office, served: Served, paper: Paper, page: int, photo: bytes) -> None:
    """Let the recorder bring the scan of a page, and look at it."""
    path = f"{served.url}/api/cases/{paper.ready.case_id}/agreement/paper"
    async with console(at, served, "jiang") as http:
        form = aiohttp.FormData()
        form.add_field("file", BytesIO(photo), filename=f"{page}.jpg")
        async with http.post(path, params={"page": page}, data=form) as answer:
            assert answer.status == 200, await answer.text()
        async with http.get(f"{path}/{page}") as answer:
            assert answer.status == 200, await answer.text()


async def compare(at: Office, served: Served, paper: Paper) -> None:
    """Let the mediator find every page and line of the paper as it must be."""
    path = f"{served.url}/api/cases/{paper.ready.case_id}/agreement"
    async with console(at, served, "su") as http:
        async with http.get(path) as answer:
            pages = (await answer.json())["paper"]["pages"]
        ticks = [{"page": one["page"], "file": one["file"], "same": True} for one in pages]
        form = {"pdf_sha256": paper.ready.pdf_sha256, "pages": ticks, "lines": paper.lines}
        async with http.post(f"{path}/paper/comparison", json=form) as answer:
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
        while not await renewals(at):
            await asyncio.sleep(PAUSE)


async def renewals(at: Office) -> int:
    """Return how many the log tells of."""
    query = f"select count(*) from session_log where body like '%{RENEWED}%'"
    if not at.settings.database_url:
        with closing(sqlite3.connect(at.settings.data / "heyi.db")) as database:
            return int(database.execute(query).fetchone()[0])
    reading = await asyncpg.connect(at.settings.database_url.replace("+asyncpg", ""))
    try:
        return int(await reading.fetchval(query))
    finally:
        await reading.close()
