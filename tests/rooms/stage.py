"""A live room over a real database, with a media plane and browsers that keep a journal."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from server.archive.recordings import LocalRecordings
from server.domain.committee import Committee
from server.domain.ids import ConnectionId, RoomId, SeatId, SessionId, StaffId
from server.domain.session import Session
from server.domain.staff import Membership, Role, Staff
from server.ports.media import (
    Edge,
    MediaConnected,
    MediaLostError,
    MediaRouter,
    Recorded,
    TableVersion,
)
from server.rooms import attendance
from server.rooms.ports import RoomPorts
from server.rooms.registry import Registry
from server.rooms.room import Room
from server.rooms.view import RoomView
from server.store.partings import PartingFiles
from server.store.schema import migrate
from server.store.store import SqlStore, open_store
from server.system import TaskScope
from server.usecases.read_scene import scene_reader
from tests.support.builders import COMMITTEE, MEDIATOR, PACK, RECORDER, SESSION, a_case
from tests.support.clock import FakeClock
from tests.support.ids import SeededIds


@dataclass
class Journal:
    """Lines in the order things happened."""

    lines: list[str] = field(default_factory=list)

    def write(self, line: str) -> None:
        self.lines.append(line)


class JournalMedia:
    """Applies every table at once and writes it down; `lost` makes it refuse."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.lost = False
        self.edges: frozenset[Edge] = frozenset()
        self.recorded: Recorded | None = None
        self.versions: list[TableVersion] = []
        self.closed: list[ConnectionId] = []

    async def connect(self, room: RoomId, connection: ConnectionId) -> str:
        return f"offer for {connection} in {room}"

    async def answer(self, connection: ConnectionId, sdp: str) -> None: ...

    async def route(
        self,
        room: RoomId,
        version: TableVersion,
        edges: frozenset[Edge],
        recorded: Recorded | None = None,
    ) -> None:
        if self.lost:
            raise MediaLostError
        self.edges, self.recorded = edges, recorded
        self.versions.append(version)
        self.journal.write(f"route {len(edges)}")

    async def disconnect(self, connection: ConnectionId) -> None:
        self.closed.append(connection)

    async def close_room(self, room: RoomId) -> None: ...

    async def counters(self) -> dict[str, float]:
        return {}


class JournalTeller:
    """Writes what is announced and keeps the last view."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.views: list[RoomView] = []
        self.parted: list[str] = []
        self.listening: set[SessionId] = set()

    async def tell(self, view: RoomView, events: tuple[str, ...]) -> None:
        self.views.append(view)
        self.journal.write(f"tell {'+'.join(events)} lamp={view.lamp} heard={len(view.heard)}")

    async def part(self, session: SessionId, socket: str, reason: str) -> None:
        self.parted.append(socket)

    def listens(self, session: SessionId) -> bool:
        return session in self.listening


@dataclass
class Stage:
    """Everything a test of rooms moves."""

    clock: FakeClock
    store: SqlStore
    media: JournalMedia
    teller: JournalTeller
    journal: Journal
    registry: Registry

    async def room(self) -> Room:
        """Return the room, opened."""

        async def same(room: Room) -> Room:
            return room

        return await self.registry.within(SESSION, same)

    async def seat(self, *seats: str) -> None:
        """Let these people take their seats with a browser and media."""
        for seat in seats:
            staff = MEDIATOR if seat == MEDIATOR else RECORDER if seat == RECORDER else None
            await self.registry.within(SESSION, _entering(SeatId(seat), staff))

    async def kinds(self) -> list[str]:
        """Return the kinds in the case's log."""
        async with self.store.read() as uow:
            entries = await uow.log.of_case(a_case().id)
        return [entry.body.split('"kind":"')[1].split('"')[0] for entry in entries]

    async def stored(self) -> Session:
        """Return the sitting as stored."""
        async with self.store.read() as uow:
            return await uow.sessions.get(SESSION)


def _entering(seat: SeatId, staff: StaffId | None) -> Callable[[Room], Awaitable[None]]:
    async def enter(room: Room) -> None:
        attendance.expect(room, seat, staff)
        await attendance.enter(room, seat, f"socket-{seat}")
        connection, _offer = await attendance.start_media(room, seat)
        await attendance.media_event(room, seat, MediaConnected(connection=connection))

    return enter


@asynccontextmanager
async def stage(
    folder: Path, session: Session, plane: Callable[[JournalMedia], MediaRouter] | None = None
) -> AsyncIterator[Stage]:
    """Open a stage on which `session` is stored; `plane` puts a real one in the journal's place."""
    clock, ids, journal = FakeClock(), SeededIds(), Journal()
    url = f"sqlite:///{folder / 'heyi.db'}"
    await migrate(url)
    store = await open_store(url, bytes(32), ids)
    media, teller = JournalMedia(journal), JournalTeller(journal)
    partings = PartingFiles(folder / "stored")
    await partings.stored(session.id)
    async with TaskScope(clock) as tasks:
        ports = RoomPorts(
            clock=clock,
            ids=ids,
            store=store,
            media=plane(media) if plane else media,  # type: ignore[arg-type]  # no events here
            recordings=LocalRecordings(folder / "media", ()),
            partings=partings,
            read_scene=scene_reader(store),
            teller=lambda: teller,
            epoch=1,
            pack=PACK,
        )
        await _fill(store, session)
        yield Stage(clock, store, media, teller, journal, Registry(ports, tasks))
    await store.close()


async def _fill(store: SqlStore, session: Session) -> None:
    committee = Committee(id=COMMITTEE, name="调委会", short_name="禾溪", number_prefix="湖禾")
    async with store.write() as uow:
        await uow.committees.add(committee)
        for staff_id, role in ((MEDIATOR, Role.MEDIATOR), (RECORDER, Role.RECORDER)):
            await uow.staff.add(
                Staff(
                    id=staff_id,
                    committee_id=COMMITTEE,
                    login=str(staff_id),
                    name=str(staff_id),
                    roles=frozenset({role}),
                    membership=Membership.ACTIVE,
                )
            )
        await uow.cases.add(a_case())
        await uow.sessions.add(session)
