"""The worker process: one event loop, one port for media, one control."""

import asyncio
import logging
import math
import os
from collections.abc import Callable, Mapping
from typing import Final

from server.media.control import Control
from server.media.door import Door
from server.media.engines import choose_engine
from server.media.figures import figures
from server.media.pause import pause
from server.media.plane import Plane
from server.media.rounds import Rounds
from server.media.settings import WorkerSettings
from server.media.sweep import Collect, Sweep
from server.ports.media import MediaEvent, MediaLoss

_WATCH_PART: Final = 20
_IDENTITY_BYTES: Final = 8

_log = logging.getLogger(__name__)


async def run_worker(
    settings: WorkerSettings,
    *,
    begun: Callable[["Worker"], None] = lambda _: None,
    collect: Collect = lambda: None,
) -> None:
    """Serve until cancelled, drained, or without an app for `settings.orphan_s`.

    A worker with a door for other hosts waits for its app instead. `begun` hears once it serves.
    Who has the process for himself gives `seldom()` as `collect`.
    """
    # aiortc logs what a hostile phone can provoke at will, with addresses and tracebacks.
    logging.getLogger("aiortc").setLevel(logging.CRITICAL)
    try:
        async with asyncio.TaskGroup() as tasks:
            worker = Worker(settings, spawn=tasks.create_task, collect=collect)
            try:
                await worker.open()
                begun(worker)
                await worker.watch()
            finally:
                await worker.close()
    except ExceptionGroup as faults:
        # Only the body can fail here; whoever started us wants the fault itself.
        raise faults.exceptions[0] from faults


class Worker:
    """The parts of one worker, wired."""

    def __init__(
        self, settings: WorkerSettings, *, spawn: Callable[..., object], collect: Collect
    ) -> None:
        """Nothing is bound before `open()`."""
        self.settings = settings
        self.engine = choose_engine(settings)
        self.plane = Plane(settings, self.engine, tell=self._tell, spawn=spawn)
        self.rounds = Rounds(self.plane)
        self._sweep = Sweep(collect)
        self.control = Control(
            self.plane,
            identity=settings.chance(_IDENTITY_BYTES).hex(),
            stats=self.stats,
            drain=self.drain,
        )
        self.door = Door(settings.door, self.control.serve) if settings.door else None
        if self.door is not None and not settings.recorder:
            # The disk here is none that the app could read from: it writes itself.
            self.plane.recorder.link = self.control.tapes
        self._loop = asyncio.get_running_loop()
        self._end_by = math.inf

    async def open(self) -> None:
        """Bind, listen, and say what a phone will be told."""
        port = await self.plane.open()
        await self.control.open(self.settings.control)
        if self.door is not None:
            await self.door.open()
        self.rounds.start()
        told = self.settings.announced_port or port
        _log.info(
            "media worker %d: %s, phones are told %s",
            os.getpid(),
            type(self.engine).__name__,
            ", ".join(f"{address}:{told} (UDP and TCP)" for address in self.settings.announced),
        )

    async def watch(self) -> None:
        """Look after silence and what is left behind; return when there is nobody to serve."""
        every = min(self.settings.silence_s, self.settings.orphan_s) / _WATCH_PART
        while not self._drained() and not self._orphaned():
            await pause(every)
            self.control.watch()
            self._sweep.look(self.plane.gone, anybody=bool(self.plane.connections))

    def drain(self, limit_s: float) -> None:
        """Take no new room; end with the last one, or after `limit_s` seconds."""
        self.plane.draining = True
        self._end_by = min(self._end_by, self._loop.time() + max(0.0, limit_s))
        _log.warning("draining: %d rooms, %.0f s at most", len(self.plane.rooms), limit_s)

    def _drained(self) -> bool:
        over = not self.plane.rooms or self._loop.time() >= self._end_by
        return self.plane.draining and over

    def _orphaned(self) -> bool:
        """Return whether to end because nobody needs us; whoever has a door waits empty."""
        if self.control.silent_s < self.settings.orphan_s:
            return False
        if self.door is None:
            _log.warning("no app for %.0f s: ending", self.settings.orphan_s)
            return True
        for connection in list(self.plane.connections.values()):
            self.plane.drop(connection, MediaLoss.EXPIRED)
        for room in list(self.plane.rooms):
            self.plane.close_room(room)
        self.control.forget()
        return False

    async def close(self) -> None:
        """Close connections, timers and sockets."""
        self.rounds.close()
        self.plane.close()
        await self.plane.recorder.finished()
        if self.door is not None:
            await self.door.close()
        await self.control.close()
        # Goodbyes are sent by tasks the group still awaits; the port goes after them.
        await pause(0)
        self.engine.close()
        self.settings.control.unlink(missing_ok=True)

    def stats(self) -> Mapping[str, float]:
        """Return counters and gauges by name, for Prometheus."""
        told = figures(self.plane, self.rounds.lag_s)
        refused = {} if self.door is None else {"media_drop_control_total": self.door.refused}
        return {**told, **refused}

    def _tell(self, event: MediaEvent) -> None:
        self.control.tell(event)
