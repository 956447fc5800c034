"""That the media plane can record no more goes into the log, and to everybody; see `heads`."""

from server.domain import recording
from server.ports.media import RecordingEnded
from server.rooms.room import Room


async def ended(room: Room, event: RecordingEnded) -> None:
    """Stop a recording that cannot go on; the room does."""
    last = room.session.recordings[-1:]
    if last and last[0].id == event.recording:
        await room.writes_no_more()
    going = recording.going(room.session)
    if going is not None and going.id == event.recording:
        await room.recorder_ended(event.why)
