"""H.264 pictures put together from their packets (RFC 6184), never decoded.

Only what Constrained Baseline to High phones send passes: slices and parameter sets. Every
sequence parameter set is read before it is passed on, because it tells a decoder what to allocate.
"""

from collections.abc import Iterator
from typing import Final

from server.media.picture import MOST_BYTES, Picture, Size, sane
from server.media.rtp import Packet
from server.media.sps import size_of

SLICE, IDR, SPS, PPS = 1, 5, 7, 8
STAP_A, FU_A = 24, 28
PASSED: Final = frozenset({SLICE, IDR, SPS, PPS})
"""Others (enhancements, partitions, subset parameter sets) could open what nobody has checked."""
START_CODE: Final = b"\0\0\0\1"

_NEVER_WITHIN: Final = (b"\0\0\0", b"\0\0\1", b"\0\0\2")
_TYPE: Final = 0x1F
_ABOVE_TYPE: Final = 0xE0
_FIRST, _LAST = 0x80, 0x40
_FIRST_MB_IS_0: Final = 0x80  # ue(v) of zero is a single bit 1
_MARKER: Final = 0x80
_MOST_SETS: Final = 8


def units(payload: bytes) -> Iterator[bytes]:
    """Yield the whole NAL units of a packet that is no fragment; stop where it is torn."""
    if len(payload) > 1 and payload[0] & _TYPE != STAP_A:
        yield payload
        return
    at = 1
    while at + 2 < len(payload):
        end = at + 2 + int.from_bytes(payload[at : at + 2], "big")
        if end > len(payload) or end == at + 2:
            return
        yield payload[at + 2 : end]
        at = end


def opening_size(payload: bytes) -> Size | None:
    """Return the size that a packet's sequence parameter set claims, if it holds one.

    A set fits into one packet on every network that carries the rest of the call.
    """
    sizes = (size_of(one) for one in units(payload) if one[0] & _TYPE == SPS)
    return next((size for size in sizes if sane(size)), None)


def smuggles(unit: bytes) -> bool:
    """Whether a reader of the byte stream would find another unit within (H.264 7.4.1)."""
    return any(code in unit for code in _NEVER_WITHIN)


class Pictures:
    """Takes one stream's packets in order and gives back whole access units, as a byte stream."""

    def __init__(self) -> None:
        """Nothing can be shown before the first key frame."""
        self.refused = 0
        self._timestamp: int | None = None
        self._number = 0
        self._units: list[bytes] = []
        self._open: bytearray | None = None
        self._octets = 0
        self._whole = False
        self._size: Size | None = None
        self._sets: list[bytes] = []
        self._blind = True

    def take(self, number: int, packet: Packet, payload: bytes) -> Picture | None:
        """Return the picture that this packet completes, if it does and may be shown."""
        if packet.timestamp != self._timestamp:
            self._timestamp, self._units, self._open = packet.timestamp, [], None
            self._octets, self._whole = 0, True
        elif number != self._number + 1:
            self._whole = False
        self._number = number
        self._octets += len(payload)
        self._whole = self._whole and self._octets <= MOST_BYTES and self._added(payload)
        if not packet.second & _MARKER or not self._whole:
            return None
        self._whole = False
        return self._shown(packet.timestamp)

    def _added(self, payload: bytes) -> bool:
        """Take in what a packet holds; return whether it can be part of a whole picture."""
        if len(payload) > 2 and payload[0] & _TYPE == FU_A:  # noqa: PLR2004  # both its headers
            return self._joined(payload)
        if self._open is not None:
            return False
        self._units += units(payload)
        return True

    def _joined(self, payload: bytes) -> bool:
        """Take in a fragment (RFC 6184 5.8)."""
        flags = payload[1]
        if flags & _FIRST:
            self._open = bytearray([payload[0] & _ABOVE_TYPE | flags & _TYPE])
        if self._open is None:
            return False
        self._open += payload[2:]
        if flags & _LAST:
            self._units.append(bytes(self._open))
            self._open = None
        return True

    def _shown(self, timestamp: int) -> Picture | None:
        passed = [one for one in self._units if one[0] & _TYPE in PASSED and not smuggles(one)]
        slices = [one for one in passed if one[0] & _TYPE in {SLICE, IDR}]
        if not self._noted(passed) or not slices or not _begins(slices[0]):
            return None
        key = any(one[0] & _TYPE == IDR for one in slices)
        self._blind = self._blind and not (key and self._size)
        if self._blind:
            return None
        if key and not any(one[0] & _TYPE == SPS for one in passed):
            passed = [*self._sets, *slices]
        content = b"".join(START_CODE + one for one in passed)
        return Picture(timestamp, content, self._size if key else None)

    def _noted(self, passed: list[bytes]) -> bool:
        """Remember the parameter sets; return whether each of them may reach a decoder."""
        sets = [one for one in passed if one[0] & _TYPE in {SPS, PPS}]
        sizes = [size_of(one) for one in sets if one[0] & _TYPE == SPS]
        if not all(sane(size) for size in sizes):
            self._size, self._sets, self._blind = None, [], True
            self.refused += 1
            return False
        if sizes:
            self._size, self._sets = sizes[-1], sets[:_MOST_SETS]
        return True


def _begins(unit: bytes) -> bool:
    """Whether a slice holds the picture's first macroblock: nothing before it is missing."""
    return len(unit) > 1 and bool(unit[1] & _FIRST_MB_IS_0)
