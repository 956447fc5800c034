"""The served process of one office: started, killed, started again on the same data."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import aiohttp

from server.config import Settings
from tests.support.server import alive
from tests.torture.loop_watch import REPORT, TOLD
from tests.torture.steps import ARM, COUNTED
from tests.torture.strace import taped

PAUSE = 0.01
PATIENCE = 60.0


class Nursery:
    """The program that forks servers off."""

    def __init__(self) -> None:
        # Killed servers cannot give back what multiprocessing's tracker counts.
        words = [sys.executable, "-W", "ignore:resource_tracker", "-m", "tests.torture.nursery"]
        self._process = Popen(words, stdin=PIPE, stdout=PIPE, text=True)
        self.pools = self._heard()

    def ask(self, **order: object) -> int:
        """Return the process id of a new server."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End it."""
        self._process.communicate()


@contextmanager
def nursery() -> Iterator[Nursery]:
    """Keep one for a module of tests."""
    made = Nursery()
    try:
        yield made
    finally:
        made.close()


def environment(settings: Settings) -> dict[str, str]:
    """Return these settings as a server reads them."""
    told = {name: str(getattr(settings, name)) for name in settings.model_fields_set}
    return {f"HEYI_{name.upper()}": value for name, value in told.items()}


@dataclass
class Served:
    """One running server."""

    pid: int
    url: str
    log: Path

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it, without warning if nothing else is said, unless it has ended."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, how)

    def arm(self) -> None:
        """Let it count its steps from now on."""
        os.kill(self.pid, ARM)

    async def counted(self) -> int:
        """Return how many steps it has counted, once it is told to stop counting."""
        return int(await self._said(COUNTED, 1))

    async def watched(self) -> dict[str, Any]:
        """Return what was seen of its loop since it was asked before."""
        before = len(self._saying(TOLD))
        os.kill(self.pid, REPORT)
        told: dict[str, Any] = json.loads(await self._said(TOLD, before + 1))
        return told

    async def _said(self, word: str, times: int) -> str:
        async with asyncio.timeout(PATIENCE):
            while True:
                found = self._saying(word)
                if len(found) >= times:
                    return found[times - 1]
                await asyncio.sleep(PAUSE)

    def _saying(self, word: str) -> list[str]:
        # The last line may be half written.
        return re.findall(f"^{word}(.+)\n", self.log.read_text(), re.MULTILINE)

    async def gone(self) -> None:
        """Wait until nothing is left of it."""
        async with asyncio.timeout(PATIENCE):
            # A thread may still hold the locks of its data when the first one is a zombie.
            while Path(f"/proc/{self.pid}").exists():
                await asyncio.sleep(PAUSE)

    async def ready(self) -> None:
        """Wait until it answers; return at once when it has died."""
        async with aiohttp.ClientSession() as http, asyncio.timeout(PATIENCE):
            while alive(self.pid):
                try:
                    async with http.get(f"{self.url}/healthz"):
                        return
                except aiohttp.ClientError:
                    await asyncio.sleep(PAUSE)


async def stopped(pid: int) -> None:
    """Wait until a process waits for SIGCONT, which would be lost on it before."""
    async with asyncio.timeout(PATIENCE):
        while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            await asyncio.sleep(PAUSE)


@asynccontextmanager
async def serving(
    born: Nursery,
    settings: Settings,
    *,
    fault: str = "",
    at: int = 0,
    broken: str = "",
    tape: Path | None = None,
    watch: bool = False,
) -> AsyncIterator[Served]:
    """Serve an office; nothing of it is left afterwards. `tape` keeps what it asks of the disk."""
    log = settings.data.parent / "server.log"
    order = {
        "env": environment(settings),
        "log": str(log),
        "fault": fault,
        "at": at,
        "broken": broken,
        "watch": watch,
    }
    served = Served(born.ask(**order, stopped=tape is not None), settings.url, log)
    try:
        if tape:
            await stopped(served.pid)
        with taped((served.pid, born.pools), tape) if tape else nullcontext():
            if tape:
                os.kill(served.pid, signal.SIGCONT)
            await served.ready()
            yield served
            served.kill(signal.SIGTERM if tape else signal.SIGKILL)  # what is begun is taped, too
            await served.gone()
    finally:
        served.kill()
        await served.gone()
