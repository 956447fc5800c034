"""What a room shows to those who render it: plain values of one moment."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, Self

from server.domain.case import Case, Side
from server.domain.ids import ConnectionId, InvitationId, PersonId, SeatId, SessionId, StaffId
from server.domain.session import Session
from server.domain.wards import Wards
from server.rooms.routing import Legs

Away = Literal["none", "page_hidden", "telephone", "locked"]
"""Why somebody does not look though his browser holds the seat, in its own words."""
Absence = Literal["none", "not_yet", "network", "page_hidden", "telephone", "locked", "gone"]
"""Why nobody sits there or looks."""
Network = Literal["good", "weak", "audio_only"]


class Lamp(StrEnum):
    """Whether the other side is cut off, as the media worker has confirmed it."""

    NONE = "none"
    CUTTING = "cutting"
    ISOLATED = "isolated"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """One seat's live side. `since` is when `present` last changed.

    `connection` carries media now; `pending` ones are being made, or fell silent and may come
    back. `former` carried media before it and still does: the seat hears by both, and is heard by
    `former` until `ready`, when media of `connection` have come. `videos_held` are those whose
    pictures the worker withholds from it, because its line is too weak for them.
    """

    seat: SeatId
    socket: str | None = None
    absence: Absence = "not_yet"
    since: datetime | None = None
    microphone: bool = False
    camera: bool = False
    away: Away = "none"
    network: Network = "good"
    connection: ConnectionId | None = None
    pending: frozenset[ConnectionId] = frozenset()
    former: ConnectionId | None = None
    former_until: float = 0.0
    ready: bool = False
    speaking: bool = False
    videos_held: frozenset[SeatId] = frozenset()
    wish: str | None = None

    @property
    def present(self) -> bool:
        """Whether a browser holds the seat now."""
        return self.socket is not None

    def without_media(self) -> Self:
        """Return it with no connection and nothing that was known by it."""
        return replace(
            self, connection=None, former=None, ready=False, speaking=False, videos_held=frozenset()
        )

    @property
    def legs(self) -> Legs | None:
        """By which connections it is heard and hears; None where it has none."""
        if self.connection is None:
            return None
        if self.former is None:
            return Legs(self.connection, (self.connection,))
        source = self.connection if self.ready else self.former
        return Legs(source, (self.former, self.connection))


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffName:
    """How a member of staff appears in the room."""

    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementMark:
    """Enough of the agreement for a phone to know that it must look again."""

    revision: int = 0
    state: str | None = None
    reading: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the room read from the store; read again after every change elsewhere.

    `holders` are the device hashes that own the seats, `waiting` second devices, `locked`
    the links that take no more digits.
    """

    session: Session
    case: Case
    staff: Mapping[StaffId, StaffName]
    agreement: AgreementMark = AgreementMark()
    holders: Mapping[PersonId, str | None] = field(default_factory=dict)
    waiting: frozenset[PersonId] = frozenset()
    invited: frozenset[PersonId] = frozenset()
    locked: Mapping[PersonId, InvitationId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomView:
    """The whole room at change `n`.

    `heard` are the (source, listener) pairs the media worker has confirmed; `slots`
    says for every listener in which of his slots a source arrives. `writing`: the worker has
    confirmed that it records; `may_write`: it has not confirmed that it does not.
    """

    n: int
    scene: Scene
    presence: Mapping[SeatId, Presence]
    heard: frozenset[tuple[SeatId, SeatId]]
    slots: Mapping[SeatId, Mapping[SeatId, int]]
    since: datetime
    lamp: Lamp
    lamp_at: datetime | None
    hold_minutes: int | None
    hold_texts: Mapping[Side, str]
    rights_blocks: int
    consents: tuple[str, ...]
    wards: Wards
    media_ok: bool
    log_ok: bool
    now: datetime
    writing: bool = False
    may_write: bool = False

    @property
    def session(self) -> Session:
        """The sitting."""
        return self.scene.session


class Teller(Protocol):
    """Tells the browsers of a room; it never waits for them."""

    async def tell(self, view: RoomView, events: tuple[str, ...]) -> None:
        """Send everybody what he may know of the view."""
        ...

    async def part(self, session: SessionId, socket: str, reason: str) -> None:
        """Tell a browser why it is cut, and end its connection."""
        ...

    def listens(self, session: SessionId) -> bool:
        """Return whether some browser is told of this room, seated or waiting for a seat."""
        ...


SceneReader = Callable[[SessionId], Awaitable[Scene]]
"""Reads a scene from the store."""
