"""The fixed table of the media plane: payload types, header extensions and media identifiers.

The server is always the offerer, so it dictates these numbers to every phone, and a packet can go
from one to the other without renumbering them.
"""

from enum import StrEnum
from typing import Final

from server.ports.media import SLOTS


class Kind(StrEnum):
    AUDIO = "audio"
    VIDEO = "video"


OPUS: Final = 111
VP8: Final = 96
H264: Final = 102

PAYLOAD_TYPES: Final = {Kind.AUDIO: (OPUS,), Kind.VIDEO: (VP8, H264)}
KIND_OF_PAYLOAD: Final = {number: kind for kind, all_ in PAYLOAD_TYPES.items() for number in all_}
CLOCK: Final = {Kind.AUDIO: 48_000, Kind.VIDEO: 90_000}

MID: Final = 1
AUDIO_LEVEL: Final = 2
ABS_SEND_TIME: Final = 3
VIDEO_ORIENTATION: Final = 4

EXTENSIONS: Final = {
    Kind.AUDIO: (
        (MID, "urn:ietf:params:rtp-hdrext:sdes:mid"),
        (AUDIO_LEVEL, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
        (ABS_SEND_TIME, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
    ),
    Kind.VIDEO: (
        (MID, "urn:ietf:params:rtp-hdrext:sdes:mid"),
        (ABS_SEND_TIME, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
        (VIDEO_ORIENTATION, "urn:3gpp:video-orientation"),
    ),
}

# One character each, so that a packet's MID is rewritten in place when it is forwarded.
_MIDS: Final = "0123456789abcdef"
UPLINK_MID: Final = {Kind.AUDIO: _MIDS[0], Kind.VIDEO: _MIDS[1]}
MIDS: Final = tuple(_MIDS[: 2 + 2 * SLOTS])


def slot_mid(slot: int, kind: Kind) -> str:
    """Return the media identifier of one slot's audio or video."""
    return _MIDS[2 + 2 * slot + (kind is Kind.VIDEO)]


def kind_of_mid(mid: str) -> Kind:
    """Audio has the even places, video the odd ones."""
    return Kind.VIDEO if _MIDS.index(mid) % 2 else Kind.AUDIO
