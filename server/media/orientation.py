"""How a phone holds its camera, as its packets tell (3GPP TS 26.114 7.4.5)."""

from collections import Counter
from typing import Final

from server.media.formats import VIDEO_ORIENTATION
from server.media.rtp import FIXED, Packet

_EXTENDED: Final = 0x10
_HEAD: Final = 4
_STOP: Final = 15
_QUARTERS: Final = 0x03


def turned(packet: Packet) -> int | None:
    """Return by how many degrees clockwise a picture is to be turned; None where nothing says so.

    A phone says it with the last packet of a key frame, and of each after a change.
    """
    raw = packet.raw
    at = FIXED + 4 * (raw[0] & 0x0F) + _HEAD
    while raw[0] & _EXTENDED and at < packet.payload_at:
        number, size = raw[at] >> 4, (raw[at] & 0x0F) + 1
        if number == VIDEO_ORIENTATION:
            return 90 * (raw[at + 1] & _QUARTERS) if at + 1 < packet.payload_at else None
        if number == _STOP:
            return None
        at += 1 + size if number else 1
    return None


class Turns:
    """How the pictures of a recording are to be turned, all in all."""

    def __init__(self) -> None:
        """No picture came yet."""
        self._now: dict[tuple[tuple[int, int], int], int] = {}
        self._counts: dict[int, Counter[int]] = {}

    def note(self, stream: tuple[int, int], form: int, said: int | None) -> None:
        """Count a picture; what a phone said holds until it says another."""
        now = self._now.get((stream, form), 0) if said is None else said
        self._now[stream, form] = now
        self._counts.setdefault(form, Counter())[now] += 1

    def most(self, form: int) -> int:
        """Return by how many degrees clockwise most pictures of a format are to be turned."""
        counted = self._counts.get(form, Counter({0: 1}))
        return counted.most_common(1)[0][0]
