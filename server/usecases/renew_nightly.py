"""Renews archive time stamps while everybody sleeps, and counts what is due."""

import logging
from datetime import UTC, timedelta

from server.usecases.renew_records import NOBODY_CAN, Result, renew_records
from server.usecases.world import World

log = logging.getLogger(__name__)

NIGHT = range(1, 5)
"""Hours of the night, by the committees' clock, in which the server renews by itself."""
LOOK_S = 600.0


async def keep_renewing(world: World) -> None:
    """Renew every night what is due, slowly: as long as each took, nothing happens after it."""
    last = None
    while True:
        await count(world)
        tonight = world.pack.local_day(world.clock.now())
        if _is_night(world) and tonight != last and await _through_the_night(world):
            last = tonight
        await world.clock.sleep(LOOK_S)


async def _through_the_night(world: World) -> bool:
    """Return whether everything due was looked at before the morning.

    It was not where the run ended for want of what all of them need, or an operator's own run
    goes on: it is tried again tonight.
    """
    with world.turn_to_renew() as ours:
        return ours and await _everything_due(world)


async def _everything_due(world: World) -> bool:
    begun, trouble = world.clock.monotonic(), ""
    async for outcome in renew_records(world):
        world.renewing.add(failed=outcome.result is Result.FAILED)
        trouble = outcome.trouble
        if not _is_night(world):
            return False
        now = world.clock.monotonic()
        await world.clock.sleep(max(0.1, now - begun))
        begun = world.clock.monotonic()
    await count(world)
    return trouble not in NOBODY_CAN


def _is_night(world: World) -> bool:
    offset = timedelta(minutes=world.pack.utc_offset_minutes)
    return (world.clock.now().astimezone(UTC) + offset).hour in NIGHT


async def count(world: World) -> None:
    """Note for the metrics how many are due, could not be renewed, or wait."""
    async with world.store.read() as uow:
        counts = await uow.stamps.count(world.rules.renewal, world.clock.now())
    world.renewing.counts = counts
