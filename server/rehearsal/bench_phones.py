"""Three stock phones for the baseline: pre-encoded 640x360 VP8 at 15 Hz and Opus, all decoded.

Run as `python -m server.rehearsal.bench_phones PARENT CORE`; what they cost is not counted.
"""

import asyncio
import random
import sys
import time
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

import av
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaBlackhole
from av import VideoFrame

from server.rehearsal.bench_process import cpu_seconds, listen, say, settle
from server.rehearsal.bench_stream import SEATS_PER_ROOM
from server.rehearsal.clip import VIDEO_CLOCK, Clip, microphone
from server.rehearsal.peer import stay_on_loopback

WIDTH, HEIGHT, RATE, FRAMES, BITS = 640, 360, 15, 30, 500_000
BLOCK: Final = 20
WARM_UP_S: Final = 2.0
CONNECT_S: Final = 20.0


def main(words: Sequence[str]) -> None:
    """Offer, take the answers, look for so many seconds at what comes, tell it."""
    parent, core = words
    settle(int(parent), int(core) if core != "None" else None)
    stay_on_loopback()
    told = listen()
    asyncio.run(_play(told["seconds"], told["relay"]))


async def _play(seconds: float, relay: int) -> None:
    phones = [Phone(shade) for shade in range(SEATS_PER_ROOM)]
    say(offers=[await one.offer() for one in phones])
    # Nothing else has begun yet, so the loop may wait with us.
    for phone, answer in zip(phones, listen()["answers"], strict=True):
        await phone.take(answer)
    async with asyncio.timeout(CONNECT_S):
        await asyncio.gather(*(one.connected.wait() for one in phones))
    await asyncio.sleep(WARM_UP_S)
    counted = await _counts(phones)
    before = (cpu_seconds(relay), time.process_time(), time.perf_counter())
    await asyncio.sleep(seconds)
    after = (cpu_seconds(relay), time.process_time(), time.perf_counter())
    received, lost = (
        late - early for early, late in zip(counted, await _counts(phones), strict=True)
    )
    spent = [late - early for early, late in zip(before, after, strict=True)]
    say(received=received, lost=lost, relay_cpu_s=spent[0], own_cpu_s=spent[1], window_s=spent[2])
    # The relay's memory is read before anybody says goodbye.
    listen()


async def _counts(phones: "list[Phone]") -> tuple[int, int]:
    """Return how many packets all phones have received and missed."""
    streams = [
        stream
        for phone in phones
        for stream in (await phone.connection.getStats()).values()
        if stream.type == "inbound-rtp"
    ]
    return sum(one.packetsReceived for one in streams), sum(one.packetsLost for one in streams)


class Phone:
    """Sends its own sound and picture, asks for two others', decodes what comes."""

    def __init__(self, shade: int) -> None:
        self.connection = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self.connected = asyncio.Event()
        self._sink = MediaBlackhole()
        self.connection.on("track", self._sink.addTrack)
        self.connection.on("connectionstatechange", self._moved)
        self.connection.addTrack(microphone())
        self.connection.addTrack(_camera(shade))
        for _ in range(SEATS_PER_ROOM - 2):
            for kind in ("audio", "video"):
                self.connection.addTransceiver(kind, direction="recvonly")

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def take(self, answer: str) -> None:
        described = RTCSessionDescription(sdp=answer, type="answer")
        await self.connection.setRemoteDescription(described)
        await self._sink.start()

    def _moved(self) -> None:
        if self.connection.connectionState == "connected":
            self.connected.set()


def _camera(shade: int) -> Clip:
    """Return a camera that pans over random blocks, which keeps an encoder busy."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base, encoder.bit_rate = Fraction(1, RATE), BITS
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    wall = _wall(random.Random(shade))
    packets = [p for n in range(FRAMES) for p in encoder.encode(_frame(wall, n))]
    packets += encoder.encode(None)
    return Clip("video", (bytes(one) for one in packets), 90_000 // RATE, VIDEO_CLOCK)


def _wall(chance: random.Random) -> list[bytes]:
    """Return rows of blocks, one row of pixels for each row of blocks."""
    across = 2 * WIDTH // BLOCK
    return [
        b"".join(bytes([chance.randrange(256)]) * BLOCK for _ in range(across))
        for _ in range(HEIGHT // BLOCK)
    ]


def _frame(wall: list[bytes], n: int) -> VideoFrame:
    frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
    at = n * WIDTH // FRAMES
    frame.planes[0].update(b"".join(row[at : at + WIDTH] * BLOCK for row in wall))
    for plane in frame.planes[1:]:
        plane.update(b"\x80" * plane.buffer_size)
    frame.pts, frame.time_base = n, Fraction(1, RATE)
    return frame


if __name__ == "__main__":
    main(sys.argv[1:])
