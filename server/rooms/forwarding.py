"""The room's side of the media plane: one table, versions that only grow.

`heard` is what the worker has confirmed; nothing else may be shown to anybody.
"""

import asyncio
import base64
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.domain import recording
from server.domain.audience import Pair
from server.domain.conduct import Facts
from server.domain.ids import RoomId, SeatId
from server.domain.session import Recording, Session
from server.ports.media import (
    BadTableError,
    MediaFullError,
    MediaLostError,
    Recorded,
    StaleTableError,
    TableVersion,
)
from server.rooms import routing
from server.rooms.ports import RoomPorts
from server.rooms.routing import Legs

log = logging.getLogger(__name__)

_UNCONFIRMED = (MediaLostError, MediaFullError, StaleTableError, BadTableError, TimeoutError)
"""What a table may meet. None of it refuses a change: what is not confirmed counts as stopped."""


@dataclass(frozen=True, slots=True)
class Taped:
    """A recording and whose sound and picture go into it now."""

    recording: Recording
    seats: frozenset[SeatId]

    def order(self, legs: Mapping[SeatId, Legs]) -> Recorded | None:
        """Return what the worker is asked to write; None while nobody has a connection."""
        sources = {legs[seat].source: str(seat) for seat in self.seats if seat in legs}
        if not sources:
            return None
        key = base64.b64decode(self.recording.key)
        return Recorded(recording=self.recording.id, key=key, sources=sources)


class Forwarding:
    """Applies pairs of seats as an edge table and remembers what was confirmed."""

    def __init__(self, room: RoomId, ports: RoomPorts) -> None:
        self.room = room
        self._ports = ports
        self.slots: routing.Slots = {}
        self.heard: frozenset[Pair] = frozenset()
        self.writing = False
        self.may_write = False
        """Whether a worker was ever asked to write and has not confirmed that it does not."""
        self.ok = True

    async def apply(
        self,
        pairs: Iterable[Pair],
        legs: Mapping[SeatId, Legs],
        taped: Taped | None = None,
        ranks: Mapping[SeatId, int] | None = None,
    ) -> bool:
        """Return whether the worker has confirmed exactly these pairs, and what is written."""
        slots = routing.assign(self.slots, pairs)
        version = TableVersion(epoch=self._ports.epoch, n=next(self._ports.numbers))
        edges = routing.edges(slots, legs, ranks or {})
        order = taped.order(legs) if taped is not None else None
        self.may_write = self.may_write or order is not None
        try:
            async with asyncio.timeout(self._ports.media_patience):
                await self._ports.media.route(self.room, version, edges, order)
        except _UNCONFIRMED as failure:
            return self._failed(version, failure)
        self.slots, self.heard = slots, routing.heard(slots, legs)
        self.writing = self.may_write = order is not None
        self.ok = True
        return True

    def _failed(self, version: TableVersion, failure: Exception) -> bool:
        # Nobody is shown as heard or as cut off unless the worker said so.
        log.warning("%s: table %s not confirmed: %s", self.room, version.n, failure)
        self.heard = frozenset()
        self.writing = self.ok = False
        if isinstance(failure, MediaFullError):
            # No worker has the room, so none writes.
            self.may_write = False
        return False

    def lost(self) -> None:
        """Forget everything confirmed: the worker is gone."""
        self.slots, self.heard = {}, frozenset()
        self.writing = self.ok = False


def taped_in(session: Session, facts: Facts) -> Taped | None:
    """Return what a sitting lets be recorded now."""
    seats = recording.sources(session, facts.case, facts.wards)
    going = recording.going(session)
    return Taped(going, seats) if going is not None and seats else None


def both(one: Taped | None, other: Taped | None) -> Taped | None:
    """Return what is recorded before and after a change."""
    if one is None or other is None or one.recording.id != other.recording.id:
        return None
    kept = one.seats & other.seats
    return one if kept == one.seats else Taped(one.recording, kept)
