"""Asks a worker on this machine to end with its last room."""

import asyncio
from pathlib import Path
from typing import Final

from server.media import wire
from server.media.ways import LocalWay
from server.media.wire import WireError

_REPLY_S: Final = 5.0


async def drain(control: Path, limit_s: float) -> int | None:
    """Return how many rooms it still has, or None if no worker answers there."""
    try:
        async with asyncio.timeout(_REPLY_S):
            reader, writer = await LocalWay(control).open()
            writer.write(wire.write_line({"op": "drain", "limit_s": limit_s}))
            reply = await wire.read_line(reader)
            writer.close()
    except (OSError, WireError):
        return None
    return None if reply is None else int(reply["rooms"])
