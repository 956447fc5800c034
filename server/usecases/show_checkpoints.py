"""Shows every new checkpoint to those who keep it out of this server's reach."""

import logging

from server.domain.canonical import sha256_hex
from server.domain.checkpoint import Checkpoint
from server.domain.consistency import consistency_json
from server.domain.record import public_key_pem
from server.ports.documents import LOG_KEY
from server.ports.store import UnitOfWork
from server.ports.witness import Answer, Proof, Witness
from server.usecases.log_tree import consistency_hashes
from server.usecases.world import World

log = logging.getLogger(__name__)

LOOK_S = 5.0
AGAIN_S = 60.0


Seen = tuple[int, bool]
"""How many entries the checkpoint had that was shown last, and whether with its time stamp."""


async def keep_showing(world: World, name: str, witness: Witness) -> None:
    """Show one of them what is new, for ever; who did not take it is asked again later.

    What he took last is stored: the next proof leads on from there.
    """
    place = sha256_hex(witness.place.encode())
    async with world.store.read() as uow:
        seen = await uow.tree.shown_to(place)
    while True:
        now_seen = await show(world, name, witness, seen)
        if now_seen is not None and now_seen != seen:
            async with world.store.write() as uow:
                await uow.tree.keep_shown(place, *now_seen)
        await world.clock.sleep(LOOK_S if now_seen is not None else AGAIN_S)
        seen = seen if now_seen is None else now_seen


async def show(world: World, name: str, witness: Witness, seen: Seen) -> Seen | None:
    """Show the newest checkpoint if it, or its time stamp, is new; return what is seen now.

    Before it comes the time stamp that the last one lacked when it was taken. None where the
    witness did not take it. One that wants it later has seen what it had seen, so that it is
    shown whatever is the newest then.
    """
    async with world.store.read() as uow:
        coming = await _coming(uow, seen)
        if coming is None:
            return seen
        checkpoint, stamp = coming
        proof = await _proof(uow, seen[0], checkpoint.head.size)
    key = public_key_pem(await world.signer.public_key(LOG_KEY))
    answer = await witness.show(checkpoint, key, stamp, proof)
    if answer is Answer.TAKEN:
        return checkpoint.head.size, stamp is not None
    if answer is Answer.LATER:
        return seen
    log.warning("the %s did not take the checkpoint of %d entries", name, checkpoint.head.size)
    return None


async def _coming(uow: UnitOfWork, seen: Seen) -> tuple[Checkpoint, bytes | None] | None:
    """Return what is to be shown now, with its time stamp; None where all was seen."""
    size, stamped = seen
    late = None if stamped else await uow.tree.stamp_of(size)
    checkpoint = await (uow.tree.latest() if late is None else uow.tree.covering(size))
    if checkpoint is None:
        return None
    stamp = late or await uow.tree.stamp_of(checkpoint.head.size)
    new = (checkpoint.head.size, stamp is not None) > seen
    return (checkpoint, stamp) if new else None


async def _proof(uow: UnitOfWork, first: int, size: int) -> Proof | None:
    """Return what leads from the checkpoint he took last; None where he took none, or this one."""
    if not 0 < first < size:
        return None
    return Proof(first, consistency_json(first, size, await consistency_hashes(uow, first, size)))
