"""How the app reaches a worker's control: a socket on this machine, or TLS to another one."""

import asyncio
import socket
import ssl
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from server.media import wire

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_OPEN_S: Final = 5.0
_GOODBYE_S: Final = 1.0
_FORGET_UNSENT: Final = struct.pack("ii", 1, 0)


class Way(Protocol):
    """Opens one conversation after the other with the same worker."""

    @property
    def name(self) -> str:
        """What this worker is called in logs and figures."""
        ...

    async def open(self) -> Pair:
        """Return a fresh connection; raise OSError if nobody is there or proves himself."""
        ...


@dataclass(frozen=True, slots=True)
class LocalWay:
    """A Unix socket; whoever may open it is our own account."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.stem

    async def open(self) -> Pair:
        return await asyncio.open_unix_connection(str(self.path), limit=wire.MAX_LINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteWay:
    """A worker on another host; `trust` lets nobody through who does not hold our secret."""

    host: str
    port: int
    trust: ssl.SSLContext = field(repr=False)

    @property
    def name(self) -> str:
        return f"{self.host}:{self.port}"

    async def open(self) -> Pair:
        async with asyncio.timeout(_OPEN_S):
            reader, writer = await asyncio.open_connection(
                self.host,
                self.port,
                ssl=self.trust,
                limit=wire.MAX_LINE,
                ssl_shutdown_timeout=_GOODBYE_S,
            )
        # What a broken network holds back must not reach the worker after we gave it up: it
        # would count as a sign of life and let old tables stand.
        line: socket.socket = writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _FORGET_UNSENT)
        return reader, writer
