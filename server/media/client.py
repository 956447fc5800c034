"""The app's side of the control socket: a MediaRouter over one worker, with reconnection."""

import asyncio
import contextlib
import itertools
import logging
from collections import deque
from collections.abc import AsyncIterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from server.domain.ids import ConnectionId, RoomId
from server.media import wire
from server.media.pause import pause
from server.media.tapes import Tapes
from server.media.ways import LocalWay, Way
from server.media.wire import Message, WireError
from server.ports.media import (
    Edge,
    MediaEvent,
    MediaLostError,
    MediaReport,
    Recorded,
    TableVersion,
    WorkerBack,
    WorkerLost,
)

_REPORTS_WAITING: Final = 1024
_RETRY_FIRST_S: Final = 0.05
_RETRY_MOST_S: Final = 1.0

_log = logging.getLogger(__name__)


class OlderEpochError(Exception):
    """The worker knows a newer app: this one has none of it until that one is surely gone."""


class WorkerClient:
    """Speaks to one worker while `run()` runs; see `server.ports.media.MediaRouter`."""

    def __init__(
        self,
        way: Way | Path,
        *,
        epoch: int,
        ping_s: float = 2.0,
        reply_s: float = 5.0,
        tapes: Tapes | None = None,
    ) -> None:
        """`epoch` grows with every start of an app; `reply_s` without an answer means lost.

        A path is that of a worker's socket on this machine; `tapes` write what a worker on
        another one records.
        """
        self._way = LocalWay(way) if isinstance(way, Path) else way
        self._epoch = epoch
        self._ping_s = ping_s
        self._reply_s = reply_s
        self._numbers = itertools.count(1)
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[int, asyncio.Future[Message]] = {}
        self._events: deque[MediaEvent] = deque()
        self._news = asyncio.Event()
        self._lost_told = True
        self.worker: str | None = None
        self.held: Mapping[RoomId, frozenset[ConnectionId]] = {}
        """What the worker held when it welcomed us last."""
        self.draining = False
        self.tapes = tapes
        self._keyless = self._refused = False

    # ------------------------------------------------------------------ MediaRouter

    async def connect(self, room: RoomId, connection: ConnectionId) -> str:
        reply = await self._ask("connect", room=room, connection=connection)
        return str(reply["offer"])

    async def answer(self, connection: ConnectionId, sdp: str) -> None:
        await self._ask("answer", connection=connection, sdp=sdp)

    async def route(
        self,
        room: RoomId,
        version: TableVersion,
        edges: frozenset[Edge],
        recorded: Recorded | None = None,
    ) -> None:
        with self.tapes.ordering(room, recorded) if self.tapes else contextlib.nullcontext():
            await self._ask(
                "route",
                room=room,
                version=[version.epoch, version.n],
                edges=wire.edges_out(edges),
                recorded=wire.recorded_out(recorded, far=self._keyless),
            )

    async def disconnect(self, connection: ConnectionId) -> None:
        await self._ask("disconnect", connection=connection)

    async def close_room(self, room: RoomId) -> None:
        self.give_up(room)
        await self._ask("close_room", room=room)

    def give_up(self, room: RoomId) -> None:
        """Have nothing written any more of a room that goes elsewhere, and keep no key of it."""
        if self.tapes is not None:
            self.tapes.order(room, None)

    async def counters(self) -> Mapping[str, float]:
        reply = await self._ask("stats")
        return {str(name): float(value) for name, value in reply["stats"].items()}

    async def events(self) -> AsyncIterator[MediaEvent]:
        while True:
            while self._events:
                yield self._events.popleft()
            self._news.clear()
            await self._news.wait()

    # ------------------------------------------------------------------ one socket after another

    async def run(self) -> None:
        """Stay connected to the worker until cancelled; who knows a newer app is asked again."""
        wait = _RETRY_FIRST_S
        while True:
            try:
                reader, writer = await self._way.open()
            except OSError:
                self._lose()
            else:
                if await self._stay(reader, writer):
                    wait = _RETRY_FIRST_S
            await pause(wait)
            wait = min(wait * 2, _RETRY_MOST_S)

    async def _stay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve one socket to its end; return whether the worker had welcomed us."""
        welcomed = False
        try:
            await self._welcome(reader, writer)
            welcomed = True
            await self._converse(reader)
        except* OlderEpochError:
            self._tell_refused()
        except* (WireError, OSError) as faults:
            _log.warning("worker at %s: %r", self._way.name, faults.exceptions)
        finally:
            self._writer = None
            for ended in self.tapes.lost() if self.tapes is not None else ():
                self._post(ended)
            self._lose()
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        return welcomed

    def _tell_refused(self) -> None:
        """Say it once, not with each attempt."""
        if not self._refused:
            _log.warning("worker at %s knows a newer app: no media of it", self._way.name)
        self._refused = True

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told = {"epoch": self._epoch, "tapes": self.tapes is not None}
        hello = {"id": 0, "op": "hello", "protocol": wire.PROTOCOL, **told}
        writer.write(wire.write_line(hello))
        async with asyncio.timeout(self._reply_s):
            reply = await wire.read_line(reader)
        if reply is None:
            raise WireError("no welcome")
        if reply.get("error") == "older_epoch":
            raise OlderEpochError
        self._writer, self._refused = writer, False
        self.worker = str(reply["worker"])
        self._keyless = reply.get("tapes") is True
        self._back(reply)

    def _back(self, welcome: Message) -> None:
        self._lost_told = False
        self.draining = bool(welcome.get("draining"))
        self.held = {
            RoomId(room): frozenset(map(ConnectionId, names))
            for room, names in welcome["rooms"].items()
        }
        self._post(WorkerBack(connections=frozenset().union(*self.held.values())))

    async def _converse(self, reader: asyncio.StreamReader) -> None:
        async with asyncio.TaskGroup() as tasks:
            pinging = tasks.create_task(self._ping())
            while (message := await wire.read_line(reader)) is not None:
                self._take(message)
            pinging.cancel()

    async def _ping(self) -> None:
        """Say that we are there; a worker that does not answer ends the conversation."""
        suspended = False
        with contextlib.suppress(MediaLostError):
            while True:
                reply = await self._ask("ping")
                if reply["suspended"] and not suspended:
                    # We were silent for so long that rooms were cut: they must be routed again.
                    self._lose()
                    self._back(reply)
                suspended, self.draining = bool(reply["suspended"]), bool(reply.get("draining"))
                await pause(self._ping_s)

    def _take(self, message: Message) -> None:
        if self.tapes is not None and self.tapes.concerns(message):
            self.tapes.take(message, partial(self._send, self._writer))
            return
        if "event" in message:
            self._post(wire.event_in(message))
            return
        waiting = self._waiting.get(message.get("id", 0))
        if waiting is not None and not waiting.done():
            waiting.set_result(message)

    def _send(self, writer: asyncio.StreamWriter | None, message: Message) -> None:
        """Send a request whose answer says nothing, while this conversation goes on."""
        if writer is not None and not writer.is_closing():
            writer.write(wire.write_line({"id": next(self._numbers), **message}))

    async def _ask(self, op: str, **fields: object) -> Message:
        """Return the worker's reply; raise its refusal, or MediaLostError."""
        writer = self._writer
        if writer is None or writer.is_closing():
            raise MediaLostError
        number = next(self._numbers)
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        writer.write(wire.write_line({"id": number, "op": op, **fields}))
        try:
            async with asyncio.timeout(self._reply_s):
                reply: Message = await waiting
        except TimeoutError as late:
            writer.transport.abort()
            raise MediaLostError from late
        finally:
            del self._waiting[number]
        if "error" in reply:
            raise wire.refusal_in(reply)
        return reply

    # ------------------------------------------------------------------ events

    def _lose(self) -> None:
        """Tell once, and let nobody wait for an answer that cannot come."""
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(MediaLostError())
        if not self._lost_told:
            self._lost_told = True
            self._post(WorkerLost())

    def _post(self, event: MediaEvent) -> None:
        if isinstance(event, MediaReport) and len(self._events) > _REPORTS_WAITING:
            return
        self._events.append(event)
        self._news.set()
