"""Has checkpoints of the log time-stamped (RFC 3161), so that their date is another's word too.

A checkpoint never waits for that: it is signed and shown first, and stamped as soon as somebody
stamps. Each gets its token. Where several lack theirs the newest comes first: it vouches for all
before it, with the proof that the tree only grew, so that its token is the earliest date that
any of them can still have. Then come those before it, the oldest first. A log that stands still
asks nobody.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime

from server.domain.checkpoint import Checkpoint
from server.domain.errors import DomainError
from server.usecases.world import World

log = logging.getLogger(__name__)

LOOK_S = 5.0
AT_ONCE = 8
"""So many earlier checkpoints get their tokens between two looks, beside the newest."""
FIRST_AGAIN_S, LAST_AGAIN_S = 60.0, 3600.0
"""So long after a refusal it is asked again, doubled each time up to the second."""


Held = dict[Checkpoint, tuple[bytes, datetime]]
"""The tokens that are not stored yet, and when each was asked for."""


@dataclass(slots=True)
class Stamping:
    """What is known from one turn to the next: no checkpoint of up to `until` entries lacks one."""

    until: int = 0
    held: Held = field(default_factory=dict)


async def keep_stamping(world: World) -> None:
    """Have each checkpoint stamped, for ever."""
    again, known = FIRST_AGAIN_S, Stamping()
    while True:
        if await stamp_missing(world, known):
            again = FIRST_AGAIN_S
            await world.clock.sleep(LOOK_S)
        else:
            await world.clock.sleep(again)
            again = min(2 * again, LAST_AGAIN_S)


async def stamp_missing(world: World, known: Stamping | None = None) -> bool:
    """Have the newest checkpoint stamped and some before it; False where that cannot be now.

    A token that could not be stored stays in `known`: nobody is asked for it again, or paid.
    """
    known = known or Stamping()
    try:
        for one in (*known.held, *await _missing(world, known)):
            if await stamp(world, one, known.held) is None:
                return False
    except DomainError as refused:
        log.warning("the time stamp of a checkpoint is not stored: %s", refused.code)
        return False
    return True


async def _missing(world: World, known: Stamping) -> list[Checkpoint]:
    """Return which checkpoints are to be stamped now, in order, without those that are held."""
    async with world.store.read() as uow:
        latest = await uow.tree.latest()
        missing = await uow.tree.unstamped(known.until, AT_ONCE)
        if latest is None or not missing:
            known.until = latest.head.size if latest else 0
            return []
        lacks = await uow.tree.stamp_of(latest.head.size) is None
    known.until = missing[0].head.size - 1
    ordered = dict.fromkeys([latest, *missing] if lacks else missing)
    return [one for one in ordered if one not in known.held]


async def stamp(world: World, checkpoint: Checkpoint, held: Held | None = None) -> bytes | None:
    """Return the token over a checkpoint's text, got now or held; None where nobody stamps.

    Raises what the store refuses.
    """
    held = {} if held is None else held
    if checkpoint not in held and not await _asked(world, checkpoint, held):
        return None
    async with world.store.write() as uow:
        kept = await uow.tree.keep_stamp(checkpoint.head.size, *held[checkpoint])
    del held[checkpoint]
    return kept


async def _asked(world: World, checkpoint: Checkpoint, held: Held) -> bool:
    """Let `held` hold this checkpoint's token; False where nobody stamps."""
    now = world.clock.now()
    try:
        token = await world.stamper.stamp(None, checkpoint.text.encode(), now)
    except DomainError as refused:
        size = checkpoint.head.size
        log.warning("the checkpoint of %d entries has no time stamp: %s", size, refused.code)
        return False
    held[checkpoint] = token, now
    return True
