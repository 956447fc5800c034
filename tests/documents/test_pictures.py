"""Pictures from outside: what a header claims is refused before anything is unfolded."""

import struct
import zlib
from collections.abc import Callable

import pytest

from server.documents.pictures import check_picture
from server.documents.scans import count_scan
from server.domain.errors import InvalidValueError

REFUSED: list[tuple[Callable[[bytes], object], str]] = [
    (check_picture, "image"),
    (count_scan, "file"),
]


def claiming(side: int) -> bytes:
    """Return a PNG of a few bytes whose header claims a square of `side` pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, content) for name, content in parts)


@pytest.mark.parametrize("side", [9_000, 12_000, 60_000, 2**31 - 1])
@pytest.mark.parametrize(("read", "field"), REFUSED)
# Pillow only warns of one of these sizes, which are refused all the same.
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_picture_of_a_hostile_size_is_too_big(
    read: Callable[[bytes], object], field: str, side: int
) -> None:
    with pytest.raises(InvalidValueError) as refused:
        read(claiming(side))
    assert refused.value.facts == {"field": field, "reason": "too_big"}
