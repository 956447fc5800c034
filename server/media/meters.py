"""What is measured of a connection: what it may send, what flows, what its phone can take."""

from typing import Final

_REFILL_S: Final = 0.05
"""A bucket is not refilled for every packet: that costs more than spending."""
_SMOOTHING: Final = 0.3
_FALLEN: Final = 0.95
_FRESH_S: Final = 5.0
_LIMITED_S: Final = 10.0
_EXCEEDED_S: Final = 2.5
"""A tenth too much makes a queue of a quarter of a second meanwhile, and trips show it."""
_DOUBTED_S: Final = 60.0
_SWIFT_S: Final = 0.1
_NEWEST_S: Final = 2.0


class Allowance:
    """A token bucket: so much a second, and so many seconds' worth at once."""

    def __init__(self, rate: float, now: float, *, at_once_s: float = 1.0) -> None:
        """Begin full."""
        self._rate = rate
        self._most = self._left = rate * at_once_s
        self._at = now

    def spend(self, amount: float, now: float) -> bool:
        """Take this much out; False if it is not there."""
        if amount > self._left or now - self._at > _REFILL_S:
            self._left = min(self._most, self._left + (now - self._at) * self._rate)
            self._at = now
            if amount > self._left:
                return False
        self._left -= amount
        return True


class Flow:
    """How many bit/s flow lately, smoothed over about two seconds."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.bits = 0.0
        self._before = (0, 0.0)

    def note(self, octets: int, now: float) -> None:
        """Take the total so far."""
        sent, at = self._before
        self._before = (octets, now)
        if at and now > at:
            rate = (octets - sent) * 8 / (now - at)
            self.bits += (_SMOOTHING if self.bits else 1.0) * (rate - self.bits)


class Trips:
    """How long the way there and back takes, as reports tell."""

    def __init__(self) -> None:
        """Begin without one."""
        self.last_s: float | None = None
        self._least = float("inf")
        self._at = float("-inf")

    def note(self, seconds: float, now: float) -> None:
        """Take one."""
        self.last_s, self._at = seconds, now
        self._least = min(self._least, seconds)

    def swift(self, now: float) -> bool:
        """Whether the newest shows no queue; False where there is none of late."""
        if self.last_s is None or now - self._at > _NEWEST_S:
            return False
        return self.last_s < self._least + _SWIFT_S


class Estimate:
    """What a phone says it can take (REMB), and whether that tells of a limit.

    An estimate follows what is received, eight percent a second up at most: after a rest it lies
    far below what the line carries. Only one that fell comes from a line that was full.
    """

    def __init__(self) -> None:
        """Begin without one."""
        self.fell_at = float("-inf")
        self._bits = 0
        self._at = self._rests_until = float("-inf")
        self._exceeded_since: float | None = None

    def rest(self, until: float) -> None:
        """Let it tell of no limit until then, nor of what fell before."""
        self.fell_at, self._rests_until = float("-inf"), max(until, self._rests_until)

    def doubt(self, now: float, *, exceeded: bool) -> None:
        """Hear whether more than it says passes; it is not believed where that went on."""
        if not exceeded:
            self._exceeded_since = None
        elif self._exceeded_since is None:
            self._exceeded_since = now
        elif now - self._exceeded_since >= _EXCEEDED_S:
            self._exceeded_since = None
            self.rest(now + _DOUBTED_S)

    def note(self, bits: int, flowing: float, now: float) -> None:
        """Take what the phone says while `flowing` bit/s are sent to it."""
        if now >= self._rests_until and bits < _FALLEN * (self._bits or flowing):
            self.fell_at = now
        self._bits, self._at = bits, now

    def limit(self, now: float) -> int | None:
        """Return the bit/s it can take; None while there is no sign that it cannot take more."""
        fresh = now - self._at < _FRESH_S and now - self.fell_at < _LIMITED_S
        return self._bits if fresh else None
