"""What the core asks of kept recordings: are they whole, and let somebody see one.

Only sealed bytes lie anywhere; one participant's film is made on request and kept nowhere.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from server.domain.errors import DomainError
from server.domain.ids import CaseId, RecordingId


class FilmLostError(DomainError):
    """Making a film failed before its end; what came of it is not the whole."""

    code = "film_lost"
    machine = True


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestHead:
    """So many chunks are on disk; `chain` is the last one's value."""

    chunks: int
    chain: str


class RecordingHeads(Protocol):
    """How far recordings are on disk."""

    async def head(self, recording: RecordingId) -> ManifestHead | None:
        """Return what its manifest tells now; None where it tells of no chunk."""
        ...


class Recordings(RecordingHeads, Protocol):
    """Recordings as they lie in the archive."""

    async def check(self, recording: RecordingId) -> RecordingReport:
        """Compare every byte with the manifest; needs no key."""
        ...

    async def manifest(self, recording: RecordingId, chunks: int) -> bytes:
        """Return its manifest up to so many chunks, one JSON object a line.

        The same every time, however far the recording has gone since; empty where there is none.
        """
        ...

    async def lying(self) -> frozenset[RecordingId]:
        """Return those that have a folder, whatever is in it."""
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


class GridState(StrEnum):
    """How far the film of all participants is."""

    NONE = "none"
    WAITING = "waiting"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class GridReport:
    """`percent` while it is made, `octets` when it is ready, `why` where it failed.

    `why` is disk_full, disk, nothing (there is nothing to see or hear) or grid_lost.
    """

    state: GridState
    percent: int = 0
    octets: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridOrder:
    """One recording to be made into a grid: names by track, in the order they are to stand."""

    recording: RecordingId
    case_id: CaseId
    key: bytes
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GridMade:
    """What became of an order: the film's SHA-256 and the original's chain, or `why` not."""

    recording: RecordingId
    case_id: CaseId
    sha256: str = ""
    chain: str = ""
    why: str = ""


class Grids(Protocol):
    """Films of all participants beside each other; one is made at a time, on request."""

    async def ask(self, order: GridOrder) -> None:
        """Have it made when its turn comes, also after a restart; asking again changes nothing.

        Raises FilmsBusyError where too many wait.
        """
        ...

    async def cancel(self, recording: RecordingId) -> bool:
        """Make it no longer; return whether it was to be made.

        Nobody writes beside the recording any more when this returns.
        """
        ...

    async def report(self, recording: RecordingId) -> GridReport:
        """Return how far it is. One that misses what was recorded since counts as none."""
        ...

    async def asked(self) -> Mapping[RecordingId, CaseId]:
        """Return what was asked for before this server started and is still to be made."""
        ...

    async def next_made(self) -> GridMade:
        """Make the next one, when there is one, and return what became of it.

        A film that is made stays asked for, and is made anew after a stop, until it is `noted`.
        """
        ...

    async def noted(self, recording: RecordingId) -> None:
        """Hear that the log knows of the film."""
        ...

    def watch(self, recording: RecordingId, key: bytes) -> AsyncGenerator[bytes, None]:
        """Yield the film's MP4. Raises NotFoundError before it, FilmLostError where it ends."""
        ...
