"""The worker's side of the control socket: one app, the newest epoch wins, silence closes.

Whoever opens the socket first says `hello`. An older epoch is refused; a newer or equal one takes
over what the worker holds. When nothing is heard for a while, nothing is forwarded any more.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from server.domain.errors import DomainError
from server.domain.ids import ConnectionId, RoomId
from server.media import wire
from server.media.plane import Plane
from server.media.tape_link import WINDOW, TapeLink
from server.media.wire import Message, WireError
from server.ports.media import MediaEvent, MediaReport

HELLO_S: Final = 3.0
"""Whoever has not said what he wants by then is let go."""
_BACKLOG_BYTES: Final = 4 * 1024 * 1024
_REPORT_BACKLOG_BYTES: Final = 256 * 1024 + 2 * WINDOW
"""More than recordings under way in base64, so that reports go on beside them."""

_log = logging.getLogger(__name__)


class Control:
    """Listens for apps and carries out what the current one asks."""

    def __init__(
        self,
        plane: Plane,
        *,
        identity: str,
        stats: Callable[[], Mapping[str, float]],
        drain: Callable[[float], None],
    ) -> None:
        """`identity` names this run of the worker; `drain` lets it end within so many seconds."""
        self._plane = plane
        self._identity = identity
        self._drain = drain
        self._stats = stats
        self._loop = asyncio.get_running_loop()
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._epoch = 0
        self._adopt_by = float("inf")
        self._heard_at = self._loop.time()
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.tapes = TapeLink(self._say, self._loop.time)

    async def open(self, path: Path) -> None:
        """Listen at `path`, readable by our own account alone."""
        if len(str(path).encode()) > wire.MAX_SOCKET_PATH:
            raise ValueError(f"socket path longer than {wire.MAX_SOCKET_PATH} bytes: {path}")
        _clear(path)
        self._server = await asyncio.start_unix_server(self.serve, path, limit=wire.MAX_LINE)
        _keep_private(path)

    async def close(self) -> None:
        """Stop listening and let go of the app."""
        if self._server is not None:
            self._server.close()
        for writer in self._open.values():
            writer.transport.abort()
        await asyncio.gather(*self._open, return_exceptions=True)

    @property
    def silent_s(self) -> float:
        """Return for how long no app has said anything."""
        return self._loop.time() - self._heard_at

    def forget(self) -> None:
        """Take any app from now on: nothing is left of the last one, which may come back older."""
        if self._epoch:
            _log.warning("no app for %.0f s: whichever comes is taken", self.silent_s)
        self._epoch = self._plane.epoch = 0

    def watch(self) -> None:
        """Cut every room when the app is silent, and rooms that a new app does not route.

        Of those the ones without a connection are closed: nobody will ever ask for them.
        """
        silent = self.silent_s > self._plane.settings.silence_s
        late = self._loop.time() > self._adopt_by
        for room in list(self._plane.rooms.values()):
            if late and room.epoch < self._epoch and not room.connections:
                _log.warning("%s: closed, not adopted", room.identity)
                self._plane.close_room(room.identity)
                continue
            orphan = room.version is not None and room.version.epoch < self._epoch and late
            if (silent or orphan) and not room.suspended:
                _log.warning("%s: cut, %s", room.identity, "silence" if silent else "not adopted")
                self._plane.suspend(room)

    def _say(self, message: Message) -> bool:
        """Send the app a message; return whether there is an app."""
        if self._writer is None or self._writer.is_closing():
            return False
        self._writer.write(wire.write_line(message))
        return True

    def tell(self, event: MediaEvent) -> None:
        """Send an event to the app; reports are dropped when it does not keep up."""
        writer = self._writer
        if writer is None or writer.is_closing():
            return
        waiting = writer.transport.get_write_buffer_size()
        if isinstance(event, MediaReport) and waiting > _REPORT_BACKLOG_BYTES:
            return
        if waiting > _BACKLOG_BYTES:
            _log.warning("the app does not read: letting go of it")
            writer.transport.abort()
            self._let_go()
            return
        writer.write(wire.write_line(wire.event_out(event)))

    # ------------------------------------------------------------------ one app

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak with whoever came in through one of our doors, to the end."""
        task = asyncio.current_task()
        if task is not None:
            self._open[task] = writer
            task.add_done_callback(self._open.pop)
        try:
            await self._converse(reader, writer)
        except (WireError, OSError) as fault:
            # A late hello and whatever TLS says are OSErrors too.
            _log.warning("control: %r", fault)
        finally:
            if self._writer is writer:
                self._let_go()
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(HELLO_S):
            first = await wire.read_line(reader)
        if first is None or not self._admit(first, writer):
            return
        while (message := await wire.read_line(reader)) is not None:
            if self._writer is not writer:
                return
            self._heard_at = self._loop.time()
            writer.write(wire.write_line({"id": message.get("id"), **self._do(message)}))
            await writer.drain()

    def _admit(self, first: Message, writer: asyncio.StreamWriter) -> bool:
        """Carry out an administrator's only line, or welcome an app."""
        match first:
            case {"op": "drain", "limit_s": int() | float() as limit}:
                self._drain(limit)
                writer.write(wire.write_line({"ok": True, "rooms": len(self._plane.rooms)}))
                return False
            case _:
                return self._welcome(first, writer)

    def _welcome(self, hello: Message, writer: asyncio.StreamWriter) -> bool:
        epoch = hello.get("epoch")
        if hello.get("op") != "hello" or hello.get("protocol") != wire.PROTOCOL:
            raise WireError("no hello")
        if not isinstance(epoch, int) or epoch < self._epoch:
            writer.write(wire.write_line({"id": hello.get("id"), "error": "older_epoch"}))
            return False
        if self._writer is not None:
            self._writer.close()
            self._let_go()
        if epoch > self._epoch:
            self._adopt_by = self._loop.time() + self._plane.settings.silence_s
        self._epoch, self._writer, self._heard_at = epoch, writer, self._loop.time()
        self._plane.epoch = epoch
        self.tapes.offered = hello.get("tapes") is True
        told = {"tapes": self._plane.recorder.link is not None, **self._held()}
        writer.write(wire.write_line({"id": hello.get("id"), "ok": True, **told}))
        self._plane.tell_all()
        return True

    def _let_go(self) -> None:
        """Forget the app; what it was writing for us ends."""
        self._writer = None
        self.tapes.lost()

    def _held(self) -> Message:
        return {
            "worker": self._identity,
            "port": self._plane.port,
            "draining": self._plane.draining,
            "rooms": {room.identity: list(room.connections) for room in self._plane.rooms.values()},
        }

    def _do(self, message: Message) -> Message:
        """Carry out one request; refusals are answers, faults end only this request."""
        try:
            return {"ok": True, **self._carry_out(message)}
        except DomainError as refusal:
            return wire.refusal_out(refusal)

    def _carry_out(self, message: Message) -> Message:
        plane = self._plane
        match message:
            case {"op": "ping"}:
                suspended = sum(room.suspended for room in plane.rooms.values())
                away = {"suspended": suspended, "draining": plane.draining}
                return away | (self._held() if suspended else {})
            case {"op": "connect", "room": str(room), "connection": str(connection)}:
                return {"offer": plane.connect(RoomId(room), ConnectionId(connection))}
            case {"op": "answer", "connection": str(connection), "sdp": str(sdp)}:
                plane.answer(ConnectionId(connection), sdp)
            case {"op": "route", "room": str(room), "version": version, "edges": edges}:
                recorded = wire.recorded_in(message.get("recorded"))
                table = wire.version_in(version), wire.edges_in(edges)
                plane.route(RoomId(room), *table, recorded)
            case {"op": "disconnect", "connection": str(connection)}:
                plane.disconnect(ConnectionId(connection))
            case {"op": "close_room", "room": str(room)}:
                plane.close_room(RoomId(room))
            case {"op": "stats"}:
                return {"stats": dict(self._stats())}
            case _:
                self.tapes.carry_out(message)
        return {}


def _clear(path: Path) -> None:
    """Make room for a socket that a killed worker left behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)


def _keep_private(path: Path) -> None:
    path.chmod(0o600)
