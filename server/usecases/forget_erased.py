"""Empties the database's log of writes of what was destroyed, also where a reader is in the way."""

import logging

from server.usecases.world import World

log = logging.getLogger(__name__)

AGAIN_S = 600.0


async def forget(world: World) -> None:
    """Empty it, or say that this is owed; `keep_forgetting` tries again."""
    if not await world.store.forget():
        log.warning(
            "keys of destroyed files still lie in the database's log of writes:"
            " something reads it, such as a backup; tried again every %d minutes",
            AGAIN_S // 60,
        )


async def keep_forgetting(world: World) -> None:
    """Do what is owed, until cancelled; first what a stop left."""
    while True:
        if world.store.owes_forgetting:
            await forget(world)
        await world.clock.sleep(AGAIN_S)
