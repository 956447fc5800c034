"""Media over TCP: what waits for a slow line, and how much one line may bring at once."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from aioice.stun import Class, Message, Method

from server.media import streams as module
from server.media.streams import Streams
from server.media.stun import Address
from tests.media.waiting import until

CHECK = bytes(Message(Method.BINDING, Class.REQUEST, attributes={"USERNAME": "ours:theirs"}))
EMPTY = b"\x00\x00"


def framed(raw: bytes) -> bytes:
    return len(raw).to_bytes(2, "big") + raw


@dataclass
class Far:
    """A phone's end of one stream, and what the near end was handed over."""

    streams: Streams
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    proves: bool = False
    heard: list[bytes] = field(default_factory=list)
    from_: list[Address] = field(default_factory=list)

    def take(self, raw: bytes, address: Address) -> None:
        self.heard.append(raw)
        self.from_.append(address)
        if self.proves:
            self.streams.prove(address)

    async def is_cut(self) -> None:
        async with asyncio.timeout(2):
            with contextlib.suppress(ConnectionError):
                assert await self.reader.read() == b""

    async def proved(self) -> None:
        self.proves = True
        self.writer.write(framed(CHECK))
        await until(lambda: bool(self.heard))
        self.heard.clear()


@pytest.fixture
async def far() -> AsyncIterator[Far]:
    streams = Streams(Counter(), receive=lambda *_: None, lost=lambda _: None)
    await streams.open("127.0.0.1", 0)
    assert streams._server is not None
    port = streams._server.sockets[0].getsockname()[1]
    far = Far(streams, *await asyncio.open_connection("127.0.0.1", port, limit=2048))
    streams.receive = far.take
    yield far
    far.writer.close()
    streams.close()


async def test_what_waits_for_a_slow_line_is_dropped_by_a_cut(far: Far) -> None:
    await far.proved()
    address = far.from_[0]

    accepted = 0
    while far.streams.send(address, b"before" + bytes(1200)):
        accepted += 1
    far.streams.drain([address])
    assert far.streams.send(address, b"after!" + bytes(1200))

    seen: Counter[bytes] = Counter()
    async with asyncio.timeout(5):
        while not seen[b"after!"]:
            length = int.from_bytes(await far.reader.readexactly(2), "big")
            seen[(await far.reader.readexactly(length))[:6]] += 1
            await asyncio.sleep(0)
    assert set(seen) == {b"before", b"after!"}
    assert 0 < seen[b"before"] < accepted - 200


@pytest.mark.parametrize("proved", [False, True], ids=["stranger", "phone"])
@pytest.mark.parametrize("frame", [EMPTY, framed(bytes(13))], ids=["empty", "13 bytes"])
async def test_a_frame_shorter_than_any_protocols_ends_its_stream(
    far: Far, proved: bool, frame: bytes
) -> None:
    if proved:
        await far.proved()
    far.writer.write(frame * 100_000)
    await far.is_cut()
    assert far.heard == []
    assert far.streams.counters == {"drop_size": 1}


async def test_the_shortest_record_of_dtls_is_let_through(far: Far) -> None:
    await far.proved()
    change_cipher = b"\x14\xfe\xfd" + bytes(8) + b"\x00\x01\x01"
    far.writer.write(framed(change_cipher))
    await until(lambda: far.heard == [change_cipher])


@pytest.mark.parametrize(
    "frame",
    [b"\x16\xfe\xfd" + bytes(60), b"\x80\x60" + bytes(40), CHECK[:4] + bytes(16), CHECK[:19]],
    ids=["DTLS", "RTP", "another cookie", "half a head"],
)
async def test_a_stranger_is_heard_for_checks_alone(far: Far, frame: bytes) -> None:
    far.writer.write(framed(CHECK) + framed(frame) * 9)
    await far.is_cut()
    assert far.heard == [CHECK]
    assert far.streams.counters == {"drop_unproved": 1}


async def test_a_stranger_is_heard_for_as_many_checks_as_a_browser_sends(far: Far) -> None:
    far.writer.write(framed(CHECK) * 5000)
    await far.is_cut()
    assert far.heard == [CHECK] * module._MOST_CHECKS


async def test_the_loop_has_its_turn_however_much_a_phone_sends_at_once(far: Far) -> None:
    await far.proved()
    loop, turns, times = asyncio.get_running_loop(), Counter[int](), [0.0]
    turn, going = 0, True

    def take(raw: bytes, address: Address) -> None:
        far.take(raw, address)
        if not turns[turn]:
            times.append(loop.time())
        turns[turn] += 1

    def next_turn() -> None:
        nonlocal turn
        turn += 1
        if going:
            loop.call_soon(next_turn)

    next_turn()
    far.streams.receive = take
    sent = [at.to_bytes(2, "big") + bytes(20) for at in range(10 * module._AT_ONCE)]
    far.writer.write(b"".join(map(framed, sent)))
    await until(lambda: far.heard == sent)
    going = False
    assert max(turns.values()) == module._AT_ONCE
    assert all(late - soon > 0.9 * module._REST_S for soon, late in pairwise(times))
