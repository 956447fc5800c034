"""One coded picture, and what it may claim to be before any decoder is asked for it.

What a phone says is not believed: a key frame that claims to be larger than any phone sends would
cost a decoder hundreds of megabytes, so neither it nor what builds upon it is passed on.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

LARGEST: Final = 1920
"""Pixels of either side that a key frame may claim."""
MOST_BYTES: Final = 2 * 1024 * 1024

Size: TypeAlias = tuple[int, int]
"""Width and height in pixels."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One coded picture; `size` is that of a key frame, None of others."""

    timestamp: int
    content: bytes
    size: Size | None


def sane(size: Size | None) -> bool:
    """Whether a decoder may be asked for a picture of this size."""
    return size is not None and min(size) > 0 and max(size) <= LARGEST
