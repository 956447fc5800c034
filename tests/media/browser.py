"""A real Chromium as a phone: the same five steps a web client takes."""

from typing import Any

from playwright.async_api import Browser, Page, Route

from server.domain.ids import ConnectionId, RoomId
from server.ports.media import MediaRouter

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)

_JOIN = """
async ({offer, devices}) => {
  const peer = new RTCPeerConnection({bundlePolicy: "max-bundle", iceServers: []});
  window.peer = peer;
  window.shown = [];
  peer.ontrack = ({track, transceiver, streams}) => {
    const element = document.createElement(track.kind);
    element.autoplay = element.muted = true;
    element.srcObject = new MediaStream([track]);
    document.body.append(element);
    window.shown.push([transceiver.mid, track.kind, streams[0].id]);
  };
  await peer.setRemoteDescription({type: "offer", sdp: offer});
  const [audio, video] = peer.getTransceivers();
  audio.direction = video.direction = "sendonly";
  if (devices) {
    const stream = await navigator.mediaDevices.getUserMedia(
      {audio: true, video: {width: 320, height: 240, frameRate: 20}});
    await audio.sender.replaceTrack(stream.getAudioTracks()[0]);
    await video.sender.replaceTrack(stream.getVideoTracks()[0]);
  }
  await peer.setLocalDescription(await peer.createAnswer());
  return peer.localDescription.sdp;
}
"""

_STATS = """
async () => [...(await window.peer.getStats()).values()]
"""


class BrowserPhone:
    """One page, one peer connection."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = ConnectionId(name)

    async def join(self, router: MediaRouter, room: RoomId, *, devices: bool = True) -> str:
        answer = await self.answer(await router.connect(room, self.name), devices=devices)
        await router.answer(self.name, answer)
        return answer

    async def answer(self, offer: str, *, devices: bool = True) -> str:
        answer: str = await self.page.evaluate(_JOIN, {"offer": offer, "devices": devices})
        return answer

    async def stats(self, kind: str) -> list[dict[str, Any]]:
        """Return the standard's statistics objects of one type."""
        everything: list[dict[str, Any]] = await self.page.evaluate(_STATS)
        return [one for one in everything if one["type"] == kind]

    async def inbound(self, mid: str) -> dict[str, Any]:
        """Return what arrives in one media section; empty before its first packet."""
        return next((one for one in await self.stats("inbound-rtp") if one["mid"] == mid), {})

    async def outbound(self, mid: str) -> dict[str, Any]:
        """Return what leaves in one media section; empty before its first packet."""
        return next((one for one in await self.stats("outbound-rtp") if one["mid"] == mid), {})


async def open_phone(browser: Browser, name: str) -> BrowserPhone:
    context = await browser.new_context()
    page = await context.new_page()

    async def serve(route: Route) -> None:
        await route.fulfill(body="<!doctype html><title>phone</title>", content_type="text/html")

    await page.route("**/*", serve)
    # localhost is a secure context, which devices need; the page itself never leaves this process.
    await page.goto("http://localhost/")
    return BrowserPhone(page, name)
