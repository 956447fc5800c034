"""The turn in which a case's seal is worked on, and the loops that finish what a stop left."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from server.domain.errors import trail
from server.domain.ids import CaseId
from server.usecases.world import World

log = logging.getLogger(__name__)


def seal_turn(world: World, case_id: CaseId) -> asyncio.Lock:
    """Return the lock that whoever works on the case's seal holds."""
    return world.turns.of(f"seal {case_id}")


async def each_in_turn(
    world: World,
    cases: Iterable[CaseId],
    work: Callable[[World, CaseId], Awaitable[object]],
    owed: str,
) -> None:
    """Do the work for every case; `owed`, with a place for the case, is logged where it fails."""
    for case_id in cases:
        try:
            async with seal_turn(world, case_id):
                await work(world, case_id)
        except Exception as fault:  # noqa: BLE001
            # Supervised loop: one case that fails must not hold up the others.
            log.error("%s: %s", owed % case_id, trail(fault))  # noqa: TRY400 - never its words
