"""The one byte form of a JSON value: what is digested, signed and sealed.

RFC 8785 (JCS) for our profile: objects with ASCII keys, arrays, strings, booleans,
null and whole numbers up to 2**53-1. Money is whole fen; there are no floats.
"""

import hashlib
import json
from collections.abc import Iterable

from server.domain.errors import InvalidValueError

GREATEST = 2**53 - 1


def canonical_json(value: object) -> bytes:
    """Return the RFC 8785 bytes of `value`.

    Raises InvalidValueError for what the profile leaves out: floats, keys beyond
    ASCII, integers a browser cannot hold, lone surrogates; and for what is nested too deep.
    """
    try:
        _check(value)
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return text.encode()
    except RecursionError as error:
        raise InvalidValueError(field=type(value).__name__, reason="not_canonical") from error
    except UnicodeEncodeError as error:
        raise InvalidValueError(field="text", reason="lone_surrogate") from error


def sha256_hex(content: bytes) -> str:
    """Return SHA-256 as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def sm3_hex(content: bytes) -> str | None:
    """Return SM3 (GB/T 32905) as hexadecimal digits, None where OpenSSL lacks it."""
    try:
        return hashlib.new("sm3", content).hexdigest()
    except ValueError:
        return None


def sm3_agrees(said: str | None, content: bytes) -> bool:
    """Return whether SM3 of the content is as said, or was or is not to be had."""
    return None in (said, found := sm3_hex(content)) or said == found


def _check(value: object) -> None:
    match value:
        case None | bool() | str():
            pass
        case int() if abs(value) <= GREATEST:
            pass
        case dict() if all(isinstance(key, str) and key.isascii() for key in value):
            _check_all(value.values())
        case list() | tuple():
            _check_all(value)
        case _:
            raise InvalidValueError(field=type(value).__name__, reason="not_canonical")


def _check_all(values: Iterable[object]) -> None:
    for value in values:
        _check(value)
