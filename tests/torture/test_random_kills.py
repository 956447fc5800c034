"""A server killed at random while people sign and seal loses nothing it has confirmed."""

import asyncio
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from random import Random
from time import monotonic
from typing import Any

import pytest

from server.config import Settings
from tests.torture import office
from tests.torture.conftest import mistakes
from tests.torture.expect import faults, whole
from tests.torture.office import Office
from tests.torture.served import Nursery, serving
from tests.torture.signers import CUT, RefusedError, Signing

pytestmark = [pytest.mark.slow]

log = logging.getLogger(__name__)

KILLS = int(os.environ.get("TORTURE_KILLS", "6"))
"""`make torture` kills more often."""
MOST = 3
"""Steps confirmed before the kill, at most; an agreement takes five."""
AT_ONCE = 2
BATCH = 6
TOLD_EVERY = 20
"""Who waits for a long run wants to see that it goes on."""
SOON = [
    ("numbered by the register", "sqlite"),
    ("answered before committed", "sqlite"),
    ("answered before committed", "postgresql"),
]
LATER = [("numbered by the register", "postgresql")]


class Loop:
    """People who go on signing, whatever becomes of their server."""

    def __init__(self, born: Nursery, at: Office) -> None:
        self.born, self.office, self.chance = born, at, Random(1)
        self.going: list[Signing] = []
        self.sealed, self.confirmed, self.worked = 0, 0, 0.0
        self.read = set[str]()
        self.heard = asyncio.Semaphore(0)

    async def one_kill(self, broken: str = "") -> list[str]:
        """Let them work until the server dies; return what is wrong then."""
        if len(self.going) < AT_ONCE:
            await self.prepare()
        async with serving(self.born, self.office.settings, broken=broken) as served:
            await self._work_until(served.kill)
        found = await faults(self.office.settings, self.going, read=self.read)
        self.sealed += sum(one.sealed for one in self.going)
        self.going = [one for one in self.going if not one.sealed]
        return found

    async def _work_until(self, kill: Callable[[], None]) -> None:
        """Kill at a random moment of the step after a random number of confirmed ones.

        One time in three it is the moment of the answer: what is kept only after it is lost.
        """
        begun, self.heard = monotonic(), asyncio.Semaphore(0)
        work = asyncio.gather(*map(self._work, range(AT_ONCE)))
        wanted = [self.heard.acquire() for _ in range(self.chance.randint(0, MOST))]
        hearing = asyncio.gather(*wanted)
        either: list[asyncio.Future[Any]] = [work, hearing]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        later = self.chance.choice((0.0, self._pace, self._pace))
        await asyncio.wait([work], timeout=self.chance.uniform(0, later))
        kill()
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
        await work
        self.worked += monotonic() - begun

    @property
    def _pace(self) -> float:
        """Seconds that a step takes on this machine."""
        return self.worked / self.confirmed if self.confirmed else 0.0

    def _hear(self) -> None:
        self.confirmed += 1
        self.heard.release()

    async def prepare(self) -> None:
        """Have more agreements wait for their signatures."""
        async with office.at_work(self.office.settings) as scene:
            self.going += [
                Signing(self.office, await office.make_ready(scene), told=self._hear)
                for _ in range(BATCH)
            ]

    async def _work(self, place: int) -> None:
        with suppress(*CUT):
            for one in self.going[place::AT_ONCE]:
                await one.go_on(self.office.settings.url)

    async def finish(self) -> None:
        """Let everything that was begun come to its end."""
        begun = [one for one in self.going if one.confirmed]
        async with serving(self.born, self.office.settings) as served:
            for one in begun:
                await one.go_on(served.url)
        assert await faults(self.office.settings, self.going) == []
        self.sealed += len(begun)


@pytest.mark.timeout(600 + 30 * KILLS)
async def test_nothing_confirmed_is_lost(born: Nursery, settings: Settings) -> None:
    loop = Loop(born, await office.found(settings))
    for kill in range(KILLS):
        assert await loop.one_kill() == [], kill
        if kill % TOLD_EVERY == 0:
            log.info("kill %d: %d confirmed, %d sealed", kill, loop.confirmed, loop.sealed)
    await loop.finish()
    await whole(settings, loop.sealed)
    assert loop.confirmed > KILLS / 2
    log.info("%d kills, %d confirmed, %d sealed", KILLS, loop.confirmed, loop.sealed)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("broken", "settings"), mistakes(SOON, LATER), indirect=["settings"])
async def test_a_broken_one_is_caught(broken: str, born: Nursery, settings: Settings) -> None:
    loop = Loop(born, await office.found(settings))
    for kill in range(30):
        if found := await noticed(loop, broken):
            log.info("%s: noticed at kill %d: %s", broken, kill, found)
            return
    pytest.fail("nobody noticed")


async def noticed(loop: Loop, broken: str) -> list[str]:
    """Return what is wrong after one more kill; a statement once given may be gone, too."""
    try:
        return await loop.one_kill(broken)
    except RefusedError as refused:
        return [str(refused)]
