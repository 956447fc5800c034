"""Where the header extensions of an RTP packet stand (RFC 8285, one-byte form).

A stream's packets carry the same extensions in the same places nearly always. So a layout is read
once, and the next packet is only compared with it: one integer, one mask.
"""

import struct
from typing import Final, Self

from server.media.formats import ABS_SEND_TIME, AUDIO_LEVEL, MID

_HEAD: Final = struct.Struct("!HH")
_ONE_BYTE_PROFILE: Final = 0xBEDE
_STOP: Final = 15
_SEND_TIME_BYTES: Final = 3


class Layout:
    """Places counted from the packet's first byte, 0 for what is not there; `end` is the block's.

    A layout holds for every packet whose bytes from `start` to `end` are `shape` under `mask`.
    """

    __slots__ = ("end", "level_at", "mask", "mid_at", "send_time_at", "shape", "stable", "start")

    def __init__(self, start: int) -> None:
        """Begin with an empty block."""
        self.start = self.end = start
        self.mid_at = self.send_time_at = self.level_at = 0
        self.mask = self.shape = 0
        self.stable = True

    @classmethod
    def read(cls, raw: bytearray, start: int) -> Self:
        """Return the layout of the block at `start`; raise ValueError if it does not hold together.

        A media identifier that is not one byte long cannot be rewritten in place, so it is blanked.
        """
        if len(raw) < start + _HEAD.size:
            raise ValueError
        profile, words = _HEAD.unpack_from(raw, start)
        layout = cls(start)
        layout.end = start + _HEAD.size + 4 * words
        if len(raw) < layout.end:
            raise ValueError
        fixed = {start + at for at in range(_HEAD.size)}
        if profile == _ONE_BYTE_PROFILE:
            fixed |= layout._elements(raw, start + _HEAD.size)
        octets = bytes(0xFF if at in fixed else 0 for at in range(start, layout.end))
        layout.mask = int.from_bytes(octets, "big")
        layout.shape = int.from_bytes(raw[start : layout.end], "big") & layout.mask
        return layout

    def _elements(self, raw: bytearray, at: int) -> set[int]:
        """Note what is there; return the places that say so."""
        fixed = set()
        while at < self.end:
            fixed.add(at)
            number, size = raw[at] >> 4, (raw[at] & 0x0F) + 1
            if number == _STOP:
                break
            if number == 0:
                at += 1
                continue
            if at + 1 + size > self.end:
                raise ValueError
            self._note(raw, number, at + 1, size)
            at += 1 + size
        return fixed

    def _note(self, raw: bytearray, number: int, at: int, size: int) -> None:
        if number == ABS_SEND_TIME and size == _SEND_TIME_BYTES:
            self.send_time_at = at
        elif number == AUDIO_LEVEL and size == 1:
            self.level_at = at
        elif number == MID and size == 1:
            self.mid_at = at
        elif number == MID:
            # As padding it names nobody; the next packet has to be blanked as well.
            raw[at - 1 : at + size] = bytes(size + 1)
            self.stable = False


Layouts = dict[int, Layout]
"""The layouts of one phone's packets by the size of their block: at most 256."""

_LENGTH_AT: Final = 15
_BLOCK_AT: Final = 12


def layout_of(raw: bytearray, known: Layouts) -> Layout:
    """Return the layout of a packet without contributing sources; raise ValueError."""
    if len(raw) > _LENGTH_AT:
        layout = known.get(raw[_LENGTH_AT])
        if layout is not None:
            block = int.from_bytes(raw[_BLOCK_AT : layout.end], "big")
            if block & layout.mask == layout.shape and len(raw) >= layout.end:
                return layout
    layout = Layout.read(raw, _BLOCK_AT)
    if layout.stable:
        known[raw[_LENGTH_AT]] = layout
    return layout
