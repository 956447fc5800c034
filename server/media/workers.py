"""Several workers as one media plane: a room goes to the least loaded and stays there.

A room may leave its worker only when that one surely forwards nothing any more: it fails closed
after ten silent seconds. Until then a second worker could confirm a cut that the first one, out of
our reach, does not know of. For the same reason a new app places no room before it has heard from
every worker, or has waited as long: any of them may still carry the rooms of the app before.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, TypeVar

from server.domain.ids import ConnectionId, RoomId
from server.media.client import WorkerClient
from server.ports.media import (
    Edge,
    MediaEvent,
    MediaFullError,
    MediaLoss,
    MediaLost,
    MediaLostError,
    MediaReport,
    Recorded,
    TableVersion,
    UnknownConnectionError,
    WorkerBack,
    WorkerGivenUp,
    WorkerLost,
)

GIVEN_UP_S: Final = 15.0
"""A worker silent for so long has cut everything by itself, whatever its clock and ours."""

_REPORTS_WAITING: Final = 4096

_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(slots=True)
class _Place:
    """One worker; `known`: what it holds is known, or cannot flow any more."""

    name: str
    client: WorkerClient
    here: bool = False
    known: bool = False
    giving_up: asyncio.TimerHandle | None = None


class Workers:
    """A `server.ports.media.MediaRouter` while its `jobs()` run."""

    def __init__(
        self, clients: Mapping[str, WorkerClient], *, given_up_s: float = GIVEN_UP_S
    ) -> None:
        """`clients` by the name that figures give the worker."""
        self._loop = asyncio.get_running_loop()
        self._given_up_s = given_up_s
        self._places = [_Place(name, client) for name, client in clients.items()]
        self._rooms: dict[RoomId, _Place] = {}
        self._room_of: dict[ConnectionId, RoomId] = {}
        self._asked: set[RoomId] = set()
        """Rooms that this app has asked for; what else a worker holds was an earlier app's."""
        self._owed: set[tuple[RoomId, str]] = set()
        """Rooms that a worker has not confirmed yet to have closed, and its name."""
        self._events: deque[MediaEvent] = deque()
        self._news = asyncio.Event()

    def jobs(self) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
        """Return by name what somebody must keep running from now on."""
        found: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {}
        for place in self._places:
            self._await(place)
            found[f"media client {place.name}"] = place.client.run
            found[f"media events {place.name}"] = partial(self._follow, place)
            if place.client.tapes is not None:
                found[f"media tapes {place.name}"] = place.client.tapes.run
        return found

    # ------------------------------------------------------------------ MediaRouter

    async def connect(self, room: RoomId, connection: ConnectionId) -> str:
        self._room_of[connection] = room
        try:
            return await self._at(room, lambda client: client.connect(room, connection))
        except Exception:
            self._room_of.pop(connection, None)
            raise

    async def answer(self, connection: ConnectionId, sdp: str) -> None:
        place = self._place_of(connection)
        if place is None:
            raise UnknownConnectionError
        await place.client.answer(connection, sdp)

    async def route(
        self,
        room: RoomId,
        version: TableVersion,
        edges: frozenset[Edge],
        recorded: Recorded | None = None,
    ) -> None:
        await self._at(room, lambda client: client.route(room, version, edges, recorded))

    async def disconnect(self, connection: ConnectionId) -> None:
        place = self._place_of(connection)
        if place is not None:
            await place.client.disconnect(connection)
            self._room_of.pop(connection, None)

    async def close_room(self, room: RoomId) -> None:
        """See `MediaRouter`; where the worker does not answer, it is asked again when it does."""
        self._forget(lambda one: one == room)
        place = self._rooms.get(room)
        if place is not None:
            self._owed.add((room, place.name))
            await self._close(place, room)

    async def _close(self, place: _Place, room: RoomId) -> None:
        try:
            await place.client.close_room(room)
        except MediaLostError:
            return
        self._closed(place, room)

    def _closed(self, place: _Place, room: RoomId) -> None:
        """Note that a worker surely does not hold a room any more."""
        self._owed.discard((room, place.name))
        if self._rooms.get(room) is place:
            del self._rooms[room]
            self._asked.discard(room)

    async def events(self) -> AsyncIterator[MediaEvent]:
        while True:
            while self._events:
                yield self._events.popleft()
            self._news.clear()
            await self._news.wait()

    async def by_worker(self) -> Mapping[str, Mapping[str, float]]:
        """Return what each worker counts; see `server.ports.media.MediaFigures`."""
        told = await asyncio.gather(*(_counters(place.client) for place in self._places))
        return {place.name: counted for place, counted in zip(self._places, told, strict=True)}

    # ------------------------------------------------------------------ where a room is

    def _place_of(self, connection: ConnectionId) -> _Place | None:
        room = self._room_of.get(connection)
        return None if room is None else self._rooms.get(room)

    async def _at(self, room: RoomId, ask: Callable[[WorkerClient], Awaitable[T]]) -> T:
        """Return what the room's worker answers; a room without one goes to the least loaded."""
        place = self._rooms.get(room)
        if place is None:
            return await self._placed(room, ask)
        if (room, place.name) in self._owed:
            raise MediaLostError
        fresh = room not in self._asked
        self._asked.add(room)
        try:
            return await ask(place.client)
        except MediaFullError:
            if not fresh:
                raise
        # An earlier app had it there, and nothing of ours is in it: it may go elsewhere.
        await place.client.close_room(room)
        return await self._placed(room, ask)

    async def _placed(self, room: RoomId, ask: Callable[[WorkerClient], Awaitable[T]]) -> T:
        for place in self._free():
            self._rooms[room] = place
            self._asked.add(room)
            try:
                return await ask(place.client)
            except MediaFullError:
                self._rooms.pop(room, None)
                self._asked.discard(room)
        raise MediaFullError

    def _free(self) -> Sequence[_Place]:
        """Return who may take a room, the least loaded first."""
        here = [place for place in self._places if place.here]
        if not here or not all(place.known for place in self._places):
            raise MediaLostError
        return sorted(here, key=lambda place: (place.client.draining, self._load(place)))

    def _load(self, place: _Place) -> int:
        counted = self._asked - {room for room, name in self._owed if name == place.name}
        return sum(one is place for room, one in self._rooms.items() if room in counted)

    def _elsewhere(self, place: _Place) -> frozenset[RoomId]:
        return frozenset(room for room, one in self._rooms.items() if one is not place)

    # ------------------------------------------------------------------ what workers tell

    async def _follow(self, place: _Place) -> None:
        async for event in place.client.events():
            match event:
                case WorkerLost():
                    self._lose(place)
                case WorkerBack():
                    await self._welcome(place, event)
                case MediaLost(reason=reason) if reason is not MediaLoss.SILENT:
                    self._room_of.pop(event.connection, None)
                    self._post(event)
                case _:
                    self._post(event)

    def _lose(self, place: _Place) -> None:
        place.here = False
        self._await(place)
        self._post(WorkerLost(elsewhere=self._elsewhere(place)))

    async def _welcome(self, place: _Place, back: WorkerBack) -> None:
        held = dict(place.client.held)
        if place.giving_up is not None:
            place.giving_up.cancel()
        for room in {room for room, name in self._owed if name == place.name} - held.keys():
            self._closed(place, room)
        for room in [room for room in held if self._not_here(room, place)]:
            await self._close(place, room)
            del held[room]
        self._rooms.update(dict.fromkeys(held, place))
        kept = {one: room for room, names in held.items() for one in names}
        self._forget(lambda room: self._rooms.get(room) is place)
        self._room_of.update(kept)
        place.here = place.known = True
        self._post(replace(back, connections=frozenset(kept), elsewhere=self._elsewhere(place)))

    def _not_here(self, room: RoomId, place: _Place) -> bool:
        """Whether a room was closed or moved while this worker was away, and was cut there."""
        owed = (room, place.name) in self._owed
        return owed or self._rooms.get(room, place) is not place

    def _forget(self, gone: Callable[[RoomId], bool]) -> None:
        """Forget the connections of rooms that are gone."""
        self._room_of = {one: room for one, room in self._room_of.items() if not gone(room)}

    def _await(self, place: _Place) -> None:
        """Let others take a worker's rooms once it cannot forward them any more."""
        if place.giving_up is not None:
            place.giving_up.cancel()
        place.giving_up = self._loop.call_later(self._given_up_s, self._give_up, place)

    def _give_up(self, place: _Place) -> None:
        _log.warning("media worker %s stays away: its rooms go to others", place.name)
        place.known = True
        self._forget(lambda room: self._rooms.get(room) is place)
        for gone in [room for room, one in self._rooms.items() if one is place]:
            place.client.give_up(gone)
        self._rooms = {room: one for room, one in self._rooms.items() if one is not place}
        self._asked &= self._rooms.keys()
        self._post(WorkerGivenUp(elsewhere=frozenset(self._rooms)))
        if any(one.here for one in self._places):
            self._post(WorkerBack(connections=frozenset(), elsewhere=frozenset(self._rooms)))

    def _post(self, event: MediaEvent) -> None:
        if isinstance(event, MediaReport) and len(self._events) > _REPORTS_WAITING:
            return
        self._events.append(event)
        self._news.set()


async def _counters(client: WorkerClient) -> Mapping[str, float]:
    try:
        return await client.counters()
    except MediaLostError:
        return {}
