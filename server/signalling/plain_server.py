"""A Socket.IO server for text events alone, which cuts whoever sends anything else.

The library buffers announced binary attachments, logs a traceback for every malformed
packet, and keeps a connection that never joins a namespace; a phone does none of these.
"""

import asyncio
from typing import Any

import socketio
from aiohttp import web
from aiohttp.typedefs import Handler

PATH = "/socket.io/"
FROM_CLIENTS = frozenset("0123")
"""CONNECT, DISCONNECT, EVENT and ACK (Socket.IO protocol 5); the rest is never ours."""

RESERVED = ("connect", "disconnect")
QUEUE_LIMIT = 200
GOODBYE_S = 2.0


@web.middleware
async def end_malformed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a packet that is none end its connection without a traceback a piece."""
    try:
        return await handler(request)
    except ValueError:
        if not request.path.startswith(PATH):
            raise
        return web.Response(status=400)


class BrokenOffError(Exception):
    """Our own handler failed, which is logged: the browser is cut and may come again."""


class PlainServer(socketio.AsyncServer):
    """Overrides where packets come in; a test fails when the library moves those places."""

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)
        self.refused = 0
        self._silent: set[str] = set()
        self._late: set[str] = set()

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> None:  # type: ignore[override]  # its parent has no types
        self._silent.add(eio_sid)
        await super()._handle_eio_connect(eio_sid, environ)

    async def _handle_eio_message(self, eio_sid: str, packet: object) -> None:  # type: ignore[override]  # its parent has no types
        if not isinstance(packet, str) or packet[:1] not in FROM_CLIENTS:
            await self._refuse(eio_sid)
            return
        if packet[0] == "0":
            self._silent.discard(eio_sid)
        try:
            await super()._handle_eio_message(eio_sid, packet)
        except BrokenOffError:
            self._hang_up(eio_sid)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            # What a hostile packet makes the library's parser raise; `Live` lets none out.
            await self._refuse(eio_sid)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:  # type: ignore[override]  # its parent has no types
        self._silent.discard(eio_sid)
        self._late.discard(eio_sid)
        await super()._handle_eio_disconnect(eio_sid, reason)

    async def _handle_event(
        self, eio_sid: str, namespace: str | None, number: int | None, said: object
    ) -> None:
        """Refuse what names no event, or one of the library's own: who came and went."""
        named = isinstance(said, list) and said and isinstance(said[0], str)
        if not named or said[0] in RESERVED:  # type: ignore[index]  # a list, as just seen
            await self._refuse(eio_sid)
            return
        await super()._handle_event(eio_sid, namespace, number, said)

    async def _refuse(self, eio_sid: str) -> None:
        self.refused += 1
        self._hang_up(eio_sid)

    def cut(self, socket: str) -> None:
        """End a browser's connection after what was already sent to it.

        Leaving the namespace alone would keep the websocket open for whoever ignores it.
        """
        eio_sid = self.manager.eio_sid_from_sid(socket, "/")
        if eio_sid is not None:
            self._hang_up(eio_sid)

    def _hang_up(self, eio_sid: str) -> None:
        # It waits for the queue to drain, and nobody else may wait for a slow browser.
        self.start_background_task(self._end, eio_sid)

    async def _end(self, eio_sid: str) -> None:
        """Say goodbye, then close the websocket under whoever does not listen to it."""
        waiting, environ = self.eio.sockets.get(eio_sid), self.environ.get(eio_sid)
        if waiting is None:
            return
        goodbye = self.start_background_task(self.eio.disconnect, eio_sid)
        said, _ = await asyncio.wait({goodbye}, timeout=GOODBYE_S)
        waiting.queue.put_nowait(None)  # at which the library's writer closes the websocket
        if not said and environ is not None:
            _abort(environ["aiohttp.request"], waiting.queue)

    async def cut_silent(self) -> None:
        """End connections that have not joined since the last time this was asked."""
        for eio_sid in self._late & self._silent:
            self._hang_up(eio_sid)
        self._late = set(self._silent)

    def overfull(self, socket: str) -> bool:
        """Return whether a browser reads so slowly that it must be cut."""
        eio_sid = self.manager.eio_sid_from_sid(socket, "/")
        waiting = self.eio.sockets.get(eio_sid)
        return waiting is not None and waiting.queue.qsize() > QUEUE_LIMIT


def _abort(request: web.Request, queue: "asyncio.Queue[object]") -> None:
    """Close the connection of who reads nothing, and forget what was still to be said."""
    if request.transport is not None:
        request.transport.abort()
    while not queue.empty():
        queue.get_nowait()
        queue.task_done()
