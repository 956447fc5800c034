"""A recording of a sitting, packet by packet, with participants who come, go and say nothing."""

from server.media.formats import OPUS
from server.media.log_frames import NAME, PACKET, frame
from server.rehearsal.clip import RATE, pictures, sounds
from tests.media.h264_clip import pictures as h264_pictures, sent
from tests.media.packets import rtp
from tests.media.test_mux import video

Packets = list[tuple[int, bytes]]
"""Milliseconds since the segment began, packet."""
BATCH_MS = 500


def shown(shade: int, begins: float, seconds: float, ssrc: int) -> Packets:
    """Return VP8 pictures of this shade."""
    found: Packets = []
    coded, number = pictures(shade), 1
    for n in range(int(seconds * RATE)):
        at = begins + n / RATE
        parts = video(bytes(coded[n % len(coded)][0]), number, int(at * 90_000), ssrc)
        number += len(parts)
        found += [(int(at * 1000), part) for part in parts]
    return found


def shown_h264(shade: int, begins: float) -> Packets:
    """Return two seconds of H.264."""
    return sent(h264_pictures(shade), begins=begins)


def said(begins: float, seconds: float, ssrc: int) -> Packets:
    """Return a tone."""
    every = int(seconds * 50)
    return [
        (
            int(begins * 1000) + 20 * n,
            bytes(
                rtp(
                    n,
                    payload=sounds()[n % len(sounds())],
                    payload_type=OPUS,
                    timestamp=int(begins * 48_000) + 960 * n,
                    ssrc=ssrc,
                )
            ),
        )
        for n in range(every)
    ]


def batches(**tracks: Packets) -> list[bytes]:
    """Return one segment's batches of half a second."""
    names = b"".join(frame(NAME, n, 0, one.encode()) for n, one in enumerate(tracks))
    every = sorted((at, n, raw) for n, one in enumerate(tracks.values()) for at, raw in one)
    last = every[-1][0]
    return [
        names
        + b"".join(frame(PACKET, n, at, raw) for at, n, raw in every if at // BATCH_MS == turn)
        for turn in range(last // BATCH_MS + 1)
    ]
