"""A worker in this process, its client, and phones; everything over loopback and real sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import aioice.ice
import pytest

from server.domain.ids import RoomId
from server.media.client import WorkerClient
from server.media.settings import WorkerSettings
from server.media.ways import Way
from server.media.worker import run_worker
from server.ports.media import MediaEvent
from tests.media.phone import Phone
from tests.support import disk

ROOM = RoomId("room")


class Plant:
    """One worker with its client, and everything the client told."""

    def __init__(self, settings: WorkerSettings, client: WorkerClient) -> None:
        self.settings = settings
        self.client = client
        self.told: list[MediaEvent] = []

    @contextlib.contextmanager
    def mute(self) -> Iterator[None]:
        """Hold back what the client says, as if the app's process were stopped."""
        writer: Any = self.client._writer
        waiting: list[bytes] = []
        write = writer.write
        writer.write = waiting.append
        yield
        writer.write = write
        for line in waiting:
            write(line)

    async def hear(self, kind: type[Any], *, within: float = 8, **facts: object) -> Any:
        """Wait for an event of this kind with these facts, taking it away."""
        async with asyncio.timeout(within):
            while True:
                for event in self.told:
                    matches = isinstance(event, kind) and all(
                        getattr(event, name) == value for name, value in facts.items()
                    )
                    if matches:
                        self.told.remove(event)
                        return event
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def plant(settings: WorkerSettings, **client_settings: Any) -> AsyncIterator[Plant]:
    worker = asyncio.create_task(run_worker(settings))
    async with client_of(settings, **client_settings) as it:
        try:
            yield it
        finally:
            worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                async with asyncio.timeout(3):
                    await worker


@contextlib.asynccontextmanager
async def client_of(
    settings: WorkerSettings, *, epoch: int = 1, way: Way | None = None, **client_settings: Any
) -> AsyncIterator[Plant]:
    client = WorkerClient(way or settings.control, epoch=epoch, **client_settings)
    it = Plant(settings, client)

    async def listen() -> None:
        async for event in client.events():
            it.told.append(event)

    tasks = [asyncio.create_task(client.run()), asyncio.create_task(listen())]
    try:
        yield it
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture(autouse=True)
def _loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice leaves 127.0.0.1 out; here it is all there is."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])


@pytest.fixture
def settings(tmp_path: Path) -> WorkerSettings:
    return WorkerSettings(control=tmp_path / "m.sock")


NewPhone = Callable[..., Phone]


@pytest.fixture
async def phones() -> AsyncIterator[NewPhone]:
    made: list[Phone] = []

    def new(name: str, luma: int | None = None) -> Phone:
        made.append(Phone(name, luma))
        return made[-1]

    yield new
    await asyncio.gather(*(phone.close() for phone in made))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with disk.small_disk(tmp_path / "disk", "96k") as mounted:
        yield mounted
