"""What the core asks of the media plane: who receives whom, and what became of it.

The plane knows connections, edges and slots, not mediation. A room's whole routing is one table:
the set of its edges, under a version. Whatever is not in the newest table is cut.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from server.domain.errors import DomainError
from server.domain.ids import ConnectionId, RecordingId, RoomId

SLOTS: Final = 7
"""Downlink slots of every connection; each carries one audio and one video."""


class BadSdpError(DomainError):
    """The answer cannot be used; `facts["reason"]` is a stable word."""

    code = "bad_sdp"


class BadTableError(DomainError):
    """The table contradicts itself or names a connection of another room."""

    code = "bad_table"
    machine = True


class StaleTableError(DomainError):
    """The worker has already applied a newer table for this room."""

    code = "stale_table"
    machine = True


class MediaLostError(DomainError):
    """No worker answers; nothing is known to be forwarded or cut by this request."""

    code = "media_lost"
    machine = True


class UnknownConnectionError(DomainError):
    """The worker does not hold this connection (any more)."""

    code = "unknown_connection"


class MediaFullError(DomainError):
    """The worker holds as many connections as it is allowed to."""

    code = "media_full"
    machine = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """`source`'s uplink arrives in `slot` (0 to 6) of `subscriber`, audio and video as told.

    Where the subscriber's line cannot carry all pictures, those of the highest `rank` wait first.
    """

    source: ConnectionId
    subscriber: ConnectionId
    slot: int
    audio: bool = True
    video: bool = True
    rank: int = 0

    def __post_init__(self) -> None:
        """Refuse an edge that no table may hold."""
        if not 0 <= self.slot < SLOTS:
            raise BadTableError(reason="slot")
        if self.source == self.subscriber:
            raise BadTableError(reason="self")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TableVersion:
    """Ordered first by the app's epoch, then by its own count: a restarted app is always newer."""

    epoch: int
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Whose uplinks are written into which recording, and under which name each.

    `key` is an AES-256 key. Part of a table, so that what a table cuts is not written either.
    """

    recording: RecordingId
    key: bytes = field(repr=False)
    sources: Mapping[ConnectionId, str]


class MediaLoss(StrEnum):
    """Why a connection carries nothing any more."""

    SILENT = "silent"
    """Nothing heard for some seconds. It may come back: then MediaConnected follows."""
    CLOSED = "closed"
    """The phone said goodbye. Final."""
    REFUSED = "refused"
    """DTLS failed, for one thing because the certificate is not the announced one. Final."""
    NEVER_CONNECTED = "never_connected"
    """No authenticated check or no handshake in time. Final."""
    EXPIRED = "expired"
    """Silent for so long that the worker let go of it. Final."""
    FAULTY = "faulty"
    """It sent so much that cannot be read that the worker dropped it. Final."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaConnected:
    """ICE and DTLS stand; media can flow both ways."""

    connection: ConnectionId


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaReady:
    """The first media packet of this connection arrived."""

    connection: ConnectionId


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLost:
    """The connection carries nothing any more, for the reason given."""

    connection: ConnectionId
    reason: MediaLoss


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaReport:
    """What was measured on one connection since the last report, about once a second.

    `up` is phone to server, `down` server to phone. Loss is a share from 0 to 1; `rtt_ms` is None
    until the phone has answered a report. `speaking` follows the audio-level header extension
    (RFC 6464). `videos_held` are the sources whose video is withheld from it because its line is
    too weak for them.
    """

    connection: ConnectionId
    up_kbps: int
    down_kbps: int
    up_loss: float
    down_loss: float
    rtt_ms: int | None
    speaking: bool
    videos_held: tuple[ConnectionId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLost:
    """A worker is gone or does not answer: treat every connection it carried as without media.

    `elsewhere` are the rooms that other workers carry: nothing changes for them.
    """

    elsewhere: frozenset[RoomId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerGivenUp:
    """A worker is away for so long that it surely forwards and writes nothing any more.

    `elsewhere` are the rooms that other workers carry: nothing changes for them.
    """

    elsewhere: frozenset[RoomId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerBack:
    """A worker answers (again) and still holds these connections.

    Route every room anew that is not `elsewhere`, with a newer version: rooms that are not are cut
    after some seconds. MediaConnected and MediaReady follow again for those that stand.
    """

    connections: frozenset[ConnectionId]
    elsewhere: frozenset[RoomId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingHead:
    """So many chunks of a recording are on disk; `chain` is the manifest's newest value."""

    room: RoomId
    recording: RecordingId
    chunks: int
    chain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingEnded:
    """Writing is impossible; told again with each table that orders it. Media flow on.

    `why` is disk_full, disk, recorder_lost, recorder_slow; link_lost or link_slow where the app
    writes for a worker on another host; or not_here: nobody can write for this worker.
    """

    room: RoomId
    recording: RecordingId
    why: str


MediaEvent = (
    MediaConnected
    | MediaReady
    | MediaLost
    | MediaReport
    | RecordingHead
    | RecordingEnded
    | WorkerLost
    | WorkerGivenUp
    | WorkerBack
)


class MediaRouter(Protocol):
    """The media plane as the core sees it. Every request may raise MediaLostError."""

    async def connect(self, room: RoomId, connection: ConnectionId) -> str:
        """Make a connection in the room and return its SDP offer."""
        ...

    async def answer(self, connection: ConnectionId, sdp: str) -> None:
        """Take the phone's SDP answer; raise BadSdpError or UnknownConnectionError."""
        ...

    async def route(
        self,
        room: RoomId,
        version: TableVersion,
        edges: frozenset[Edge],
        recorded: Recorded | None = None,
    ) -> None:
        """Replace the room's table; return once the worker has applied it.

        What the new table does not hold is then cut: nothing of it waits in a queue, no
        retransmission request for it is answered and no report about it is forwarded. An edge may
        name a connection that does not stand yet or has gone: it takes effect when it stands. The
        same version with the same edges may be sent again. Only what `recorded` names is written,
        from then on. Raise StaleTableError or BadTableError.
        """
        ...

    async def disconnect(self, connection: ConnectionId) -> None:
        """Close the connection; a connection that is gone already is no error."""
        ...

    async def close_room(self, room: RoomId) -> None:
        """Close every connection of the room and forget its table."""
        ...

    def events(self) -> AsyncIterator[MediaEvent]:
        """Yield what happens, for one reader."""
        ...


class MediaFigures(Protocol):
    """What is counted in the media plane."""

    async def by_worker(self) -> Mapping[str, Mapping[str, float]]:
        """Return each worker's counters and gauges by name; nothing of one that is away."""
        ...
