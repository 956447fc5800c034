"""A stock MediaRelay as people write it: every track decoded, relayed, encoded per subscriber.

Run as `python -m server.rehearsal.bench_relay PARENT CORE`; it ends with SIGTERM.
"""

import asyncio
import sys
from collections.abc import Sequence

from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.contrib.media import MediaRelay

from server.rehearsal.bench_process import listen, say, settle
from server.rehearsal.peer import stay_on_loopback


def main(words: Sequence[str]) -> None:
    """Take everybody's offer, answer with everybody else's tracks."""
    parent, core = words
    settle(int(parent), int(core) if core != "None" else None)
    stay_on_loopback()
    asyncio.run(_serve(listen()["offers"]))


async def _serve(offers: list[str]) -> None:
    relay, connections = MediaRelay(), [_connection() for _ in offers]
    tracks = [await _take(*pair) for pair in zip(connections, offers, strict=True)]
    answers = []
    for place, connection in enumerate(connections):
        others = [one for at, of in enumerate(tracks) if at != place for one in of]
        for track in others:
            connection.addTrack(relay.subscribe(track))
        await connection.setLocalDescription(await connection.createAnswer())
        answers.append(connection.localDescription.sdp)
    say(answers=answers)
    await asyncio.Event().wait()


def _connection() -> RTCPeerConnection:
    return RTCPeerConnection(
        RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
    )


async def _take(connection: RTCPeerConnection, offer: str) -> list[MediaStreamTrack]:
    """Return the tracks that the phone sends."""
    tracks: list[MediaStreamTrack] = []
    connection.on("track", tracks.append)
    await connection.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
    return tracks


if __name__ == "__main__":
    main(sys.argv[1:])
