"""Debian's nginx and Caddy with the shipped files; ports, name and certificate are the test's."""

import asyncio
import contextlib
import re
import shutil
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.architecture.tree import ROOT
from tests.support.absence import explain_absence
from tests.support.server import free_port, listening
from tests.turn.relay import certified

SHIPPED: Final = ROOT / "docs" / "deploy"
NAME: Final = "tiaojie.example.org"
"""The name that both files bear until somebody puts his own there."""
LOOPBACK: Final = "127.0.0.1"
STARTS_WITHIN: Final = 20.0
UPSTREAM: Final = f"{LOOPBACK}:8080"


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where the proxy listens, and the server behind it."""

    https: int
    http: int
    server: int

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.https}"


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """A running proxy; `folder` has all that it writes."""

    ports: Ports
    certificate: Path
    folder: Path

    def visitor(self, address: str = LOOPBACK) -> aiohttp.ClientSession:
        """Return somebody who comes from this address and follows no redirects by himself."""
        trust = ssl.create_default_context(cafile=self.certificate)
        trust.check_hostname = False
        connector = aiohttp.TCPConnector(ssl=trust, resolver=_AllHere(), local_addr=(address, 0))
        return aiohttp.ClientSession(self.ports.url, connector=connector)

    def written(self) -> str:
        """Return every word that the proxy has written anywhere."""
        files = [one for one in self.folder.rglob("*") if one.suffix in {".log", ".out"}]
        return "".join(one.read_text("utf-8", "replace") for one in files)


class _AllHere(AbstractResolver):
    """Every name is this machine's."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        flags = socket.AI_NUMERICHOST
        return [
            ResolveResult(
                hostname=host, host=LOOPBACK, port=port, family=family, proto=0, flags=flags
            )
        ]

    async def close(self) -> None:
        pass


def free_ports() -> Ports:
    """Return three that were free a moment ago."""
    https, http, server = (free_port(socket.SOCK_STREAM) for _ in range(3))
    return Ports(https=https, http=http, server=server)


@contextlib.asynccontextmanager
async def nginx(folder: Path, ports: Ports) -> AsyncIterator[Proxy]:
    """Run nginx with its ordinary log switched on, so that the site has to switch it off."""
    certificate, key = certified(folder)
    site = _changed(
        (SHIPPED / "nginx.conf").read_text("utf-8"),
        {
            r"listen (\[::\]:)?80;": f"listen {LOOPBACK}:{ports.http};",
            r"listen (\[::\]:)?443 ssl;": f"listen {LOOPBACK}:{ports.https} ssl;",
            r"server 127\.0\.0\.1:8080;": f"server {LOOPBACK}:{ports.server};",
            r"/etc/letsencrypt/live/tiaojie\.example\.org/fullchain\.pem": str(certificate),
            r"/etc/letsencrypt/live/tiaojie\.example\.org/privkey\.pem": str(key),
            r"/var/log/nginx/": f"{folder}/",
        },
    )
    # One address a line: what was for IPv6 has become the same line again.
    (folder / "site.conf").write_text(_once(site), encoding="utf-8")
    (folder / "nginx.conf").write_text(NGINX.replace("FOLDER", str(folder)), encoding="utf-8")
    command = ("nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"))
    async with _running(command, folder, ports, certificate) as proxy:
        yield proxy


NGINX: Final = """
daemon off;
master_process off;
pid FOLDER/nginx.pid;
error_log FOLDER/error.log;
events {}
http {
    access_log FOLDER/access.log;
    client_body_temp_path FOLDER/body;
    proxy_temp_path FOLDER/proxy;
    fastcgi_temp_path FOLDER/fastcgi;
    uwsgi_temp_path FOLDER/uwsgi;
    scgi_temp_path FOLDER/scgi;
    include FOLDER/site.conf;
}
"""


@contextlib.asynccontextmanager
async def caddy(folder: Path, ports: Ports) -> AsyncIterator[Proxy]:
    """Run Caddy with a certificate of the test's in place of a public authority's."""
    certificate, key = certified(folder)
    shipped = (SHIPPED / "Caddyfile").read_text("utf-8")
    file = folder / "Caddyfile"
    options = f"http_port {ports.http}\n\thttps_port {ports.https}\n\tadmin off"
    file.write_text(
        _changed(
            shipped,
            {
                r"^\{$": f"{{\n\t{options}\n\tstorage file_system {folder}/store",
                rf"^{re.escape(NAME)} \{{": f"{NAME} {{\n\ttls {certificate} {key}",
                r"127\.0\.0\.1:8080": f"{LOOPBACK}:{ports.server}",
            },
        ),
        encoding="utf-8",
    )
    command = ("caddy", "run", "--config", str(file), "--adapter", "caddyfile")
    async with _running(command, folder, ports, certificate) as proxy:
        yield proxy


Start = Callable[[Path, Ports], contextlib.AbstractAsyncContextManager[Proxy]]
PROXIES: Final[dict[str, Start]] = {"nginx": nginx, "caddy": caddy}


def _changed(text: str, changes: dict[str, str]) -> str:
    for pattern, value in changes.items():
        text, count = re.subn(pattern, value.replace("\\", r"\\"), text, flags=re.MULTILINE)
        assert count, pattern
    return text


def _once(site: str) -> str:
    """Return the lines without those that repeat the one before."""
    lines = site.splitlines()
    return "\n".join(
        line for at, line in enumerate(lines) if not line.strip() or line not in lines[at - 1 : at]
    )


@contextlib.asynccontextmanager
async def _running(
    command: tuple[str, ...], folder: Path, ports: Ports, certificate: Path
) -> AsyncIterator[Proxy]:
    program = shutil.which(command[0], path="/usr/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        explain_absence(f"{command[0]} is not installed")
    with (folder / "said.out").open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            program, *command[1:], cwd=folder, env={"HOME": str(folder)}, stdout=out, stderr=out
        )
    proxy = Proxy(ports=ports, certificate=certificate, folder=folder)

    def runs() -> None:
        assert process.returncode is None, proxy.written()

    try:
        await listening(ports.https, STARTS_WITHIN, runs)
        yield proxy
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
