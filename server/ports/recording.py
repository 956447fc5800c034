"""What the core asks of kept recordings: are they whole, and let somebody see one.

Only sealed bytes lie anywhere; what is watched is made on request and kept nowhere.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from server.domain.errors import DomainError
from server.domain.ids import RecordingId


class FilmLostError(DomainError):
    """Making a film failed before its end; what came of it is not the whole."""

    code = "film_lost"


class FilmsBusyError(DomainError):
    """As many films are being made as may be at once, and none ended soon."""

    code = "busy"


class RecordingState(StrEnum):
    """What its manifest says of a recording."""

    WHOLE = "whole"
    """Every byte is as written, and the last segment was ended in order."""
    CUT_SHORT = "cut_short"
    """As written up to its end, but the writer was interrupted."""
    DAMAGED = "damaged"
    """Bytes differ from the manifest, or the manifest from the session log."""
    MISSING = "missing"
    """There is nothing of it."""
    DESTROYED = "destroyed"
    """Two people destroyed its key, as they may when its period is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingReport:
    """What was found: `octets` of sealed media in `chunks`, and the chain's values in order."""

    state: RecordingState
    chunks: int = 0
    octets: int = 0
    chain: tuple[str, ...] = ()


class Recordings(Protocol):
    """Recordings as they lie in the archive."""

    async def check(self, recording: RecordingId) -> RecordingReport:
        """Compare every byte with the manifest; needs no key."""
        ...

    async def manifest(self, recording: RecordingId, chunks: int) -> bytes:
        """Return its manifest up to so many chunks, one JSON object a line.

        The same every time, however far the recording has gone since; empty where there is none.
        """
        ...

    async def remove(self, recording: RecordingId) -> None:
        """Remove its sealed bytes, if there are any."""
        ...

    def watch(self, recording: RecordingId, key: bytes, track: str) -> AsyncGenerator[bytes, None]:
        """Yield one participant's film; nothing at all where there is nothing to see.

        It is WebM, or MP4 where the pictures are H.264, or Matroska where there are both.

        Raises FilmsBusyError before it, FilmLostError where it breaks off.
        """
        ...
