"""Shows every new checkpoint to those who keep it out of this server's reach."""

import logging

from server.domain.record import public_key_pem
from server.ports.documents import LOG_KEY
from server.ports.witness import Witness
from server.usecases.world import World

log = logging.getLogger(__name__)

LOOK_S = 5.0
AGAIN_S = 60.0


async def keep_showing(world: World, name: str, witness: Witness) -> None:
    """Show one of them what is new, for ever; who did not take it is asked again later."""
    seen = 0
    while True:
        size = await show(world, name, witness, seen)
        await world.clock.sleep(LOOK_S if size is not None else AGAIN_S)
        seen = seen if size is None else size


async def show(world: World, name: str, witness: Witness, seen: int) -> int | None:
    """Show the newest checkpoint of more than `seen` entries; return the size now seen.

    None where the witness did not take it.
    """
    async with world.store.read() as uow:
        latest = await uow.tree.latest()
    if latest is None or latest.head.size <= seen:
        return seen
    key = public_key_pem(await world.signer.public_key(LOG_KEY))
    if await witness.show(latest, key):
        return latest.head.size
    log.warning("the %s did not take the checkpoint of %d entries", name, latest.head.size)
    return None
