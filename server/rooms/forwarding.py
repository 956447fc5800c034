"""The room's side of the media plane: one table, versions that only grow.

`heard` is what the worker has confirmed; nothing else may be shown to anybody.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping

from server.domain.audience import Pair
from server.domain.ids import ConnectionId, RoomId, SeatId
from server.ports.media import (
    BadTableError,
    MediaLostError,
    MediaRouter,
    StaleTableError,
    TableVersion,
)
from server.rooms import routing

log = logging.getLogger(__name__)


class Forwarding:
    """Applies pairs of seats as an edge table and remembers what was confirmed."""

    def __init__(self, room: RoomId, media: MediaRouter, epoch: int, patience: float) -> None:
        self.room = room
        self._media = media
        self._epoch = epoch
        self._patience = patience
        self._n = 0
        self.slots: routing.Slots = {}
        self.heard: frozenset[Pair] = frozenset()
        self.ok = True

    async def apply(
        self, pairs: Iterable[Pair], connections: Mapping[SeatId, ConnectionId]
    ) -> bool:
        """Return whether the worker has confirmed exactly these pairs."""
        slots = routing.assign(self.slots, pairs)
        self._n += 1
        version = TableVersion(epoch=self._epoch, n=self._n)
        try:
            async with asyncio.timeout(self._patience):
                await self._media.route(self.room, version, routing.edges(slots, connections))
        except (MediaLostError, StaleTableError, BadTableError, TimeoutError) as failure:
            return self._failed(failure)
        self.slots, self.heard = slots, routing.heard(slots, connections)
        self.ok = True
        return True

    def _failed(self, failure: Exception) -> bool:
        # Nobody is shown as heard or as cut off unless the worker said so.
        log.warning("%s: table %s not confirmed: %s", self.room, self._n, failure)
        self.heard = frozenset()
        self.ok = False
        return False

    def lost(self) -> None:
        """Forget everything confirmed: the worker is gone."""
        self.slots, self.heard, self.ok = {}, frozenset(), False
