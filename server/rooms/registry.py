"""Finds, opens and ends rooms; makes every change of one case wait its turn."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from server.domain.errors import DomainError, NotFoundError, trail
from server.domain.ids import CaseId, ConnectionId, RecordingId, RoomId, SeatId, SessionId
from server.ports.media import (
    MediaConnected,
    MediaEvent,
    MediaLost,
    MediaReady,
    MediaReport,
    RecordingEnded,
    RecordingHead,
    WorkerBack,
    WorkerGivenUp,
    WorkerLost,
)
from server.ports.recording import ManifestHead
from server.rooms import attendance, taping
from server.rooms.heads import LOOKS_S, Heads
from server.rooms.mailbox import Mailbox
from server.rooms.ports import RoomPorts
from server.rooms.room import Room
from server.rooms.view import Presence

log = logging.getLogger(__name__)

T = TypeVar("T")
TICK = 1.0
AGAIN_S = (1.0, 10.0, 60.0)
"""Pauses before a room that could not be adopted is tried again; later whoever enters opens it."""
LATELY = timedelta(days=7)
"""Sittings planned since then may have ended while no app was there to log how far they went."""
EMPTY: Mapping[SeatId, Presence] = MappingProxyType({})


class Tasks(Protocol):
    """Starts background work that ends with the app."""

    def start(self, work: Coroutine[Any, Any, None], *, name: str) -> object: ...


@dataclass(slots=True)
class _Desk:
    """One case's mailbox and the rooms of its sittings.

    Each sitting has its own: a page left open since an earlier one opens that one's room, and
    nothing in the present one.
    """

    mailbox: Mailbox
    rooms: dict[SessionId, Room] = field(default_factory=dict)


class Registry:
    """All live rooms of this app."""

    def __init__(self, ports: RoomPorts, tasks: Tasks) -> None:
        self._ports = ports
        self._tasks = tasks
        self._desks: dict[CaseId, _Desk] = {}
        self._cases: dict[SessionId, CaseId] = {}
        self._heads = Heads(ports)
        self._settled: set[RecordingId] = set()

    def _desk(self, case: CaseId) -> _Desk:
        if case not in self._desks:
            desk = _Desk(Mailbox())
            self._desks[case] = desk
            self._tasks.start(desk.mailbox.run(), name=f"case {case}")
        return self._desks[case]

    async def run(
        self, case: CaseId, job: Callable[[], Awaitable[T]], *, always: bool = False
    ) -> T:
        """Return what the job returns; no other change of the case runs beside it.

        Raises BusyError where too much waits, unless the job is `always` taken.
        """
        return await self._desk(case).mailbox.submit(job, always=always)

    async def touch(self, case: CaseId, *events: str) -> None:
        """Tell the live rooms that their case changed elsewhere; never waits for browsers."""
        for desk, room in self._rooms_of(case):
            latest = ("refresh", room.session_id, events)
            desk.mailbox.post(_refreshing(room, events), latest_of=latest)

    async def cut(self, case: CaseId, seat: SeatId, reason: str) -> None:
        """Drop a seat's browser and media, wherever it is."""
        for desk, room in self._rooms_of(case):
            cut = partial(attendance.cut, room, seat, reason)
            await desk.mailbox.submit(cut, always=True)

    def _rooms_of(self, case: CaseId) -> list[tuple[_Desk, Room]]:
        desk = self._desks.get(case)
        return [(desk, room) for room in desk.rooms.values()] if desk else []

    def presence(self, session: SessionId) -> Mapping[SeatId, Presence]:
        """Return who is there, empty where no room is live."""
        room = self._live(session)
        return room.presence if room else EMPTY

    async def within(
        self, session: SessionId, job: Callable[[Room], Awaitable[T]], *, always: bool = False
    ) -> T:
        """Return what the job returns with the session's room, opened if need be; as `run`."""
        case = await self._case_of(session)
        return await self.run(case, lambda: self._with_room(case, session, job), always=always)

    async def _with_room(
        self, case: CaseId, session: SessionId, job: Callable[[Room], Awaitable[T]]
    ) -> T:
        rooms = self._desk(case).rooms
        if session not in rooms:
            rooms[session] = await self._open(session)
        return await job(rooms[session])

    async def _open(self, session: SessionId) -> Room:
        room, partings = (
            Room(await self._ports.read_scene(session), self._ports),
            self._ports.partings,
        )
        if room.session.begun and await partings.in_doubt(session):
            room.begin_apart()
        else:
            await partings.stored(session)
        return room

    async def _case_of(self, session: SessionId) -> CaseId:
        if session not in self._cases:
            async with self._ports.store.read() as uow:
                self._cases[session] = (await uow.sessions.get(session)).case_id
        return self._cases[session]

    def _live(self, session: SessionId) -> Room | None:
        case = self._cases.get(session)
        desk = self._desks.get(case) if case else None
        return desk.rooms.get(session) if desk else None

    async def adopt(self) -> None:
        """Open the rooms of sittings that an earlier app left unfinished.

        Everybody counts as absent from now on; the absence clocks start anew. What recordings
        came to while no app was there is logged now. A sitting that cannot be read keeps no
        other one waiting.
        """
        async with self._ports.store.read() as uow:
            unfinished = await uow.sessions.unfinished()
        await self._ports.partings.forget({*unfinished, *self._cases})
        left = [one for one in unfinished if not await self._adopted(one)]
        self._tasks.start(self._catch_up(unfinished), name="recordings of an earlier app")
        for pause in AGAIN_S:
            if left:
                await self._ports.clock.sleep(pause)
                left = [one for one in left if not await self._adopted(one)]

    async def _adopted(self, session: SessionId) -> bool:
        try:
            await self.within(session, _nothing)
        # Whatever is wrong with this one, the others are not to wait for it.
        except Exception as fault:  # noqa: BLE001
            said = trail(fault)
            log.error("%s: its room is not adopted: %s", session, said)  # noqa: TRY400 - never its words
            return False
        return True

    async def _catch_up(self, unfinished: Sequence[SessionId]) -> None:
        sessions = dict.fromkeys((*unfinished, *await self._lately()))
        for pause in LOOKS_S:
            await self._ports.clock.sleep(pause)
            for session in sessions:
                await self._look_into(session)

    async def _look_into(self, session: SessionId) -> None:
        try:
            async with self._ports.store.read() as uow:
                found = await uow.sessions.get(session)
        except DomainError as failed:
            log.warning("%s: its recordings are not looked at: %s", session, failed.code)
            return
        for one in found.recordings:
            await self._look(found.case_id, one.id)

    async def _lately(self) -> Sequence[SessionId]:
        now = self._ports.clock.now()
        async with self._ports.store.read() as uow:
            return await uow.sessions.planned_ids(now - LATELY, now + LATELY)

    async def log_recordings(self, case: CaseId) -> None:
        """Log how far each recording of the case is on disk, where the log does not say so yet."""
        await self.run(case, lambda: self._heads.look_at_all(case))

    def _settle(self, room: Room) -> None:
        """Look after the end of each recording that has stopped, once the log can say that."""
        if room.owes:
            return
        for one in room.session.recordings:
            if one.stopped_at is not None and one.id not in self._settled:
                self._settled.add(one.id)
                self._tasks.start(self._look_on(room.case_id, one.id), name=f"end of {one.id}")

    async def _look_on(self, case: CaseId, recording: RecordingId) -> None:
        for pause in LOOKS_S:
            await self._ports.clock.sleep(pause)
            await self._look(case, recording)

    async def _look(self, case: CaseId, recording: RecordingId) -> None:
        try:
            await self.run(case, lambda: self._heads.look(case, recording), always=True)
        except DomainError as refused:
            log.warning("recording %s: its end is not logged: %s", recording, refused.code)

    async def keep_time(self) -> None:
        """Let every room look at its clocks, once a second, for ever."""
        while True:
            await self._ports.clock.sleep(TICK)
            for case, desk in tuple(self._desks.items()):
                self._tick(case, desk)

    def _tick(self, case: CaseId, desk: _Desk) -> None:
        if not desk.rooms and desk.mailbox.idle:
            del self._desks[case]
            desk.mailbox.close()
        for room in tuple(desk.rooms.values()):
            self._tick_room(desk, room)

    def _tick_room(self, desk: _Desk, room: Room) -> None:
        self._settle(room)
        if self._done_with(desk, room):
            del desk.rooms[room.session_id]
            self._cases.pop(room.session_id, None)
            self._tasks.start(_close(room), name=f"close {room.session_id}")
            return
        desk.mailbox.post(room.tick, latest_of=("tick", room.session_id))
        if any(one.former is not None for one in room.presence.values()):
            desk.mailbox.post(_releasing(room), latest_of=("release", room.session_id))

    def _done_with(self, desk: _Desk, room: Room) -> bool:
        """Whether a room ends: its sitting is over, or nobody misses it until somebody comes."""
        if room.session.over:
            return not any(one.present for one in room.presence.values())
        told = self._ports.teller().listens(room.session_id)
        return desk.mailbox.idle and not told and attendance.idle(room)

    async def follow_media(self) -> None:
        """Give every event of the media plane to the room it is about, for ever."""
        async for event in self._ports.media.events():
            self._follow(event)

    def _follow(self, event: MediaEvent) -> None:
        match event:
            case WorkerLost(elsewhere=others):
                for desk, room in self._rooms(others):
                    desk.mailbox.post(room.media_lost)
            case WorkerGivenUp(elsewhere=others):
                for desk, room in self._rooms(others):
                    desk.mailbox.post(room.writes_no_more)
            case WorkerBack(connections=held, elsewhere=others):
                self._worker_back(held, others)
            case RecordingHead() | RecordingEnded():
                self._follow_recording(event)
            case MediaConnected() | MediaReady() | MediaLost() | MediaReport():
                self._follow_connection(event)

    def _follow_recording(self, event: RecordingHead | RecordingEnded) -> None:
        room = self._live(SessionId(event.room))
        if room is None:
            self._tasks.start(self._follow_late(event), name=f"end of {event.recording}")
        elif isinstance(event, RecordingHead):
            self._desk(room.case_id).mailbox.post(self._logging(room.case_id, event))
        else:
            self._desk(room.case_id).mailbox.post(_ending(room, event))

    def _logging(self, case: CaseId, event: RecordingHead) -> Callable[[], Awaitable[None]]:
        head = ManifestHead(chunks=event.chunks, chain=event.chain)
        return lambda: self._heads.note(case, event.recording, head)

    async def _follow_late(self, event: RecordingHead | RecordingEnded) -> None:
        """Log how far a recording came although everybody has left its room."""
        async with self._ports.store.read() as uow:
            session = await uow.sessions.get(SessionId(event.room))
        if event.recording not in {one.id for one in session.recordings}:
            return
        if isinstance(event, RecordingHead):
            job = self._logging(session.case_id, event)
            await self.run(session.case_id, job, always=True)
        else:
            await self._look_on(session.case_id, event.recording)

    def _follow_connection(
        self, event: MediaConnected | MediaReady | MediaLost | MediaReport
    ) -> None:
        for desk, room in self._rooms():
            if (seat := attendance.seat_of(room, event.connection)) is not None:
                report = isinstance(event, MediaReport)
                latest_of = ("report", event.connection) if report else None
                desk.mailbox.post(_following(room, seat, event), latest_of=latest_of)
                return

    def _worker_back(self, held: frozenset[ConnectionId], others: frozenset[RoomId]) -> None:
        for desk, room in self._rooms(others):
            desk.mailbox.post(_rerouting(room))
        self._tasks.start(self._forget_strangers(held, others), name="forget strangers")

    async def _forget_strangers(
        self, held: frozenset[ConnectionId], others: frozenset[RoomId]
    ) -> None:
        """Close what no room knows: its app died or lost the worker; phones begin anew.

        What rooms have been told until now comes first: it may be just that loss.
        """
        known: set[ConnectionId] = set()
        for desk, room in self._rooms(others):
            with suppress(DomainError):
                await desk.mailbox.submit(_reached, always=True)
            known |= {one for one in held if attendance.seat_of(room, one)}
        for stranger in held - known:
            with suppress(DomainError):
                await self._ports.media.disconnect(stranger)

    def _rooms(self, but: frozenset[RoomId] = frozenset()) -> list[tuple[_Desk, Room]]:
        live = [pair for case in self._desks for pair in self._rooms_of(case)]
        return [(desk, room) for desk, room in live if room.forwarding.room not in but]

    def find(self, session: SessionId) -> Room:
        """Return the live room, or raise NotFoundError."""
        if (room := self._live(session)) is None:
            raise NotFoundError
        return room

    def __len__(self) -> int:
        """Return how many rooms are live."""
        return len(self._rooms())


def _refreshing(room: Room, events: tuple[str, ...]) -> Callable[[], Awaitable[None]]:
    return lambda: room.refresh(*events)


def _releasing(room: Room) -> Callable[[], Awaitable[None]]:
    return lambda: attendance.release(room)


def _rerouting(room: Room) -> Callable[[], Awaitable[None]]:
    return lambda: room.reroute("media")


def _following(room: Room, seat: SeatId, event: MediaEvent) -> Callable[[], Awaitable[None]]:
    return lambda: attendance.media_event(room, seat, event)


def _ending(room: Room, event: RecordingEnded) -> Callable[[], Awaitable[None]]:
    return lambda: taping.ended(room, event)


async def _close(room: Room) -> None:
    await asyncio.shield(room.ports.media.close_room(room.forwarding.room))


async def _reached() -> None:
    """Run when what a mailbox held before is done."""


async def _nothing(room: Room) -> None:
    del room
