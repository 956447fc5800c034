"""`heyi serve`: starts the app and the media workers as siblings, restarts what dies.

SIGTERM ends the app first, so that it can say goodbye, then the workers. Children end
with this process even when it was killed.
"""

import asyncio
import ctypes
import logging
import math
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from server.alone import BESIDE_ANOTHER

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE, STEADY_AFTER = 0.2, 10.0, 30.0
GOODBYE = 10.0
OWN_GOES_S = 60.0
"""For so long the other may be an own app that has ended: PostgreSQL gives it up after 25 s."""
_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """Ask the kernel to end this process when its parent ends (prctl(2), Linux).

    Elsewhere nothing happens. `parent` is who started it: had he ended before the
    question was put, this process ends now.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


@dataclass(slots=True)
class Child:
    """One process that is started again whenever it ends."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    process: asyncio.subprocess.Process | None = None
    stopping: bool = False
    refused: bool = False
    """Whether another is in its place, which is not one that ran here."""
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep(self) -> None:
        """Run it until `stop` or `refused`, with a growing pause after quick failures."""
        pause, own_goes = FIRST_PAUSE, -math.inf
        loop = asyncio.get_running_loop()
        while not self.stopping:
            begun = loop.time()
            code = await self._once()
            lasted = loop.time() - begun
            if code != BESIDE_ANOTHER:
                own_goes = loop.time() + OWN_GOES_S
            elif begun > own_goes:
                self.refused = True
                log.error("%s: its place is another's, so this server ends", self.name)
                return
            pause = FIRST_PAUSE if lasted > STEADY_AFTER else min(pause * 2, LONGEST_PAUSE)
            await self._rest(code, pause)

    async def _once(self) -> int | OSError:
        """Run it once; a machine with no room for it now is no reason to end the others."""
        try:
            self.process = await asyncio.create_subprocess_exec(*self.argv, env=dict(self.env))
        except OSError as error:
            return error
        if self.stopping:  # asked to while it was being started
            self.process.terminate()
        return await self.process.wait()

    async def _rest(self, code: int | OSError, pause: float) -> None:
        if not self.stopping:
            log.warning("%s ended (%s), starts again", self.name, code)
            await _pause(self.stopped, pause)

    async def stop(self) -> None:
        """Ask it to end, then end it."""
        self.stopping = True
        process = self.process
        self.stopped.set()
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(GOODBYE):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _pause(stopped: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopped.wait()
    except TimeoutError:
        return


def command(*words: str) -> list[str]:
    """Return the command line of another part of this program."""
    return [sys.executable, "-m", "server", *words, f"--parent={os.getpid()}"]


async def supervise(app: Child, workers: Sequence[Child]) -> bool:
    """Keep all running until SIGTERM or SIGINT, then stop the app, then all workers at once.

    They end likewise where the app is refused; return whether it was not.
    """
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    async with asyncio.TaskGroup() as tasks:
        for child in workers:
            tasks.create_task(child.keep())
        tasks.create_task(app.keep()).add_done_callback(lambda _: ending.set())
        await ending.wait()
        await app.stop()
        for child in workers:
            tasks.create_task(child.stop())
    return not app.refused
