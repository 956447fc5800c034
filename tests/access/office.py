"""A whole office in process: the real site and live edge over a copy of a prepared folder.

Only time, chance, the gateway and the media plane are ours. `open_office` takes a folder
that `prepared` has filled, so that every question can be asked of an untouched office.
"""

import asyncio
import hashlib
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import ClientSession, DummyCookieJar
from aiohttp.test_utils import TestServer
from argon2 import PasswordHasher
from yarl import URL

from server import app as composition
from server.archive.recordings import LocalRecordings
from server.config import Settings
from server.domain.jurisdiction.packs import pack_of
from server.media_wiring import media_workers
from server.notify.demo import DemoNotifier
from server.recorder import show_command
from server.rooms.ports import RoomPorts
from server.rooms.registry import Registry
from server.rooms.view import Teller
from server.signalling.namespace import Live
from server.store.store import open_store
from server.usecases import passwords
from server.usecases.read_scene import scene_reader
from server.usecases.world import Rules, World
from tests.access.socket import Socket
from tests.support.clock import FakeClock
from tests.support.films import grids_below
from tests.support.ids import SeededIds
from tests.support.papers import equipped
from tests.support.partings import NoPartings
from tests.support.world import (
    KEK,
    InlinePool,
    KeepingNotifier,
    KeepingTeller,
    Stage,
    StillMedia,
)

ORIGIN = "http://127.0.0.1:8080"
STAFF_COOKIE, SEAT_COOKIE = "__Host-heyi-staff", "__Host-heyi-seat"


class Tasks:
    """Starts background work and ends it with the test."""

    def __init__(self) -> None:
        self.running: list[asyncio.Task[None]] = []

    def start(self, work: Any, *, name: str) -> object:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self.running.append(task)
        return task

    async def end(self) -> None:
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One HTTP answer."""

    status: int
    body: bytes
    fields: dict[str, Any]

    @property
    def code(self) -> str:
        """The refusal's code, empty for an answer."""
        return str(self.fields.get("code", ""))


@dataclass(kw_only=True)
class Office:
    """One running office. `facts` are the ids and cookies its preparation left."""

    stage: Stage
    live: Live
    tasks: Tasks
    http: ClientSession
    base: URL
    folder: Path
    facts: dict[str, Any]
    sockets: list[Socket] = field(default_factory=list)

    @property
    def world(self) -> World:
        return self.stage.world

    @property
    def codes(self) -> dict[str, str]:
        """The last code by person."""
        return cast("DemoNotifier", self.world.notifier).codes

    async def ask(
        self, method: str, path: str, *, cookies: dict[str, str] | None = None, **more: Any
    ) -> Reply:
        """Send a request as a page of our own would."""
        headers = {"Origin": ORIGIN, **more.pop("headers", {})}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        url = self.base.join(URL(path, encoded=more.pop("encoded", False)))
        async with self.http.request(method, url, headers=headers, **more) as answer:
            body = await answer.read()
            plain = answer.content_type == "application/json"
            told = await answer.json() if plain else {}
            fields = told if isinstance(told, dict) else {}
            return Reply(status=answer.status, body=body, fields=fields)

    async def connect(
        self, cookies: dict[str, str] | None = None, origin: str | None = ORIGIN, **more: Any
    ) -> Socket | None:
        """Return a live connection, None where it is refused."""
        socket = await Socket.open(self.http, self.base, cookies or {}, origin=origin, **more)
        if socket is not None:
            self.sockets.append(socket)
        return socket

    def dump(self) -> str:
        """Return a digest of everything the database holds."""
        return digest_of(self.folder / "heyi.db")


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a database's content, whatever its pages look like."""
    digest = hashlib.sha256()
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        for line in connection.iterdump():
            digest.update(line.encode())
    connection.close()
    return digest.hexdigest()


def settings(folder: Path, **more: Any) -> Settings:
    """Return the settings of an office's site."""
    return _given(**more).model_copy(update={"data": folder})


@cache  # reading all settings takes longer than what most questions ask for
def _given(**more: Any) -> Settings:
    return Settings(**{"demo": True, "port": 8080, "host": "127.0.0.1", **more})


@contextmanager
def cheap_passwords() -> Iterator[None]:
    """Reckon passwords with little: who may ask is the question, of hundreds of offices."""
    with pytest.MonkeyPatch.context() as patched:
        little = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patched.setattr(passwords, "_HASHER", little)
        yield


@asynccontextmanager
async def make_stage(folder: Path, **given: Any) -> AsyncIterator[tuple[Stage, Tasks]]:
    """Open a world over the database and papers of a folder, where passwords cost little."""
    with cheap_passwords():
        async with _made_stage(folder, **given) as made:
            yield made


@asynccontextmanager
async def _made_stage(
    folder: Path, *, now: datetime, seed: int, told: Callable[[], Teller] | None = None
) -> AsyncIterator[tuple[Stage, Tasks]]:
    clock, ids = FakeClock(now), SeededIds(seed)
    store = await open_store(f"sqlite:///{folder / 'heyi.db'}", KEK, ids)
    tasks, media, keeping = Tasks(), StillMedia(), KeepingNotifier()
    teller = KeepingTeller()
    pack = pack_of("zh_cn")
    ports = RoomPorts(
        clock=clock,
        ids=ids,
        store=store,
        media=media,
        recordings=LocalRecordings(folder / "data" / "media", show_command()),
        partings=NoPartings(),
        read_scene=scene_reader(store),
        teller=told or (lambda: teller),
        epoch=1,
        pack=pack,
    )
    nowhere = cast("Any", None)
    world = World(
        clock=clock,
        ids=ids,
        store=store,
        pool=InlinePool(),
        notifier=DemoNotifier(keeping),
        renderer=nowhere,
        chain=nowhere,
        signer=nowhere,
        stamper=nowhere,
        checker=nowhere,
        archive=nowhere,
        recordings=LocalRecordings(folder / "data" / "media", show_command()),
        grids=grids_below(folder / "data" / "media"),
        rooms=Registry(ports, tasks),
        pack=pack,
        rules=Rules(public_url=ORIGIN, demo=True),
    )
    bare = Stage(world=world, clock=clock, notifier=keeping, teller=teller, media=media)
    try:
        yield equipped(bare, folder), tasks
    finally:
        await tasks.end()
        await store.close()


@asynccontextmanager
async def open_office(
    prepared: Path, folder: Path, facts: dict[str, Any], **more: Any
) -> AsyncIterator[Office]:
    """Serve a fresh copy of what was prepared."""
    shutil.copytree(prepared, folder)
    lives: list[Live] = []
    async with AsyncExitStack() as stack:
        now = facts["now"]
        scene, tasks = await stack.enter_async_context(
            make_stage(folder, now=now, seed=len(facts) + 77, told=lambda: lives[0])
        )
        given = settings(folder, web_dist=facts["dist"], **more)
        site = composition._site(given, scene.world, media_workers(given, epoch=1))
        lives.append(composition._attach_live(given, site, scene.world))
        server = await stack.enter_async_context(TestServer(site))
        http = await stack.enter_async_context(ClientSession(cookie_jar=DummyCookieJar()))
        office = Office(
            stage=scene,
            live=lives[0],
            tasks=tasks,
            http=http,
            base=server.make_url("/"),
            folder=folder,
            facts=facts,
        )
        try:
            yield office
        finally:
            await close_all(office.sockets)


async def close_all(sockets: Iterable[Socket]) -> None:
    for socket in sockets:
        await socket.close()
