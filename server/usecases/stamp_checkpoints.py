"""Has checkpoints of the log time-stamped (RFC 3161), so that their date is another's word too.

A checkpoint never waits for that: it is signed and shown first, and stamped as soon as somebody
stamps. Only the newest is: it vouches for all before it, with the proof that the tree only grew,
and a token made later for an older one would bear a later date. A log that stands still asks
nobody.
"""

import logging
from datetime import datetime

from server.domain.checkpoint import Checkpoint
from server.domain.errors import DomainError
from server.usecases.world import World

log = logging.getLogger(__name__)

LOOK_S = 5.0
FIRST_AGAIN_S, LAST_AGAIN_S = 60.0, 3600.0
"""So long after a refusal it is asked again, doubled each time up to the second."""


Held = dict[str, tuple[bytes, datetime]]
"""The token that is not stored yet and when it was asked for, by the text it stands over."""


async def keep_stamping(world: World) -> None:
    """Have each new checkpoint stamped, for ever."""
    again, held = FIRST_AGAIN_S, Held()
    while True:
        if await stamp_latest(world, held):
            again = FIRST_AGAIN_S
            await world.clock.sleep(LOOK_S)
        else:
            await world.clock.sleep(again)
            again = min(2 * again, LAST_AGAIN_S)


async def stamp_latest(world: World, held: Held | None = None) -> bool:
    """Have the newest checkpoint stamped, unless it is; False where that cannot be now.

    A token that could not be stored stays in `held`: nobody is asked for it again, or paid.
    """
    try:
        async with world.store.read() as uow:
            latest = await uow.tree.latest()
            if latest is None or await uow.tree.stamp_of(latest.head.size) is not None:
                return True
        return await stamp(world, latest, held) is not None
    except DomainError as refused:
        log.warning("the newest checkpoint's time stamp is not stored: %s", refused.code)
        return False


async def stamp(world: World, checkpoint: Checkpoint, held: Held | None = None) -> bytes | None:
    """Return the token over a checkpoint's text, got now or held; None where nobody stamps.

    Raises what the store refuses.
    """
    held = {} if held is None else held
    if checkpoint.text not in held and not await _asked(world, checkpoint, held):
        return None
    async with world.store.write() as uow:
        return await uow.tree.keep_stamp(checkpoint.head.size, *held[checkpoint.text])


async def _asked(world: World, checkpoint: Checkpoint, held: Held) -> bool:
    """Let `held` hold this checkpoint's token alone; False where nobody stamps."""
    now, text = world.clock.now(), checkpoint.text
    try:
        token = await world.stamper.stamp(None, text.encode(), now)
    except DomainError as refused:
        size = checkpoint.head.size
        log.warning("the checkpoint of %d entries has no time stamp: %s", size, refused.code)
        return False
    held.clear()
    held[text] = token, now
    return True
