"""The worker process: one event loop, one UDP port, one control socket."""

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from typing import Final

from server.media.control import Control
from server.media.engines import choose_engine
from server.media.pause import pause
from server.media.plane import Plane
from server.media.rounds import Rounds
from server.media.settings import WorkerSettings
from server.ports.media import MediaEvent

_WATCH_PART: Final = 20
_IDENTITY_BYTES: Final = 8

_log = logging.getLogger(__name__)


async def run_worker(settings: WorkerSettings) -> None:
    """Serve until cancelled, or until no app has been there for `settings.orphan_s`."""
    # aiortc logs what a hostile phone can provoke at will, with addresses and tracebacks.
    logging.getLogger("aiortc").setLevel(logging.CRITICAL)
    try:
        async with asyncio.TaskGroup() as tasks:
            worker = Worker(settings, spawn=tasks.create_task)
            try:
                await worker.open()
                await worker.watch()
            finally:
                await worker.close()
    except ExceptionGroup as faults:
        # Only the body can fail here; whoever started us wants the fault itself.
        raise faults.exceptions[0] from faults


class Worker:
    """The parts of one worker, wired."""

    def __init__(self, settings: WorkerSettings, *, spawn: Callable[..., object]) -> None:
        """Nothing is bound before `open()`."""
        self.settings = settings
        self.engine = choose_engine(settings)
        self.plane = Plane(settings, self.engine, tell=self._tell, spawn=spawn)
        self.rounds = Rounds(self.plane)
        self.control = Control(
            self.plane, identity=settings.chance(_IDENTITY_BYTES).hex(), stats=self.stats
        )

    async def open(self) -> None:
        """Bind, listen, and say what a phone will be told."""
        port = await self.plane.open()
        await self.control.open(self.settings.control)
        self.rounds.start()
        told = self.settings.announced_port or port
        _log.info(
            "media worker %d: %s, phones are told %s",
            os.getpid(),
            type(self.engine).__name__,
            ", ".join(f"{address}:{told} (UDP and TCP)" for address in self.settings.announced),
        )

    async def watch(self) -> None:
        """Look after the control socket's silence; return when there is nobody to serve."""
        every = min(self.settings.silence_s, self.settings.orphan_s) / _WATCH_PART
        while self.control.silent_s < self.settings.orphan_s:
            await pause(every)
            self.control.watch()
        _log.warning("no app for %.0f s: ending", self.settings.orphan_s)

    async def close(self) -> None:
        """Close connections, timers and sockets."""
        self.rounds.close()
        self.plane.close()
        await self.control.close()
        # Goodbyes are sent by tasks the group still awaits; the port goes after them.
        await pause(0)
        self.engine.close()
        self.settings.control.unlink(missing_ok=True)

    def stats(self) -> Mapping[str, float]:
        """Return counters and gauges by name, for Prometheus."""
        return {
            **{f"media_{name}_total": float(count) for name, count in self.engine.counters.items()},
            "media_rooms": float(len(self.plane.rooms)),
            "media_connections": float(len(self.plane.connections)),
            "media_loop_lag_seconds": self.rounds.lag_s,
        }

    def _tell(self, event: MediaEvent) -> None:
        self.control.tell(event)
