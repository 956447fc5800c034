"""That the media plane can record no more goes into the log, and to everybody; see `heads`."""

from server.domain import recording
from server.ports.media import RecordingEnded
from server.rooms.room import SYSTEM, Room


async def ended(room: Room, event: RecordingEnded) -> None:
    """Stop a recording that cannot go on."""
    going = recording.going(room.session)
    if going is not None and going.id == event.recording:
        await room.decide(SYSTEM, recording.stop(event.why))
