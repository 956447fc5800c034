"""Has checkpoints of the log time-stamped (RFC 3161), so that their date is another's word too.

A checkpoint never waits for that: it is signed and shown first, and stamped as soon as somebody
stamps. Only the newest is: it vouches for all before it, with the proof that the tree only grew,
and a token made later for an older one would bear a later date. A log that stands still asks
nobody.
"""

import logging

from server.domain.checkpoint import Checkpoint
from server.domain.errors import DomainError
from server.usecases.world import World

log = logging.getLogger(__name__)

LOOK_S = 5.0
FIRST_AGAIN_S, LAST_AGAIN_S = 60.0, 3600.0
"""So long after a refusal it is asked again, doubled each time up to the second."""


async def keep_stamping(world: World) -> None:
    """Have each new checkpoint stamped, for ever."""
    again = FIRST_AGAIN_S
    while True:
        if await stamp_latest(world):
            again = FIRST_AGAIN_S
            await world.clock.sleep(LOOK_S)
        else:
            await world.clock.sleep(again)
            again = min(2 * again, LAST_AGAIN_S)


async def stamp_latest(world: World) -> bool:
    """Have the newest checkpoint stamped, unless it is; False where nobody does so now."""
    async with world.store.read() as uow:
        latest = await uow.tree.latest()
        if latest is None or await uow.tree.stamp_of(latest.head.size) is not None:
            return True
    return await stamp(world, latest) is not None


async def stamp(world: World, checkpoint: Checkpoint) -> bytes | None:
    """Return the token over a checkpoint's text, got now; None where nobody stamps."""
    now = world.clock.now()
    try:
        token = await world.stamper.stamp(None, checkpoint.text.encode(), now)
    except DomainError as refused:
        size = checkpoint.head.size
        log.warning("the checkpoint of %d entries has no time stamp: %s", size, refused.code)
        return None
    async with world.store.write() as uow:
        return await uow.tree.keep_stamp(checkpoint.head.size, token, now)
