"""When to wake up for every datagram and when to look every two milliseconds."""

from typing import Final

TICK_S: Final = 0.002
TICK_ABOVE: Final = 2200
"""Datagrams a second: more than four rooms of three send, who get the shorter way for little."""
TICK_BELOW: Final = 1500
IDLE_TICKS: Final = 10

_WINDOW_S: Final = 0.3
"""Long enough that pictures falling together do not look like more traffic."""


class Pace:
    """Counts what arrives; `ticking` says which way is cheaper now."""

    def __init__(self) -> None:
        """Begin by waiting for datagrams."""
        self.ticking = False
        self._seen = 0
        self._since = 0.0
        self._idle = 0

    def note(self, count: int, now: float) -> bool:
        """Take how many datagrams one look found; return whether `ticking` changed."""
        self._seen += count
        self._idle = 0 if count else self._idle + 1
        if self.ticking and self._idle >= IDLE_TICKS:
            return self._turn(now)
        elapsed = now - self._since
        if elapsed < _WINDOW_S:
            return False
        rate = self._seen / elapsed
        if rate < TICK_BELOW if self.ticking else rate > TICK_ABOVE:
            return self._turn(now)
        self._seen, self._since = 0, now
        return False

    def _turn(self, now: float) -> bool:
        self.ticking = not self.ticking
        self._seen, self._since, self._idle = 0, now, 0
        return True
