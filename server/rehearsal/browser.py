"""What every simulated browser does: cookies, JSON routes, the live connection."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any, Self

import aiohttp
import socketio
from yarl import URL

PATIENCE = 30.0


class RehearsalError(Exception):
    """The server answered what the story does not expect."""


class Browser:
    """One browser: a cookie jar, JSON requests, a Socket.IO connection, a peer.

    `trust` is for a server whose certificate no authority signed.
    """

    def __init__(self, url: str, name: str, trust: ssl.SSLContext | None = None) -> None:
        self.url = url.rstrip("/")
        self.name = name
        origin = URL(self.url).origin()
        jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=[origin])
        connector = aiohttp.TCPConnector(ssl=trust or True)
        self._http = aiohttp.ClientSession(cookie_jar=jar, connector=connector)
        self._live = socketio.AsyncClient(reconnection=False, http_session=self._http)
        self._live.on("change", self._changed)
        self._live.on("media.offer", self._offered)
        self.snapshot: dict[str, Any] = {}
        self.offers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End the live connection and the HTTP client."""
        if self._live.connected:
            await self._live.disconnect()
        await self._http.close()

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies held now, by name."""
        return {cookie.key: cookie.value for cookie in self._http.cookie_jar}

    def take_cookies(self, cookies: dict[str, str]) -> None:
        """Go on with another browser's cookies."""
        self._http.cookie_jar.update_cookies(cookies, URL(self.url))

    async def ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, expect: int = 200
    ) -> dict[str, Any]:
        """Return the JSON answer; raise RehearsalError on any other status."""
        async with self._http.request(method, self.url + path, json=body) as answer:
            told = await answer.json()
            if answer.status != expect:
                raise RehearsalError(f"{self.name}: {method} {path}: {answer.status} {told}")
            return dict(told)

    async def fetch(self, path: str) -> bytes:
        """Return the bytes behind a path."""
        async with self._http.get(self.url + path) as answer:
            if answer.status != 200:
                raise RehearsalError(f"{self.name}: GET {path}: {answer.status}")
            return await answer.read()

    async def upload(self, path: str, name: str, content: bytes) -> dict[str, Any]:
        """Send one file and return the JSON answer."""
        form = aiohttp.FormData()
        form.add_field("file", content, filename=name)
        async with self._http.post(self.url + path, data=form) as answer:
            if answer.status != 200:
                raise RehearsalError(f"{self.name}: POST {path}: {answer.status}")
            return dict(await answer.json())

    async def enter(self, session_id: str, kind: str) -> None:
        """Connect and take the own seat."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        await self._live.connect(
            self.url,
            headers={"Cookie": cookies},
            auth={"as": kind},
            transports=["websocket"],
            wait_timeout=10,
        )
        await self.say("enter", session_id=session_id)
        await self.sees(bool)

    async def say(self, event: str, **fields: object) -> dict[str, Any]:
        """Send a live request; raise RehearsalError when it is refused."""
        reply = await self._live.call(event, fields, timeout=PATIENCE)
        if not reply["ok"]:
            raise RehearsalError(f"{self.name}: {event}: {reply}")
        return dict(reply["facts"])

    async def _changed(self, change: dict[str, Any]) -> None:
        if change["n"] >= self.snapshot.get("n", -1):
            self.snapshot = change["snapshot"]
        self._news.set()

    async def _offered(self, offer: dict[str, Any]) -> None:
        self.offers.put_nowait(offer)

    async def sees(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first snapshot for which `wanted(snapshot)` holds."""
        async with asyncio.timeout(PATIENCE):
            while not wanted(self.snapshot):
                self._news.clear()
                await self._news.wait()
        return self.snapshot
