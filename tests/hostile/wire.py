"""A websocket that speaks Engine.IO by hand, so that it can also speak it wrongly."""

import asyncio
import json
from typing import Any

import aiohttp

PATH = "/socket.io/?EIO=4&transport=websocket"
PATIENCE = 30.0
CLOSE = "1"
"""Engine.IO's goodbye; a client that ignores it is dropped at the next missed ping."""


class Wire:
    """One raw connection; `joined` after the namespace was entered."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self._asked = 0

    async def text(self) -> str | None:
        """Return the next text frame, answering pings; None once the server hung up."""
        while True:
            async with asyncio.timeout(PATIENCE):
                frame = await self.ws.receive()
            if frame.type is not aiohttp.WSMsgType.TEXT or frame.data == CLOSE:
                return None
            if frame.data == "2":
                await self.ws.send_str("3")
                continue
            return str(frame.data)

    async def join(self) -> bool:
        """Enter the namespace; return whether the server took the cookie."""
        await self.text()
        await self.ws.send_str("40{}")
        answer = await self.text()
        return answer is not None and answer.startswith("40")

    async def ask(self, event: str, say: object) -> dict[str, Any] | None:
        """Return the acknowledgement; None when the server hung up instead."""
        self._asked += 1
        await self.ws.send_str(f"42{self._asked}{json.dumps([event, say])}")
        head = f"43{self._asked}"
        while (answer := await self.text()) is not None:
            if answer.startswith(head):
                return dict(json.loads(answer[len(head) :])[0])
        return None

    async def ended(self) -> bool:
        """Wait until the server hangs up; return whether it did in time."""
        try:
            async with asyncio.timeout(PATIENCE):
                while await self.text() is not None:
                    continue
        except TimeoutError:
            return False
        return True


async def dial(
    http: aiohttp.ClientSession, url: str, cookies: str = "", origin: str | None = None
) -> Wire:
    """Open a raw connection, which a hostile or an own page could open."""
    headers = {"Cookie": cookies} if cookies else {}
    if origin is not None:
        headers["Origin"] = origin
    return Wire(await http.ws_connect(url + PATH, headers=headers, max_msg_size=0))


async def knock(http: aiohttp.ClientSession, url: str, origin: str) -> int:
    """Return the status that a handshake from this origin is answered with."""
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Origin": origin,
    }
    async with http.get(url + PATH, headers=handshake) as answer:
        await answer.read()
        return answer.status
