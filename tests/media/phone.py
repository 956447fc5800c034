"""A simulated phone: a stock aiortc peer connection with real codecs and real encryption."""

import array
import asyncio
import fractions
import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import pylibsrtp
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
    codecs,
)
from aiortc.codecs.vpx import Vp8Decoder
from aiortc.jitterbuffer import JitterFrame
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame
from av.frame import Frame

from server.domain.ids import ConnectionId, RoomId
from server.media.formats import H264, VP8, Kind, slot_mid
from server.ports.media import MediaRouter
from tests.media.waiting import until

WIDTH, HEIGHT, RATE = 160, 120, 20
SAMPLES = 960
TONE = array.array(
    "h", (int(12_000 * math.sin(2 * math.pi * at / 96)) for at in range(SAMPLES))
).tobytes()
"""20 ms of 500 Hz at 48 kHz: whole periods, so it can be repeated."""


class _BrowsersDecoder(Vp8Decoder):
    """Passes over packets without media, as browsers do.

    FFmpeg takes an empty frame for the end of the stream: a stock phone then decodes nothing any
    more, and asks for a key frame with every packet.
    """

    def decode(self, encoded_frame: JitterFrame) -> list[Frame]:
        return super().decode(encoded_frame) if encoded_frame.data else []


codecs.Vp8Decoder = _BrowsersDecoder  # type: ignore[attr-defined]


