"""Runs coturn with the shipped file; addresses, ports and the secret alone are the test's."""

import asyncio
import contextlib
import os
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from aioice import stun, turn

from server.domain.ids import SeatId
from server.domain.relay import Relay, RelayPass, passes
from server.system import SystemClock
from tests.architecture.tree import ROOT
from tests.support.server import free_port

PROGRAM = "turnserver"
SHIPPED = ROOT / "docs" / "deploy" / "turnserver.conf"
LOOPBACK = "127.0.0.1"
SECRET = "a secret of this test alone"
STARTS_WITHIN, LIFETIME = 10.0, 600


def missing() -> bool:
    """Return whether there is no coturn here; root has it installed by `.ci/debian`."""
    return shutil.which(PROGRAM) is None and os.geteuid() != 0


def configuration(**changes: str) -> str:
    """Return the shipped file with other values; every changed line must be in it."""
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    for option, value in changes.items():
        name = option.replace("_", "-")
        at = [n for n, line in enumerate(lines) if line.split("=")[0] == name]
        assert len(at) == 1, name
        lines[at[0]] = f"{name}={value}" if value else ""
    return "\n".join(lines) + "\n"


def option(name: str) -> int:
    """Return a number of the shipped file."""
    found = [
        line for line in SHIPPED.read_text("utf-8").splitlines() if line.startswith(f"{name}=")
    ]
    return int(found[0].split("=")[1])


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A running relay."""

    port: int

    @property
    def url(self) -> str:
        return f"turn:{LOOPBACK}:{self.port}?transport=udp"

    def relay(self, secret: str = SECRET) -> Relay:
        return Relay(urls=(self.url,), secret=secret)

    def pass_of(self, seat: str, *, late: float = 0, secret: str = SECRET) -> RelayPass:
        """Return the pass of a seat, issued `late` seconds ago."""
        issued = SystemClock().now() - timedelta(seconds=late)
        return passes(self.relay(secret), SeatId(seat), issued)[0]


@contextlib.asynccontextmanager
async def coturn(folder: Path, **more: str) -> AsyncIterator[Turn]:
    """Start it on loopback, which stands for the media worker's address, and end it."""
    port = free_port(socket.SOCK_DGRAM)
    changes = {"listening_ip": LOOPBACK, "relay_ip": LOOPBACK, "allowed_peer_ip": LOOPBACK}
    changes |= {"listening_port": str(port), "tls_listening_port": str(port + 1)}
    changes |= {"static_auth_secret": SECRET, "cert": "", "pkey": ""}
    config = folder / "turnserver.conf"
    config.write_text(configuration(**changes, **more), encoding="utf-8")
    only_here = ("--allow-loopback-peers", "--no-tls", "--no-dtls", "--pidfile", "")
    process = await asyncio.create_subprocess_exec(
        *(PROGRAM, "-c", str(config), "--userdb", str(folder / "turndb"), *only_here),
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _answers(port)
        yield Turn(port=port)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _answers(port: int) -> None:
    async with asyncio.timeout(STARTS_WITHIN):
        while True:
            try:
                _, writer = await asyncio.open_connection(LOOPBACK, port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            await writer.wait_closed()
            return


class Client:
    """One client of the relay, over UDP."""

    def __init__(self, inner: turn.TurnClientUdpProtocol) -> None:
        self._inner = inner

    @property
    def nonce(self) -> bytes | None:
        """What the relay wants to see in the next request."""
        return self._inner.nonce

    async def allocate(self) -> tuple[str, int]:
        """Return the relayed address. Raises aioice.stun.TransactionFailed when refused."""
        return await self._inner.connect()

    async def permit(self, *peers: tuple[str, int]) -> None:
        """Ask to exchange packets with these peers."""
        for peer in peers:
            request = stun.Message(stun.Method.CREATE_PERMISSION, stun.Class.REQUEST)
            request.attributes["XOR-PEER-ADDRESS"] = peer
            await self._inner.request_with_retry(request)

    async def bind(self, channel: int, peer: tuple[str, int]) -> None:
        """Ask for a channel to this peer, which is a permission by another name."""
        await self._inner.channel_bind(channel, peer)

    async def refresh(self) -> None:
        """Keep the allocation."""
        request = stun.Message(stun.Method.REFRESH, stun.Class.REQUEST)
        request.attributes["LIFETIME"] = LIFETIME
        await self._inner.request_with_retry(request)


@contextlib.asynccontextmanager
async def client(relay: Turn, one: RelayPass) -> AsyncIterator[Client]:
    """Open a client with this pass; its allocation ends with it."""
    loop = asyncio.get_running_loop()
    made: turn.TurnClientUdpProtocol
    _, made = await loop.create_datagram_endpoint(
        lambda: turn.TurnClientUdpProtocol(
            (LOOPBACK, relay.port),
            username=one.username,
            password=one.credential,
            lifetime=LIFETIME,
            channel_refresh_time=LIFETIME,
        ),
        remote_addr=(LOOPBACK, relay.port),
    )
    try:
        yield Client(made)
    finally:
        if made.relayed_address:
            await made.delete()
        made.transport.close()
