"""A real `heyi serve` for a test: own ports, own folder, its processes known by id."""

import asyncio
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from server.rehearsal.own_server import ready

PAUSE = 0.1
GONE_WITHIN = 20.0


async def listening(port: int, within: float, expect: Callable[[], None] = lambda: None) -> None:
    """Wait until somebody takes connections on loopback; `expect` says meanwhile if none will."""
    async with asyncio.timeout(within):
        while True:
            expect()
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(PAUSE / 2)
                continue
            writer.close()
            await writer.wait_closed()
            return


def free_port(kind: socket.SocketKind) -> int:
    """Return a port that was free a moment ago."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """One running server. `env` is what it was started with, for starting it again."""

    url: str
    data: Path
    env: dict[str, str]
    process: asyncio.subprocess.Process
    said: list[str] = field(default_factory=list)

    @property
    def pid(self) -> int:
        """The supervisor's process id."""
        return self.process.pid

    def part(self, word: str) -> int:
        """Return the process id of a part of it, such as `app` or `media`."""
        found = [pid for pid in children(self.pid) if word in command_of(pid)]
        if not found:
            raise LookupError(word)
        return found[0]

    async def kill(self, word: str) -> int:
        """End a part without warning and wait until a new one runs; return its id."""
        old = self.part(word)
        os.kill(old, signal.SIGKILL)
        async with asyncio.timeout(GONE_WITHIN):
            while True:
                await asyncio.sleep(PAUSE)
                found = [p for p in children(self.pid) if word in command_of(p) and p != old]
                if found:
                    return found[0]


def children(pid: int) -> list[int]:
    """Return the process ids of everything below a process, nearest first."""
    task = Path(f"/proc/{pid}/task")
    below: list[int] = []
    try:
        for thread in task.iterdir():
            own = (thread / "children").read_text().split()
            below += [int(one) for one in own]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return below + [far for near in below for far in children(near)]


def command_of(pid: int) -> str:
    """Return the command line, empty when the process has gone."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return " ".join(word.decode() for word in words)


def alive(pid: int) -> bool:
    """Return whether a process is there and not a zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def gone(pids: list[int]) -> None:
    """Wait until none of these processes is left."""
    async with asyncio.timeout(GONE_WITHIN):
        while any(alive(pid) for pid in pids):
            await asyncio.sleep(PAUSE)


def settings(data: Path, **more: str) -> dict[str, str]:
    """Return an environment for a server on free ports over `data`."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("HEYI_")}
    return env | {
        "HEYI_PORT": str(free_port(socket.SOCK_STREAM)),
        "HEYI_MEDIA_PORT": str(free_port(socket.SOCK_DGRAM)),
        "HEYI_DATA": str(data),
        "PYTHONUNBUFFERED": "1",
        **more,
    }


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


async def heyi(data: Path, *words: str, **more: str) -> Said:
    """Run the command as an operator does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", *words),
        env=settings(data, **more),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return Said(process.returncode or 0, out.decode(), err.decode())


async def start(
    env: dict[str, str],
    *words: str,
    url: str = "",
    trust: ssl.SSLContext | None = None,
    program: str = "server",
) -> Server:
    """Start it and wait until it answers, on loopback or where `url` says.

    `program` is the module that is run: `heyi` itself, or one that wraps it.
    """
    log = Path(env["HEYI_DATA"]).parent / "server.log"
    with log.open("ab") as out:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", program, "serve", *words), env=env, stdout=out, stderr=out
        )
    server = Server(
        url=url or f"http://127.0.0.1:{env['HEYI_PORT']}",
        data=Path(env["HEYI_DATA"]),
        env=env,
        process=process,
    )
    try:
        await ready(server.url, trust)
    except BaseException:
        await stop(server)
        raise
    return server


async def stop(server: Server) -> None:
    """Ask it to end, and see that nothing of it stays."""
    family = [server.pid, *children(server.pid)]
    if server.process.returncode is None:
        server.process.terminate()
    await server.process.wait()
    await gone(family)


@asynccontextmanager
async def serving(
    folder: Path, *words: str, program: str = "server", **more: str
) -> AsyncIterator[Server]:
    """Serve for the length of a test; its output is in `server.log` beside the data."""
    server = await start(settings(folder / "data", **more), *words, program=program)
    try:
        yield server
    finally:
        await stop(server)


@dataclass(frozen=True)
class Standing:
    """A server that stands for a whole module of tests."""

    url: str
    data: Path


@contextmanager
def standing(folder: Path, *words: str, **more: str) -> Iterator[Standing]:
    """Serve outside of any event loop, for tests that each have their own."""
    env = settings(folder / "data", **more)
    log = folder / "server.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "serve", *words], env=env, stdout=out, stderr=out
        )
    try:
        url = f"http://127.0.0.1:{env['HEYI_PORT']}"
        asyncio.run(ready(url))
        yield Standing(url, folder / "data")
    finally:
        family = [process.pid, *children(process.pid)]
        process.terminate()
        process.wait()
        asyncio.run(gone(family))
