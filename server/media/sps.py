"""What a sequence parameter set says of its pictures' size (H.264 7.3.2.1.1).

Read as a decoder would, and refused wherever it is unlike what phones send: interlaced pictures,
other than 8 bits in 4:2:0, scaling matrices.
"""

from typing import Final

from server.media.picture import LARGEST, Size

_BASELINE, _MAIN, _HIGH = 66, 77, 100
_PLAIN_PROFILES: Final = (_BASELINE, _MAIN)
_HEAD: Final = 4
"""Bytes of the unit's header, profile, constraints and level."""
_BLOCK: Final = 16
_LONGEST: Final = 64
"""Bytes of a phone's parameter set, generously."""
_MOST_ZEROS: Final = 16
_4_2_0: Final = 1
_MOST_FRAMES: Final = 16
_BY_NUMBER, _BY_CYCLE, _BY_ORDER = 0, 1, 2


class _OddError(Exception):
    """The set ends too early or says what no phone says."""


class _Bits:
    """Reads bit by bit (H.264 7.2, 9.1)."""

    def __init__(self, content: bytes) -> None:
        self._all = int.from_bytes(content, "big")
        self._left = 8 * len(content)

    def one(self) -> int:
        return self.some(1)

    def some(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise _OddError
        return self._all >> self._left & (1 << count) - 1

    def number(self) -> int:
        """Read an ue(v)."""
        zeros = 0
        while not self.one():
            zeros += 1
            if zeros > _MOST_ZEROS:
                raise _OddError
        return (1 << zeros) - 1 + self.some(zeros)


def size_of(unit: bytes) -> Size | None:
    """Return the size that is shown; None for a set that no decoder should see."""
    plain = unit.replace(b"\0\0\3", b"\0\0")
    if not _HEAD < len(plain) <= _LONGEST:
        return None
    try:
        return _size(plain[1], _Bits(plain[_HEAD:]))
    except _OddError:
        return None


def _size(profile: int, bits: _Bits) -> Size:
    bits.number()  # its identifier
    if profile == _HIGH:
        _expect_plain(bits)
    elif profile not in _PLAIN_PROFILES:
        raise _OddError
    bits.number()  # log2_max_frame_num_minus4
    _pass_order(bits)
    if bits.number() > _MOST_FRAMES:
        raise _OddError
    bits.one()  # gaps in frame numbers
    width, height = (_BLOCK * (bits.number() + 1) for _ in range(2))
    if max(width, height) > LARGEST or not bits.one():  # frame_mbs_only_flag
        raise _OddError
    bits.one()  # direct_8x8_inference_flag
    return _cropped(width, height, bits)


def _expect_plain(bits: _Bits) -> None:
    """Pass what only the High profile says."""
    chroma, luma_depth, chroma_depth = bits.number(), bits.number(), bits.number()
    transform_bypass, matrices = bits.one(), bits.one()
    if chroma != _4_2_0 or luma_depth or chroma_depth or transform_bypass or matrices:
        raise _OddError


def _pass_order(bits: _Bits) -> None:
    """Pass how the order of pictures is told; what an se(v) says takes the bits of an ue(v)."""
    kind = bits.number()
    if kind > _BY_ORDER:
        raise _OddError
    if kind == _BY_NUMBER:
        bits.number()
    elif kind == _BY_CYCLE:
        bits.one()
        bits.number()
        bits.number()
        for _ in range(bits.number()):
            bits.number()


def _cropped(width: int, height: int, bits: _Bits) -> Size:
    if not bits.one():
        return width, height
    left, right, top, bottom = (2 * bits.number() for _ in range(4))
    if left + right >= width or top + bottom >= height:
        raise _OddError
    return width - left - right, height - top - bottom
