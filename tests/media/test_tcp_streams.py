"""Media over TCP: what waits for a slow line is dropped when an edge is cut."""

import asyncio
from collections import Counter
from typing import Any

from server.media.streams import Streams
from tests.media.waiting import until


async def test_what_waits_for_a_slow_line_is_dropped_by_a_cut() -> None:
    arrived: list[Any] = []
    streams = Streams(
        Counter(), receive=lambda raw, address: arrived.append(address), lost=lambda address: None
    )
    await streams.open("127.0.0.1", 0)
    assert streams._server is not None
    port = streams._server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2048)
    writer.write(b"\x00\x02hi")
    await until(lambda: bool(arrived))
    address = arrived[0]

    accepted = 0
    while streams.send(address, b"before" + bytes(1200)):
        accepted += 1
    streams.drain()
    assert streams.send(address, b"after!" + bytes(1200))

    seen: Counter[bytes] = Counter()
    async with asyncio.timeout(5):
        while not seen[b"after!"]:
            length = int.from_bytes(await reader.readexactly(2), "big")
            seen[(await reader.readexactly(length))[:6]] += 1
            await asyncio.sleep(0)
    assert set(seen) == {b"before", b"after!"}
    assert 0 < seen[b"before"] < accepted - 200
    writer.close()
    streams.close()
