"""Recordings in the archive: checked against their manifests, shown through a child process.

The child that makes a film reads hostile packets, so it has little memory and little time,
and whatever becomes of it costs one request.
"""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from server.archive.media_log import (
    DamagedError,
    Segment,
    manifest_bytes,
    read_segments,
    sealed_chunks,
)
from server.archive.writer import plain_name
from server.domain.errors import InvalidValueError
from server.domain.ids import RecordingId
from server.ports.recording import (
    FilmLostError,
    FilmsBusyError,
    ManifestHead,
    RecordingReport,
    RecordingState,
)

_AT_ONCE: Final = 2
_PIECE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class LocalRecordings:
    """Recordings below `folder`; `muxer` is the command line that makes a film of one."""

    folder: Path
    muxer: Sequence[str]
    patience_s: float = 10.0
    """How long one waits for a turn."""
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def check(self, recording: RecordingId) -> RecordingReport:
        return await asyncio.to_thread(check, self.folder, recording)

    async def head(self, recording: RecordingId) -> ManifestHead | None:
        return await asyncio.to_thread(_head, self.folder, recording)

    async def manifest(self, recording: RecordingId, chunks: int) -> bytes:
        return await asyncio.to_thread(manifest_bytes, self.folder, recording, chunks)

    async def lying(self) -> frozenset[RecordingId]:
        return await asyncio.to_thread(_lying, self.folder)

    async def remove(self, recording: RecordingId) -> None:
        await asyncio.to_thread(_remove, self.folder / plain_name(recording))

    async def watch(
        self, recording: RecordingId, key: bytes, track: str
    ) -> AsyncGenerator[bytes, None]:
        order = {
            "folder": str(self.folder),
            "recording": recording,
            "key": base64.b64encode(key).decode(),
            "track": track,
        }
        async with self._turn():
            child = await asyncio.create_subprocess_exec(
                *self.muxer, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
            try:
                async for piece in _made(child, json.dumps(order).encode()):
                    yield piece
            finally:
                # Whoever stops looking stops the work.
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
                await child.wait()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self.patience_s):
                await self._turns.acquire()
        except TimeoutError:
            raise FilmsBusyError from None
        try:
            yield
        finally:
            self._turns.release()


async def _made(child: asyncio.subprocess.Process, order: bytes) -> AsyncGenerator[bytes, None]:
    source, sink = child.stdout, child.stdin
    if source is None or sink is None:
        return
    sink.write(order)
    sink.close()
    while piece := await source.read(_PIECE):
        yield piece
    if await child.wait():
        raise FilmLostError


def _head(folder: Path, recording: RecordingId) -> ManifestHead | None:
    try:
        segments = read_segments(folder, recording)
    except InvalidValueError:
        return None  # whoever looks at the recording is told that it is damaged
    chunks = [chunk for one in segments for chunk in one.chunks]
    return ManifestHead(chunks=len(chunks), chain=chunks[-1].chain) if chunks else None


def _lying(folder: Path) -> frozenset[RecordingId]:
    if not folder.is_dir():
        return frozenset()
    return frozenset(RecordingId(entry.name) for entry in folder.iterdir() if entry.is_dir())


def _remove(folder: Path) -> None:
    # There is none where a recording ended before its first chunk; an entry may go on its own.
    with contextlib.suppress(FileNotFoundError):
        for entry in list(folder.iterdir()):
            entry.unlink(missing_ok=True)
        folder.rmdir()


def check(folder: Path, recording: RecordingId) -> RecordingReport:
    """Compare every byte of a recording with its manifest."""
    try:
        segments = read_segments(folder, recording)
    except InvalidValueError:
        return RecordingReport(state=RecordingState.DAMAGED)
    if not any(one.chunks for one in segments):
        return RecordingReport(state=RecordingState.MISSING)
    chunks = [chunk for one in segments for chunk in one.chunks]
    return RecordingReport(
        state=_state(segments),
        chunks=len(chunks),
        octets=sum(chunk.size for chunk in chunks),
        chain=tuple(chunk.chain for chunk in chunks),
    )


def _state(segments: Sequence[Segment]) -> RecordingState:
    try:
        for _ in sealed_chunks(segments):
            pass
    except (DamagedError, OSError):
        return RecordingState.DAMAGED
    whole = all(one.ended for one in segments)
    return RecordingState.WHOLE if whole else RecordingState.CUT_SHORT
