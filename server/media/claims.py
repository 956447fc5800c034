"""What a packet claims of its pictures' size, read before anybody's decoder is told of it.

A decoder takes the memory that a picture's head speaks of: ninety bytes of a phone that lies would
cost every phone that sees it hundreds of megabytes. Heads are read as for films, no further.
"""

from typing import Final

from server.media import vp8_head
from server.media.formats import H264, OPUS, VP8
from server.media.h264 import FU_A, SPS, STAP_A, units
from server.media.picture import sane
from server.media.rtp import Packet
from server.media.sps import size_of
from server.media.uplink import HISTORY, Uplink

_TYPE: Final = 0x1F
_SUBSET_SPS: Final = 15
_SETS: Final = (SPS, _SUBSET_SPS)
_START_CODE: Final = b"\0\0\1"
_FRAGMENT_HEAD: Final = 2
_FRAGMENT_LEAST: Final = 3
"""Bytes of a fragment, so that a start code lies over two of them at most."""

TELLING: Final = {
    OPUS: frozenset[int](),
    VP8: frozenset(one for one in range(256) if one & vp8_head.STARTS == vp8_head.STARTS_FIRST),
    H264: frozenset(range(256)),
}
"""First bytes of the payloads that `bearable` has to see: seldom one of VP8's, every one of H.264's
for a set may stand within any."""


def bearable(packet: Packet) -> bool:
    """Whether what a packet says of its pictures' size is what a phone says, if it says any."""
    at = packet.payload_at
    payload = bytes(packet.raw[at : at + packet.payload_size])
    return _vp8(payload) if packet.payload_type == VP8 else _h264(payload)


def _vp8(payload: bytes) -> bool:
    """A head that is cut short hides its size from us, and a decoder would put it together."""
    body = payload[vp8_head.body_at(payload) :]
    return bool(body and body[0] & vp8_head.INTER) or sane(vp8_head.key_size(body))


def _h264(payload: bytes) -> bool:
    """Sets come whole and in units of their own: phones send none that are not."""
    kind = payload[0] & _TYPE
    if _START_CODE in payload:
        return False
    if kind == FU_A:
        return len(payload) == 1 or payload[1] & _TYPE not in _SETS
    found = list(units(payload))
    whole = kind != STAP_A or 1 + sum(2 + len(one) for one in found) == len(payload)
    return whole and all(_bearable(one) for one in found)


def _bearable(unit: bytes) -> bool:
    kind = unit[0] & _TYPE
    return kind not in _SETS or (kind == SPS and sane(size_of(unit)))


def torn(uplink: Uplink, packet: Packet) -> bool:
    """Whether a start code lies over a fragment and the one before or behind it.

    The packet has its number in the uplink; it may be the earlier or the later one to arrive.
    """
    part = _fragment(packet)
    if part is None or (len(part) >= _FRAGMENT_LEAST and part[0] > 1 and part[-1]):
        return False
    number = packet.number
    # What stood before one so late is forgotten.
    if len(part) < _FRAGMENT_LEAST or number <= uplink.highest - HISTORY + 1:
        return True
    before, behind = (_fragment(uplink.recall(number + step)) or b"" for step in (-1, 1))
    return _START_CODE in before[-2:] + part[:2] or _START_CODE in part[-2:] + behind[:2]


def _fragment(packet: Packet | None) -> bytes | None:
    """Return what a fragment holds behind both its heads (RFC 6184 5.8); None if it is none."""
    if packet is None or packet.payload_type != H264:
        return None
    at, raw = packet.payload_at, packet.raw
    if not packet.payload_size or raw[at] & _TYPE != FU_A:
        return None
    return bytes(raw[at + _FRAGMENT_HEAD : at + packet.payload_size])
