"""Signing, sealing and verifying never keep the event loop for long: calls and media wait on it.

A turn of the loop may take as much processor time as a fixed piece of work in the same process,
about 5 ms, and stand still for 5 ms; what else the machine does meanwhile is no part of either.
"""

import logging
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import pytest

from server.archive.package import package
from server.archive.reader import load_folder
from tests.torture import office
from tests.torture.conftest import told
from tests.torture.office import Office
from tests.torture.served import Nursery, Served, serving
from tests.torture.signers import Signing

log = logging.getLogger(__name__)
ROUNDS = 3
"""The first one's work is not compared: the database sees each statement for the first time."""
STANDSTILL = 0.005
pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(600)]


async def test_no_turn_is_long_from_the_first_signature_to_the_verified_record(
    born: Nursery, tmp_path: Path
) -> None:
    at, agreements = await prepared(tmp_path, ROUNDS)
    longest, standstills, turns = list[tuple[float, str]](), list[tuple[float, str]](), 0
    async with serving(born, at.settings, watch=True) as served:
        await served.watched()  # what came before it was ready is of no interest
        for number, one in enumerate(agreements, 2):
            await one.go_on(served.url)
            await verify(served, at.settings.data)
            await served.ready()  # by then the turn of the last answer is over
            seen = await served.watched(number)
            longest.append(compared(seen))
            standstills.append(stood(seen))
            turns += seen["turns"]
    log.info("longest turns, in the allowed ones: %s; standstills: %s", longest, standstills)
    assert turns > 1_000
    assert max(longest[1:])[0] <= 1, longest
    assert max(standstills)[0] <= STANDSTILL, standstills


async def test_work_done_on_the_loop_is_caught(born: Nursery, tmp_path: Path) -> None:
    at, (signing,) = await prepared(tmp_path, 1)
    async with serving(born, at.settings, broken="working on the loop", watch=True) as served:
        await signing.go_on(served.url, until=next(iter(signing.signers)))
        assert compared(await served.watched())[0] > 2


async def test_a_turn_that_stands_still_is_caught(born: Nursery, tmp_path: Path) -> None:
    at, (signing,) = await prepared(tmp_path, 1)
    async with serving(born, at.settings, broken="sleeping on the loop", watch=True) as served:
        await signing.go_on(served.url, until=next(iter(signing.signers)))
        seen = (await served.watched())["standstills"]
        assert any(seconds > STANDSTILL and "prepare" in where for seconds, where in seen), seen


async def prepared(folder: Path, count: int) -> tuple[Office, list[Signing]]:
    """Return an office with agreements that wait for their first signature."""
    at = await office.found(told(folder / "data"))
    async with office.at_work(at.settings) as scene:
        return at, [Signing(at, await office.make_ready(scene)) for _ in range(count)]


def compared(seen: dict[str, Any]) -> tuple[float, str]:
    """Return the longest turn in yardsticks, and what it was."""
    took, where = seen["longest"][0]
    return took / median(seen["yardsticks"]), where


def stood(seen: dict[str, Any]) -> tuple[float, str]:
    """Return the longest standstill of one turn in seconds, and what it was."""
    seconds, where = seen["standstills"][0]
    return seconds, where


async def verify(served: Served, data: Path) -> None:
    """Upload the package to the public page."""
    record = next((data / "records").glob("*/[!.]*"))
    form = aiohttp.FormData()
    form.add_field("file", package(record.name, load_folder(record)), filename="record.asice")
    async with (
        aiohttp.ClientSession(headers={"Origin": served.url}) as http,
        http.post(f"{served.url}/verify", data=form) as answer,
    ):
        assert answer.status == 200
