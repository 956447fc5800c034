"""How packets stand in a recording: the language of the worker that writes and the mux that reads.

A batch is whole in itself: it begins with the names of its tracks and their clocks, so that
any chunk can be read without the ones before it.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

FRAME: Final = struct.Struct("!BBHI")
"""Kind, track, length of what follows, milliseconds since the segment began."""
NAME, CLOCK, PACKET = 0, 1, 2
STANDS: Final = struct.Struct("!LLd")
"""A sender report: stream, RTP timestamp, seconds on its sender's clock (RFC 3550 6.4.1)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One thing in a recording; `track` is the name under which it was recorded."""

    kind: int
    track: str
    at_ms: int
    content: bytes


def frame(kind: int, track: int, at_ms: int, content: bytes) -> bytes:
    """Return the bytes of one frame."""
    return FRAME.pack(kind, track, len(content), at_ms & 0xFFFFFFFF) + content


def frames(batch: bytes) -> Iterator[Frame]:
    """Yield the frames of whole batches; what is torn at the end is left out."""
    names: dict[int, str] = {}
    at = 0
    while at + FRAME.size <= len(batch):
        kind, track, length, at_ms = FRAME.unpack_from(batch, at)
        at += FRAME.size
        content = batch[at : at + length]
        at += length
        if len(content) < length:
            return
        if kind == NAME:
            names[track] = content.decode("utf-8", "replace")
        else:
            yield Frame(kind, names.get(track, ""), at_ms, content)
