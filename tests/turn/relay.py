"""Runs coturn with the shipped file; addresses, ports and the secret alone are the test's."""

import asyncio
import contextlib
import os
import shutil
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from aioice import stun, turn
from aiortc.rtcdtlstransport import generate_certificate
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from server.domain.ids import SeatId
from server.domain.relay import Relay, RelayPass, passes
from server.system import SystemClock
from tests.architecture.tree import ROOT
from tests.support.server import free_port, listening

PROGRAM = "turnserver"
SHIPPED = ROOT / "docs" / "deploy" / "turnserver.conf"
LOOPBACK = "127.0.0.1"
SECRET = "a secret of this test alone"
STARTS_WITHIN, LIFETIME = 10.0, 600
ANY_CIPHER = "DEFAULT:@SECLEVEL=0"
"""Lets either side's OpenSSL speak what is long broken."""

Way = Literal["udp", "tcp", "tls"]


def missing() -> bool:
    """Return whether there is no coturn here; root has it installed by `.ci/debian`."""
    return shutil.which(PROGRAM) is None and os.geteuid() != 0


def configuration(**changes: str) -> str:
    """Return the shipped file with other values; every changed line must be in it."""
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    for option, value in changes.items():
        name = option if "-" in option else option.replace("_", "-")
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
    """A running relay; `certificate` is its own, self-signed."""

    port: int
    tls_port: int
    certificate: Path

    @property
    def url(self) -> str:
        return f"turn:{LOOPBACK}:{self.port}?transport=udp"

    def relay(self, secret: str = SECRET) -> Relay:
        return Relay(urls=(self.url,), secret=secret)

    def pass_of(self, seat: str, *, late: float = 0, secret: str = SECRET) -> RelayPass:
        """Return the pass of a seat, issued `late` seconds ago."""
        issued = SystemClock().now() - timedelta(seconds=late)
        return passes(self.relay(secret), SeatId(seat), issued)[0]

    def trust(self, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        """Return what a phone checks the certificate with; it speaks this version alone."""
        context = ssl.create_default_context(cafile=self.certificate)
        context.check_hostname = False
        if version is not None:
            context.set_ciphers(ANY_CIPHER)
            context.minimum_version = context.maximum_version = version
        return context


@contextlib.asynccontextmanager
async def coturn(folder: Path, *arguments: str, **more: str) -> AsyncIterator[Turn]:
    """Start it on loopback, which stands for the media worker's address, and end it."""
    port, tls_port = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
    certificate, key = certified(folder)
    changes = {"listening_ip": LOOPBACK, "relay_ip": LOOPBACK, "allowed_peer_ip": LOOPBACK}
    changes |= {"listening_port": str(port), "tls_listening_port": str(tls_port)}
    changes |= {"static_auth_secret": SECRET, "cert": str(certificate), "pkey": str(key)}
    config = folder / "turnserver.conf"
    config.write_text(configuration(**changes, **more), encoding="utf-8")
    only_here = ("--allow-loopback-peers", "--no-dtls", "--pidfile", "", *arguments)
    process = await asyncio.create_subprocess_exec(
        *(PROGRAM, "-c", str(config), "--userdb", str(folder / "turndb"), *only_here),
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await listening(port, STARTS_WITHIN)
        await listening(tls_port, STARTS_WITHIN)
        yield Turn(port=port, tls_port=tls_port, certificate=certificate)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def certified(folder: Path) -> tuple[Path, Path]:
    """Write a key and its self-signed certificate; return certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate, secret = folder / "fullchain.pem", folder / "privkey.pem"
    certificate.write_bytes(generate_certificate(key).public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, secret


class Client:
    """One client of the relay."""

    def __init__(self, inner: turn.TurnClientProtocol) -> None:
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
async def client(
    relay: Turn, one: RelayPass, way: Way = "udp", trust: ssl.SSLContext | None = None
) -> AsyncIterator[Client]:
    """Open a client with this pass; its allocation ends with it."""
    made = await _reach(relay, one, way, trust)
    try:
        yield Client(made)
    finally:
        if made.relayed_address:
            await made.delete()
        made.transport.close()


async def _reach(
    relay: Turn, one: RelayPass, way: Way, trust: ssl.SSLContext | None
) -> turn.TurnClientProtocol:
    loop = asyncio.get_running_loop()
    there = (LOOPBACK, relay.tls_port if way == "tls" else relay.port)
    facts = (there, one.username, one.credential, LIFETIME, LIFETIME)
    made: turn.TurnClientProtocol
    if way == "udp":
        _, made = await loop.create_datagram_endpoint(
            lambda: turn.TurnClientUdpProtocol(*facts), remote_addr=there
        )
        return made
    checks = (trust or relay.trust()) if way == "tls" else None
    _, made = await loop.create_connection(
        lambda: turn.TurnClientTcpProtocol(*facts), *there, ssl=checks
    )
    return made
