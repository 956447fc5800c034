"""Takes away what was destroyed and is still there: in the database's files, on the disk.

Both may wait: a reader is in the way of the one, a stop between key and folder leaves the other.
And an earlier release left the particulars of a destroyed case in its row.
"""

import logging

from server.domain.errors import DomainError, UnreadableError, trail
from server.domain.ids import CaseId, RecordingId
from server.ports.store import Remains
from server.usecases.erase_words import erase_left
from server.usecases.world import World

log = logging.getLogger(__name__)

AGAIN_S = 600.0
SWEEP_EVERY_S = 86_400.0


async def forget(world: World) -> None:
    """Take it out, or say that this is owed; `keep_forgetting` goes on.

    A database that is in no state for it fails nobody who has destroyed something.
    """
    try:
        _tell(await world.store.forget())
    except DomainError as fault:
        _tell(trail(fault))


def _tell(left: str | None) -> None:
    if left is not None:
        log.warning(
            "keys of destroyed files still lie in the database's files or in its log of writes:"
            " %s; looked at again every %d minutes",
            left,
            AGAIN_S // 60,
        )


async def remove(world: World, recording: RecordingId) -> bool:
    """Remove what lies on the disk; what cannot be removed is noise, and stops no other."""
    try:
        await world.grids.cancel(recording)
        await world.recordings.remove(recording)
    except OSError as fault:
        log.warning("recording %s is destroyed, its folder is left: %s", recording, fault)
        return False
    return True


async def sweep(world: World) -> None:
    """Remove the folders that a stop left of recordings whose case was destroyed.

    What no destroyed case names stays, whoever put it there: a database restored from an
    earlier day does not know every recording.
    """
    lying = await world.recordings.lying()
    gone = await _destroyed(world) if lying else frozenset()
    removed = [one for one in sorted(lying & gone) if await remove(world, one)]
    if removed:
        log.info("recordings: %d folder(s) of destroyed cases removed", len(removed))


async def _destroyed(world: World) -> frozenset[RecordingId]:
    """Return the recordings of destroyed cases whose key is gone."""
    async with world.store.read() as uow:
        cases = await uow.cases.destroyed()
    return frozenset([one for case in cases for one in await _without_key(world, case)])


async def _without_key(world: World, case: CaseId) -> list[RecordingId]:
    """Return none of a case that cannot be read: it stops no other, and its folders stay."""
    try:
        async with world.store.read() as uow:
            sittings = await uow.sessions.of_case(case)
    except UnreadableError as fault:
        said = trail(fault)
        log.error("recordings of destroyed case %s are left: %s", case, said)  # noqa: TRY400 - never its words
        return []
    return [one.id for sitting in sittings for one in sitting.recordings if not one.key]


async def keep_forgetting(world: World) -> None:
    """Do what is owed, until cancelled; first what a stop left.

    What only the operator can change is said once.
    """
    told = None
    while True:
        left = await world.store.go_on_forgetting() if world.store.owes_forgetting else None
        if left is not told or left is Remains.READ:
            _tell(left)
        told = left
        await world.clock.sleep(AGAIN_S)


async def keep_sweeping(world: World) -> None:
    """Remove what was left, at start and once a day, until cancelled."""
    while True:
        await sweep(world)
        if await erase_left(world):
            await forget(world)
        await world.clock.sleep(SWEEP_EVERY_S)
