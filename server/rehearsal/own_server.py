"""A server of the demonstration's own: free ports, a temporary data folder."""

import asyncio
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from server.config import environment
from server.setting_forms import PREFIX

PATIENCE, PAUSE = 60.0, 0.1
KEPT = {f"{PREFIX}SIGNATURE_SUITE"}
"""What the demonstration's own server takes over from the surroundings."""


@asynccontextmanager
async def own_server(data: Path) -> AsyncIterator[str]:
    """Start `heyi serve --demo` over `data`, yield its URL, end it."""
    port, media = _free(socket.SOCK_STREAM), _free(socket.SOCK_DGRAM)
    env = {
        name: value
        for name, value in environment().items()
        if not name.startswith(PREFIX) or name in KEPT
    }
    env |= {"HEYI_PORT": str(port), "HEYI_MEDIA_PORT": str(media), "HEYI_DATA": str(data)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "serve", "--demo"),
        env=env,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=sys.stderr,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        await ready(url)
        yield url
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def ready(url: str, trust: ssl.SSLContext | None = None) -> None:
    """Wait until the server answers and its media worker is reached."""
    connector = aiohttp.TCPConnector(ssl=trust or True)
    async with aiohttp.ClientSession(connector=connector) as http, asyncio.timeout(PATIENCE):
        while not await _answers(http, f"{url}/healthz"):  # noqa: ASYNC110 - another process
            await asyncio.sleep(PAUSE)


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


def _free(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
