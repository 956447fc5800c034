"""Lets pyHanko read the long strings of digits in a signed PDF at once.

A signature lies in its file as some twenty thousand hexadecimal digits, and whoever reads one
object of the form reads all of them: pyHanko takes them one by one. Whatever is no plain run of
digits it reads as before, and says what is wrong with it.
"""

import re
from binascii import unhexlify
from collections.abc import Callable
from os import SEEK_CUR
from typing import IO, Final

from pyhanko.pdf_utils import generic

Read = Callable[[IO[bytes]], generic.PdfObject]

_AT_ONCE: Final = 1 << 17
"""Bytes looked at for the end: twice what a signature with a stamp from outside has."""
_DIGITS: Final = re.compile(rb"<([0-9A-Fa-f]*+)>")
_GIVEN: Read = generic.read_hex_string_from_stream


def read_at_once() -> None:
    """Read a string of hexadecimal digits (ISO 32000-1, 7.3.4.3) without looking at each."""
    generic.read_hex_string_from_stream = _read  # type: ignore[assignment]


def _read(stream: IO[bytes]) -> generic.PdfObject:
    ahead = stream.read(_AT_ONCE)
    digits = _digits(ahead)
    if digits is None:
        stream.seek(-len(ahead), SEEK_CUR)
        return _GIVEN(stream)
    stream.seek(len(digits) + len("<>") - len(ahead), SEEK_CUR)
    return generic.pdf_string(unhexlify(digits))


def _digits(ahead: bytes) -> bytes | None:
    """Return the digits of a string that begins here, None unless they are all that is in it."""
    found = _DIGITS.match(ahead)
    return found[1] if found and len(found[1]) % 2 == 0 else None
