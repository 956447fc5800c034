"""What a record says of recordings: their manifests as far as the session log vouches for them."""

from collections.abc import Sequence

from server.domain.ids import RecordingId
from server.domain.session_log import Entry
from server.rooms.heads import heads_in
from server.usecases.world import World


async def recorded_evidence(world: World, entries: Sequence[Entry]) -> dict[str, bytes]:
    """Return each recording's manifest up to its last head among these entries.

    What is written after the seal took effect, or while the record is being made, is not in it:
    so a record made again after a crash is the same byte for byte.
    """
    found = {}
    for recording, chunks in _heads(entries).items():
        manifest = await world.recordings.manifest(recording, chunks)
        if manifest:
            found[str(recording)] = manifest
    return found


def _heads(entries: Sequence[Entry]) -> dict[RecordingId, int]:
    furthest = sorted(heads_in(entries), key=lambda one: one["chunks"])
    return {RecordingId(one["recording"]): one["chunks"] for one in furthest}
