"""A whole world over a real SQLite database: only time, chance, media and gateways are ours."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from server.archive.local import LocalArchive
from server.archive.recordings import LocalRecordings
from server.domain.committee import Committee
from server.domain.ids import CommitteeId, ConnectionId, RoomId, SessionId, StaffId
from server.domain.jurisdiction.packs import pack_of
from server.domain.staff import Actor, Membership, Role, Staff
from server.ports.media import Edge, MediaEvent, Recorded, TableVersion
from server.ports.notify import Message, MessageState
from server.ports.recording import RecordingHeads
from server.ports.store import Store
from server.ports.system import Clock, Ids
from server.recorder import show_command
from server.rooms.ports import RoomPorts
from server.rooms.registry import Registry
from server.rooms.view import RoomView
from server.store.store import open_store
from server.usecases.read_scene import scene_reader
from server.usecases.world import Rules, World
from tests.support.clock import FakeClock
from tests.support.films import grids_below
from tests.support.ids import SeededIds
from tests.support.partings import NoPartings

T = TypeVar("T")
COMMITTEE = CommitteeId("committee-1")
OTHER_COMMITTEE = CommitteeId("committee-2")
PACK = pack_of("zh_cn")
KEK = bytes(range(32))


class InlinePool:
    """Does the work at once, here."""

    async def run(self, work: Callable[..., T], *args: object) -> T:
        return work(*args)


class KeepingNotifier:
    """Keeps what it was given; `state` is what it answers."""

    def __init__(self, *, carries_codes: bool = True) -> None:
        self.carries_codes = carries_codes
        self.state = MessageState.SENT
        self.sent: list[Message] = []

    async def send(self, message: Message) -> MessageState:
        self.sent.append(message)
        return self.state

    @property
    def last_code(self) -> str:
        """The code in the last message."""
        text = self.sent[-1].text
        return next(w for w in _digit_runs(text) if len(w) == 6)


def _digit_runs(text: str) -> list[str]:
    return "".join(sign if sign.isdigit() else " " for sign in text).split()


class StillMedia:
    """A media plane in which nothing ever happens, and every table is applied."""

    def __init__(self) -> None:
        self.tables: dict[RoomId, frozenset[Edge]] = {}
        self.recorded: dict[RoomId, Recorded | None] = {}

    async def connect(self, room: RoomId, connection: ConnectionId) -> str:
        return f"offer {room} {connection}"

    async def answer(self, connection: ConnectionId, sdp: str) -> None: ...

    async def route(
        self,
        room: RoomId,
        version: TableVersion,
        edges: frozenset[Edge],
        recorded: Recorded | None = None,
    ) -> None:
        self.tables[room] = edges
        self.recorded[room] = recorded

    async def disconnect(self, connection: ConnectionId) -> None: ...

    async def close_room(self, room: RoomId) -> None: ...

    async def counters(self) -> Mapping[str, float]:
        return {}

    async def events(self) -> AsyncIterator[MediaEvent]:
        for _ in ():
            yield cast("MediaEvent", None)


@dataclass
class KeepingTeller:
    """Keeps what browsers would have been told."""

    told: list[tuple[str, ...]] = field(default_factory=list)
    parted: list[tuple[str, str]] = field(default_factory=list)

    async def tell(self, view: RoomView, events: tuple[str, ...]) -> None:
        self.told.append(events)

    async def part(self, session: SessionId, socket: str, reason: str) -> None:
        self.parted.append((socket, reason))

    def listens(self, session: SessionId) -> bool:
        del session
        return False


class RoomTasks:
    """Starts the registry's work and ends it with the test."""

    def __init__(self) -> None:
        self.running: list[asyncio.Task[None]] = []

    def start(self, work: Coroutine[Any, Any, None], *, name: str) -> object:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self.running.append(task)
        return task

    async def end(self) -> None:
        """End what still runs."""
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The world and what tests look at behind it."""

    world: World
    clock: FakeClock
    notifier: KeepingNotifier
    teller: KeepingTeller
    media: StillMedia
    beginning: object = None
    """Where it may begin, see `beginnings`; None: at the very beginning."""


STAFF = (
    ("su", "苏慧珍", {Role.MEDIATOR}),
    ("jiang", "江一帆", {Role.RECORDER}),
    ("he", "何建平", {Role.HEAD}),
    ("officer", "吴司法", {Role.OFFICER}),
    ("lin", "林调解", {Role.MEDIATOR}),
    ("admin", "管理员", {Role.ADMIN}),
    ("auditor", "审计员", {Role.AUDITOR}),
)


def actor(login: str, committee: CommitteeId = COMMITTEE) -> Actor:
    """Return a member of staff as the rules see him."""
    name, roles = next((name, roles) for known, name, roles in STAFF if known == login)
    return Actor(
        staff_id=StaffId(f"staff-{login}" if committee == COMMITTEE else f"other-{login}"),
        committee_id=committee,
        name=name,
        roles=frozenset(roles),
    )


@asynccontextmanager
async def stage(file: Path, *, settled: bool = False, **rules: Any) -> AsyncIterator[Stage]:
    """Open a world with two committees and their staff in a migrated, empty database.

    `settled`: the database has them already.
    """
    clock, ids = FakeClock(), SeededIds()
    store = await open_store(f"sqlite:///{file}", KEK, ids)
    tasks, teller, media = RoomTasks(), KeepingTeller(), StillMedia()
    notifier = KeepingNotifier()
    recordings = LocalRecordings(file.parent / "media", show_command())
    ports = still_rooms(clock, ids, store, (media, recordings), teller)
    nowhere = cast("Any", None)
    world = World(
        clock=clock,
        ids=ids,
        store=store,
        pool=InlinePool(),
        notifier=notifier,
        renderer=nowhere,
        chain=nowhere,
        signer=nowhere,
        stamper=nowhere,
        checker=nowhere,
        archive=LocalArchive(file.parent, InlinePool(), nowhere),
        recordings=recordings,
        grids=grids_below(file.parent / "media"),
        rooms=Registry(ports, tasks),
        pack=PACK,
        rules=replace(Rules(public_url="http://127.0.0.1:8080"), **rules),
    )
    if not settled:
        await settle_committees(store)
    try:
        yield Stage(world=world, clock=clock, notifier=notifier, teller=teller, media=media)
    finally:
        await tasks.end()
        await store.close()


def still_rooms(
    clock: Clock,
    ids: Ids,
    store: Store,
    media: tuple[StillMedia, RecordingHeads],
    teller: KeepingTeller,
) -> RoomPorts:
    """Return what live rooms ask for, with nobody behind the media and the browsers."""
    return RoomPorts(
        clock=clock,
        ids=ids,
        store=store,
        media=media[0],
        recordings=media[1],
        partings=NoPartings(),
        read_scene=scene_reader(store),
        teller=lambda: teller,
        epoch=1,
        pack=PACK,
    )


async def settle_committees(store: Store) -> None:
    """Add two committees with the same staff."""
    async with store.write() as uow:
        for committee, name, short in (
            (COMMITTEE, "鹭岛市湖滨区禾溪街道人民调解委员会", "禾溪"),
            (OTHER_COMMITTEE, "鹭岛市湖滨区松涛街道人民调解委员会", "松涛"),
        ):
            await uow.committees.add(
                Committee(
                    id=committee,
                    name=name,
                    short_name=short,
                    number_prefix=f"湖{short[0]}",
                    office=f"{short}街道司法所",
                    office_phone="0592-5550123",
                )
            )
            for login, person, roles in STAFF:
                await uow.staff.add(
                    Staff(
                        id=actor(login, committee).staff_id,
                        committee_id=committee,
                        login=login if committee == COMMITTEE else f"other-{login}",
                        name=person,
                        roles=frozenset(roles),
                        membership=Membership.ACTIVE,
                    )
                )
