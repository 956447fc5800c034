"""What the media plane says of a room's recording goes into the log, and to everybody."""

from server.domain import recording
from server.ports.media import RecordingEnded, RecordingHead
from server.rooms.room import SYSTEM, Room


async def follow(room: Room, event: RecordingHead | RecordingEnded) -> None:
    """Note how far a recording is on disk, or that it cannot go on."""
    if isinstance(event, RecordingHead):
        await room.note(
            "recording.head",
            SYSTEM,
            recording=event.recording,
            chunks=event.chunks,
            head=event.chain,
        )
        return
    going = recording.going(room.session)
    if going is not None and going.id == event.recording:
        await room.decide(SYSTEM, recording.stop(event.why))
