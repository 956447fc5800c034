"""Identifiers and secrets that repeat: the same seed gives the same story."""

import base64
from random import Random

from server.system import uuid7

FIRST = (1_741_568_400_000 << 12) + 1
"""10 March 2025, 09:00 in Shanghai, in milliseconds, with a counter of one."""


class SeededIds:
    """Looks like the real one and follows from `seed`. Not for keys that matter."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = Random(seed)
        self._tick = FIRST

    @property
    def state(self) -> tuple[int, object]:
        """What everything to come follows from."""
        return self._tick, self._chance.getstate()

    def go_on_like(self, other: "SeededIds") -> None:
        """Give from now on what the other one would give."""
        self._tick = other._tick
        self._chance.setstate(other._chance.getstate())

    def new(self) -> str:
        self._tick += 1
        return uuid7(self._tick, self._chance.getrandbits(62))

    def token(self) -> str:
        return base64.urlsafe_b64encode(self._chance.randbytes(16)).rstrip(b"=").decode()

    def digits(self, length: int) -> str:
        return "".join(self._chance.choice("0123456789") for _ in range(length))

    def bytes(self, length: int) -> bytes:
        return self._chance.randbytes(length)
