"""A simulated phone's media: stock ICE, DTLS-SRTP and codecs, pre-encoded pictures."""

import asyncio
from collections import Counter

from aioice import ice
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError

from server.rehearsal.browser import Browser
from server.rehearsal.clip import camera, microphone

LOOPBACK = ["127.0.0.1"]


def stay_on_loopback() -> None:
    """Let simulated phones use loopback, which the ICE library leaves out by default."""
    ice.get_host_addresses = lambda use_ipv4, use_ipv6: list(LOOPBACK)


class Peer:
    """One peer connection; `frames` counts decoded pictures, `sounds` decoded audio."""

    def __init__(self, shade: int) -> None:
        bundled = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        self.pc = RTCPeerConnection(bundled)
        self.pc.addTrack(microphone())
        self.pc.addTrack(camera(shade))
        self.frames = 0
        self.sounds: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._connected = asyncio.Event()
        self._news = asyncio.Event()
        self.pc.on("track", self._track)
        self.pc.on("connectionstatechange", self._state)

    def _track(self, track: MediaStreamTrack) -> None:
        task = asyncio.create_task(self._watch(track))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                await track.recv()
                if track.kind == "video":
                    self.frames += 1
                    self._news.set()
                else:
                    self.sounds[track.id] += 1
        except MediaStreamError:
            return

    def _state(self) -> None:
        if self.pc.connectionState == "connected":
            self._connected.set()

    async def join(self, browser: Browser) -> None:
        """Ask for a connection and answer the server's offer."""
        await browser.say("media.start")
        async with asyncio.timeout(15):
            offer = await browser.offers.get()
            await self.pc.setRemoteDescription(
                RTCSessionDescription(sdp=offer["sdp"], type="offer")
            )
            await self.pc.setLocalDescription(await self.pc.createAnswer())
            sdp = self.pc.localDescription.sdp
            await browser.say("media.answer", connection=offer["connection"], sdp=sdp)
            await self._connected.wait()
        await browser.say("own.media", microphone=True, camera=True)

    async def sees_more(self, frames: int, within: float = 15.0) -> None:
        """Wait until this many more pictures were decoded."""
        target = self.frames + frames
        async with asyncio.timeout(within):
            while self.frames < target:
                self._news.clear()
                await self._news.wait()

    async def close(self) -> None:
        """End the connection."""
        await self.pc.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
