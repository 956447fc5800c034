"""The smallest Socket.IO client there is: raw frames, so that tests can also send wrong ones.

Engine.IO 4 and Socket.IO 5 over a websocket; see their protocol documents for the digits.
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError
from yarl import URL

PATIENCE = 10.0
PATH = "/socket.io/?EIO=4&transport=websocket"


@dataclass
class Socket:
    """One browser's live connection."""

    ws: ClientWebSocketResponse
    news: list[tuple[str, Any]] = field(default_factory=list)
    _last: int = 0

    @classmethod
    async def open(
        cls,
        http: ClientSession,
        base: URL,
        cookies: dict[str, str],
        *,
        origin: str | None,
        kind: str | None = None,
    ) -> "Socket | None":
        """Return a connection that the server has recognised, None where it refuses."""
        try:
            ws = await knock(http, base, cookies, origin=origin)
        except WSServerHandshakeError:
            return None
        await ws.send_str("40" + json.dumps({"as": kind} if kind else {}))
        told = await _frame(ws)
        if told is None or not told.startswith("40"):
            await ws.close()
            return None
        return cls(ws)

    async def ask(self, event: str, say: Any = None) -> dict[str, Any]:
        """Send a request and return its acknowledgement; what else arrives goes to `news`."""
        self._last += 1
        body = json.dumps([event, {} if say is None else say])
        await self.ws.send_str(f"42{self._last}{body}")
        while (frame := await _frame(self.ws)) is not None:
            if frame.startswith(f"43{self._last}["):
                told: dict[str, Any] = json.loads(frame[2 + len(str(self._last)) :])[0]
                return told
            await self._note(frame)
        return {"ok": False, "code": "cut", "facts": {}}

    async def _note(self, frame: str) -> None:
        if frame == "2":
            await self.ws.send_str("3")
        elif frame.startswith("42"):
            name, *rest = json.loads(frame[2:])
            self.news.append((name, rest[0] if rest else None))

    async def hears(self, name: str) -> Any:
        """Return what the server says under a name, waiting for it."""
        while True:
            for said, what in self.news:
                if said == name:
                    return what
            frame = await _frame(self.ws)
            if frame is None:
                raise ConnectionError(f"cut before {name}")
            await self._note(frame)

    async def ended(self) -> None:
        """Wait until the server ends the connection."""
        while (frame := await _frame(self.ws)) is not None:
            await self._note(frame)
            if frame == "41":
                return

    async def close(self) -> None:
        await self.ws.close()


async def knock(
    http: ClientSession, base: URL, cookies: dict[str, str], *, origin: str | None
) -> ClientWebSocketResponse:
    """Return an open websocket after Engine.IO's greeting; no Socket.IO `CONNECT` yet."""
    headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())} if cookies else {}
    if origin is not None:
        headers["Origin"] = origin
    url = base.join(URL(PATH)).with_scheme("ws")
    ws = await http.ws_connect(url, headers=headers, max_msg_size=0)
    await _frame(ws)
    return ws


async def _frame(ws: ClientWebSocketResponse) -> str | None:
    """Return the next text frame, None once the connection has ended."""
    async with asyncio.timeout(PATIENCE):
        message = await ws.receive()
    return str(message.data) if message.type is WSMsgType.TEXT else None
