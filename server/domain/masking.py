"""How much of a number is shown to people who need not see all of it."""

from typing import Final

_SIGN: Final = "*"
_ID_HEAD, _ID_TAIL = 6, 4
_PHONE_HEAD, _PHONE_TAIL = 3, 4


def mask_identity_number(number: str) -> str:
    """Hide birth date and more: 512099197904123018 → 512099********3018."""
    return _mask_middle(number, _ID_HEAD, _ID_TAIL)


def mask_phone(number: str) -> str:
    """Hide the middle of a telephone number: 19900000001 → 199****0001."""
    return _mask_middle(number, _PHONE_HEAD, _PHONE_TAIL)


def _mask_middle(number: str, head: int, tail: int) -> str:
    """Keep `head` and `tail` signs; a short number shows a quarter at each end."""
    if len(number) <= head + tail:
        head = tail = len(number) // 4
    return number[:head] + _SIGN * (len(number) - head - tail) + number[len(number) - tail :]
