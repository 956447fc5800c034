"""Tells a fragmented MP4's length in its header, where FFmpeg leaves a zero.

A pipe cannot be gone back in, and without it a player that is sent the film shows no length.
"""

from typing import Final, Protocol

_BOX: Final = 8
_MOVIE, _HEADER = b"moov", b"mvhd"
_MOST: Final = 64 * 1024
_SCALE_AT, _DURATION_AT, _NEED = 20, 24, 28
"""Offsets within the header box of version 0 (ISO/IEC 14496-12 8.2.2)."""


class Sink(Protocol):
    """What takes a film as it is made."""

    def write(self, content: bytes, /) -> int:
        """Take all of it."""
        ...

    def flush(self) -> None:
        """Keep nothing back."""
        ...


class WithDuration:
    """Passes on what is written, and changes one number in the header on its way."""

    def __init__(self, out: Sink, seconds: float) -> None:
        """`seconds` is the length of the film."""
        self._out = out
        self._seconds = seconds
        self._head: bytearray | None = bytearray()

    def write(self, content: bytes) -> int:
        """Keep what comes until the header is whole, then pass everything on."""
        if self._head is None:
            return self._out.write(content)
        self._head += content
        at = _place(self._head)
        if at is not None:
            self._fill(self._head, at)
        if at is not None or len(self._head) > _MOST:
            self._out.write(bytes(self._head))
            self._head = None
        return len(content)

    def flush(self) -> None:
        """Pass it on."""
        self._out.flush()

    def _fill(self, head: bytearray, at: int) -> None:
        scale = int.from_bytes(head[at + _SCALE_AT : at + _DURATION_AT], "big")
        length = min(round(self._seconds * scale), 0xFFFFFFFE)
        head[at + _DURATION_AT : at + _NEED] = length.to_bytes(4, "big")


def _place(head: bytearray) -> int | None:
    """Return where the movie's header begins once all of it is there."""
    at = 0
    while len(head) >= at + 2 * _BOX + _NEED:
        size, kind = int.from_bytes(head[at : at + 4], "big"), head[at + 4 : at + _BOX]
        if kind == _MOVIE:
            inner = at + _BOX
            return inner if head[inner + 4 : inner + _BOX] == _HEADER else None
        if size < _BOX:
            return None
        at += size
    return None
