"""Killed, or out of room, at any step of signing and sealing: nothing is lost, all is resumed.

A step is every statement and commit of the database, and every write, sync, rename and name
of the archive's disk, counted in the served process itself.
"""

import logging
from pathlib import Path

import pytest

from server.config import Settings
from tests.support.server import alive
from tests.torture import moulds
from tests.torture.clusters import running
from tests.torture.conftest import LONG, mistakes
from tests.torture.expect import faults, whole
from tests.torture.moulds import Mould
from tests.torture.served import Nursery, serving
from tests.torture.signers import CUT, SEAL, RefusedError, Signing
from tests.torture.steps import FULL, KILL

pytestmark = [pytest.mark.slow]
log = logging.getLogger(__name__)

TRIED = {KILL: 3, FULL: 1}
"""So many steps to each end are tried, spread over all of them; `make torture` tries every one."""
SOON = [("committed before written", "signed"), ("written in place", "signed")]
LATER = [("committed before written", "signed_cluster"), ("written in place", "signed_cluster")]


@pytest.mark.timeout(900 if not LONG else 36_000)
async def test_stopped_at_any_step(born: Nursery, settings: Settings, tmp_path: Path) -> None:
    mould = await moulds.unsigned(settings)
    first, *_ = Signing(mould.office, mould.ready).signers
    for kind in (KILL, FULL):
        assert await stop_everywhere(kind, born, mould, first, tmp_path) > 40
    mould = await moulds.signed(born, mould)
    for kind in (KILL, FULL):
        assert await stop_everywhere(kind, born, mould, SEAL, tmp_path) > 100


async def stop_everywhere(kind: str, born: Nursery, mould: Mould, until: str, folder: Path) -> int:
    """Stop the way to `until` at steps all along it; return how many it has."""
    steps = await count_steps(born, mould, until, folder)
    stride = 1 if LONG else steps // TRIED[kind]
    for at in range(1 + stride // 2, steps + 1, stride):
        async with mould.copy(folder) as signing:
            await stopped_at(at, kind, born, signing, until)
    log.info("%s: %d steps to %s, every %d. tried", kind, steps, until, stride)
    return steps


async def count_steps(
    born: Nursery, mould: Mould, until: str, folder: Path, broken: str = ""
) -> int:
    """Return how many steps it takes when nothing stops it."""
    async with mould.copy(folder) as signing, running(signing.office.settings):
        settings = signing.office.settings
        async with serving(born, settings, fault=KILL, broken=broken) as served:
            served.arm()
            await signing.go_on(served.url, until=until)
            served.arm()
            return await served.counted()


async def stopped_at(
    at: int, kind: str, born: Nursery, signing: Signing, until: str, broken: str = ""
) -> None:
    """Stop it at one step, see that all is there, and go on."""
    settings = signing.office.settings
    async with serving(born, settings, fault=kind, at=at, broken=broken) as served:
        served.arm()
        stopped = not await _reaches(signing, served.url, until)
        if stopped and kind == KILL:
            await served.gone()
        else:
            assert alive(served.pid)
        assert await faults(settings, [signing]) == [], at
        if kind == FULL:
            served.arm()  # room again
            await signing.go_on(served.url, until=until)
    async with serving(born, settings, broken=broken) as served:
        await signing.go_on(served.url, until=until)
    assert await faults(settings, [signing]) == [], at
    if until == SEAL:
        await whole(settings, 1)


async def _reaches(signing: Signing, url: str, until: str) -> bool:
    try:
        await signing.go_on(url, until=until)
    except CUT:
        return False
    except RefusedError as refused:
        if refused.code != "disk_full":
            raise
        return False
    return True


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("broken", "mould"), mistakes(SOON, LATER), indirect=["mould"])
async def test_what_is_done_in_the_wrong_order_is_caught(
    broken: str, mould: Mould, born: Nursery, place: Path
) -> None:
    steps = await count_steps(born, mould, SEAL, place, broken)
    for at in range(steps - 20, steps // 2, -10):
        async with mould.copy(place) as signing, running(signing.office.settings):
            settings = signing.office.settings
            async with serving(born, settings, fault=KILL, at=at, broken=broken) as served:
                served.arm()
                if await _reaches(signing, served.url, SEAL):
                    continue  # it had fewer steps this time
                await served.gone()
            if await faults(settings, [signing]):
                return
    pytest.fail("nobody noticed")
