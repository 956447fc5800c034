"""The worker's door for an app on another host: TLS 1.3, both sides prove the shared secret.

Strangers cost little: they get no byte of ours but TLS, few places, and little time.
"""

import asyncio
import contextlib
import logging
import socket
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final

from server.media import wire
from server.media.pause import pause
from server.media.settings import DoorSettings

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_GOODBYE_S: Final = 1.0
_REST_S: Final = 0.2
_WAITING: Final = 16

_log = logging.getLogger(__name__)


class Door:
    """Accepts connections itself, so that strangers can be turned away before TLS begins."""

    def __init__(self, settings: DoorSettings, serve: Serve) -> None:
        """`serve` speaks with whoever has proved himself."""
        self._settings = settings
        self._serve = serve
        self._loop = asyncio.get_running_loop()
        self._socket: socket.socket | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._unproved: Counter[str] = Counter()
        self.port = settings.port
        self.refused = 0

    async def open(self) -> None:
        """Listen; raise OSError if the address is taken."""
        found = await self._loop.getaddrinfo(
            self._settings.host, self._settings.port, type=socket.SOCK_STREAM
        )
        family, _, _, _, address = found[0]
        self._socket = socket.create_server(address[:2], family=family, backlog=_WAITING)
        self._socket.settimeout(0)
        self.port = self._socket.getsockname()[1]
        self._start(self._accept(self._socket))

    async def close(self) -> None:
        """Stop listening; conversations that stand are the control's to end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._socket is not None:
            self._socket.close()

    def _start(self, work: "Awaitable[None]") -> None:
        async def run() -> None:
            await work

        task = self._loop.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                line, address = await self._loop.sock_accept(listening)
            except OSError as fault:
                # For one thing too many open files: what stands goes on, new ones wait.
                _log.warning("control door: %s", fault)
                await pause(_REST_S)
                continue
            if self._has_place(address[0]):
                self._start(self._receive(line, address[0]))
            else:
                self.refused += 1
                line.close()

    def _has_place(self, address: str) -> bool:
        limits = self._settings
        few = self._unproved[address] < limits.most_each
        return few and self._unproved.total() < limits.most

    async def _receive(self, line: socket.socket, address: str) -> None:
        self._unproved[address] += 1
        pair = None
        try:
            pair = await self._prove(line)
            if pair is None:
                # Counted and not written down: strangers must not fill the log.
                self.refused += 1
                await pause(self._settings.failed_s)
        finally:
            self._unproved[address] -= 1
            self._unproved += Counter()  # forgets addresses without connections
        if pair is not None:
            await self._serve(*pair)

    async def _prove(
        self, line: socket.socket
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        line.settimeout(0)
        reader = asyncio.StreamReader(limit=wire.MAX_LINE)
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            transport, _ = await self._loop.connect_accepted_socket(
                lambda: protocol,
                line,
                ssl=self._settings.trust,
                ssl_handshake_timeout=self._settings.proof_s,
                ssl_shutdown_timeout=_GOODBYE_S,
            )
        except (OSError, EOFError):
            with contextlib.suppress(OSError):
                line.close()
            return None
        return reader, asyncio.StreamWriter(transport, protocol, reader, self._loop)