class Picture(MediaStreamTrack):
    """Grey pictures; how bright they are tells whose they are."""

    kind = "video"

    def __init__(self, luma: int) -> None:
        super().__init__()
        self._luma = luma
        self._shown = 0
        self._begun = asyncio.get_running_loop().time()

    async def recv(self) -> VideoFrame:
        await asyncio.sleep(self._begun + self._shown / RATE - asyncio.get_running_loop().time())
        frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
        bar = (self._shown * 4) % (WIDTH - 16)
        moving = bytes([self._luma]) * bar + b"\x80" * 16 + bytes([self._luma]) * WIDTH
        still = bytes([self._luma]) * WIDTH
        frame.planes[0].update(moving[:WIDTH] * (HEIGHT // 4) + still * (HEIGHT - HEIGHT // 4))
        for plane in frame.planes[1:]:
            plane.update(b"\x80" * plane.buffer_size)
        frame.pts, frame.time_base = self._shown * 90_000 // RATE, fractions.Fraction(1, 90_000)
        self._shown += 1
        return frame


class Voice(MediaStreamTrack):
    """A steady tone, loud enough to count as speech."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._sent = 0
        self._begun = asyncio.get_running_loop().time()

    async def recv(self) -> AudioFrame:
        await asyncio.sleep(self._begun + self._sent / 48_000 - asyncio.get_running_loop().time())
        frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(TONE)
        frame.sample_rate = 48_000
        frame.pts, frame.time_base = self._sent, fractions.Fraction(1, 48_000)
        self._sent += SAMPLES
        return frame


class Phone:
    """`received` counts RTP packets by media identifier; `pictures` the decoded ones by slot."""

    def __init__(self, name: str, luma: int | None = None) -> None:
        self.name = ConnectionId(name)
        # With the default policy aiortc leaves later videos on a transport of their own.
        bundled = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        self.peer = RTCPeerConnection(bundled)
        self.received: Counter[str] = Counter()
        self.last_at: dict[str, float] = {}
        self.pictures: Counter[int] = Counter()
        self.luma: dict[int, float] = {}
        self._mid_of: dict[int, str] = {}
        self._sequences: dict[str, set[int]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.only_h264 = False
        if luma is not None:
            self.peer.addTrack(Voice())
            self.peer.addTrack(Picture(luma))

    async def join(self, router: MediaRouter, room: RoomId) -> None:
        offer = await router.connect(room, self.name)
        await router.answer(self.name, await self.answer(offer, self._understood))

    async def answer(self, offer: str, edit: Callable[[str], str] = lambda sdp: sdp) -> str:
        self._note_streams(offer)
        await self.peer.setRemoteDescription(RTCSessionDescription(sdp=edit(offer), type="offer"))
        self._listen()
        await self.peer.setLocalDescription(await self.peer.createAnswer())
        return self.peer.localDescription.sdp

    def _understood(self, offer: str) -> str:
        """Return the offer as a phone reads it that knows no VP8."""
        if not self.only_h264:
            return offer
        lines = (one for one in offer.splitlines() if f":{VP8} " not in one)
        return "\r\n".join(lines).replace(f" {VP8} {H264}", f" {H264}") + "\r\n"

    async def connected(self) -> None:
        await until(lambda: self.peer.connectionState == "connected")

    async def sees(self, slot: int, *, more: int = 5, within: float = 8) -> None:
        """Wait until this many more pictures of the slot are decoded."""
        target = self.pictures[slot] + more
        await until(lambda: self.pictures[slot] >= target, within=within)

    async def sees_luma(self, slot: int, luma: int, within: float = 8) -> None:
        """Wait until the slot shows a picture of about this brightness."""
        await until(lambda: abs(self.luma.get(slot, -100) - luma) < 12, within=within)

    def packets(self, slot: int | None = None) -> int:
        """Return how many RTP packets came, in one slot or at all."""
        if slot is None:
            return self.received.total()
        return sum(self.received[slot_mid(slot, kind)] for kind in Kind)

    def gaps(self) -> int:
        """Return how many sequence numbers of all slots were never used."""
        spans = ((max(seen) - min(seen) + 1 - len(seen)) for seen in self._sequences.values())
        return sum(spans)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.peer.close()

    async def inject(self, packet: bytes) -> bool:
        """Send a packet of our own making over the protected path; False if libsrtp refuses."""
        session = self.transport._tx_srtp
        rtcp = packet[1] in range(192, 224)
        try:
            sealed = session.protect_rtcp(packet) if rtcp else session.protect(packet)
        except pylibsrtp.Error:
            return False
        await self.transport.transport._send(sealed)
        return True

    @property
    def transport(self) -> Any:
        return self.peer.getTransceivers()[0].sender.transport

    def _note_streams(self, offer: str) -> None:
        mid = ""
        for line in offer.splitlines():
            if line.startswith("a=mid:"):
                mid = line[6:]
            elif line.startswith("a=ssrc:"):
                self._mid_of[int(line[7:].split()[0])] = mid

    def _listen(self) -> None:
        for transceiver in self.peer.getTransceivers():
            if transceiver.kind == "video" and transceiver.mid not in {None, "0", "1"}:
                slot = (int(transceiver.mid, 16) - 2) // 2
                task = asyncio.create_task(self._watch(slot, transceiver.receiver.track))
                self._tasks.add(task)
        transport = self.transport
        handle = transport._handle_rtp_data

        async def count(raw: bytes, arrival_time_ms: int) -> None:
            mid = self._mid_of.get(int.from_bytes(raw[8:12], "big"), "unknown")
            self.received[mid] += 1
            self._sequences.setdefault(mid, set()).add(self._unwrap(mid, raw))
            self.last_at[mid] = asyncio.get_running_loop().time()
            await handle(raw, arrival_time_ms=arrival_time_ms)

        transport._handle_rtp_data = count

    def _unwrap(self, mid: str, raw: bytes) -> int:
        sequence = int.from_bytes(raw[2:4], "big")
        newest = max(self._sequences[mid], default=sequence)
        return newest + (sequence - newest + 0x8000) % 0x10000 - 0x8000

    async def _watch(self, slot: int, track: Any) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            self.pictures[slot] += 1
            luma = bytes(frame.planes[0])[frame.planes[0].line_size * HEIGHT // 2 :]
            self.luma[slot] = sum(luma[:WIDTH]) / WIDTH
