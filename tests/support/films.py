"""A recording without phones: a second of somebody's sound, written as the recorder does."""

import base64
import os
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

from server.archive.grid_film import GridWriter
from server.archive.grids import LocalGrids
from server.archive.media_log import SegmentWriter
from server.config import load
from server.documents.fonts import faces, font_folders
from server.domain.ids import RecordingId, SeatId, SessionId, StaffId
from server.domain.session import Recording
from server.media.formats import OPUS
from server.media.log_frames import NAME, PACKET, frame
from server.recorder import grid_command
from server.usecases.world import World
from tests.media.packets import rtp

KEY = bytes(range(32))


def grids_below(folder: Path) -> LocalGrids:
    """Return grids as the app makes them, by a child of its own."""
    return LocalGrids(folder, grid_command(), _faces())


@cache
def _faces() -> tuple[Path, ...]:
    return faces(font_folders(load().fonts))


def _sound(n: int) -> bytes:
    return bytes(rtp(n, payload=b"\xf8\xff\xfe", payload_type=OPUS, timestamp=960 * n))


def write_film(media: Path, recording: RecordingId, seat: str) -> str:
    """Write one chunk below the folder of recordings; return the chain's head."""
    sounds = b"".join(frame(PACKET, 0, 20 * n, _sound(n)) for n in range(50))
    writer = SegmentWriter(media, recording, KEY, chance=os.urandom)
    writer.write(frame(NAME, 0, 0, seat.encode()) + sounds, 0)
    writer.close()
    return writer.head


def write_grid(media: Path, recording: RecordingId, content: bytes) -> None:
    """Lay a finished grid beside a recording, as the child does."""
    writer = GridWriter(media, recording, KEY, os.urandom)
    writer.write(content)
    writer.finish(1.0)


async def recorded(
    world: World, session: SessionId, recording: RecordingId, seat: SeatId, at: datetime
) -> None:
    """Let a stored sitting have had this recording, stopped by its mediator."""
    made = Recording(
        id=recording,
        started_at=at,
        by=StaffId("staff-su"),
        key=base64.b64encode(KEY).decode(),
        seats=(seat,),
        stopped_at=at,
        reason="mediator",
    )
    async with world.store.write() as uow:
        stored = await uow.sessions.get(session)
        await uow.sessions.save(replace(stored, recordings=(*stored.recordings, made)))
