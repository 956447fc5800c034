"""What a record says of recordings: their manifests as far as the session log vouches for them."""

from operator import itemgetter

from server.domain.ids import CaseId
from server.rooms.heads import heads_of
from server.usecases.world import World


async def recorded_evidence(world: World, case_id: CaseId, until: int) -> dict[str, bytes]:
    """Return each recording's manifest up to its last head among so many entries of the log.

    What is written after the seal took effect, or while the record is being made, is not in it:
    so a record made again after a crash is the same byte for byte.
    """
    async with world.store.read() as uow:
        heads = await heads_of(uow, case_id, until)
    furthest = {one["recording"]: one["chunks"] for one in sorted(heads, key=itemgetter("chunks"))}
    found = {}
    for recording, chunks in furthest.items():
        manifest = await world.recordings.manifest(recording, chunks)
        if manifest:
            found[str(recording)] = manifest
    return found
