"""How much one browser, and one person, may ask: token buckets, on a clock given to them."""

from collections import OrderedDict
from dataclasses import dataclass

RATE = 20.0
BURST = 40.0
PATIENCE = 3

LOGGED_RATE = 0.1
LOGGED_BURST = 600.0
"""Each of these goes into a log that keeps everything. A line that breaks every five seconds
comes back for an hour and a half before it has to wait."""
_MOST_PEOPLE = 20_000


@dataclass(slots=True)
class Bucket:
    """`take` returns whether one more request is allowed at second `now`."""

    level: float = BURST
    at: float = 0.0
    strikes: int = 0

    def take(self, now: float) -> bool:
        """Take one; a refusal counts as a strike."""
        self.level = min(BURST, self.level + (now - self.at) * RATE)
        self.at = now
        if self.level < 1:
            self.strikes += 1
            return False
        self.level -= 1
        return True

    @property
    def out_of_patience(self) -> bool:
        """Whether it has asked too fast too often and shall be cut."""
        return self.strikes > PATIENCE * BURST


class Logged:
    """What is logged each time, counted by person over all lines he comes by."""

    def __init__(self) -> None:
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, person: str, now: float) -> bool:
        """Return whether the person may do one more such thing at second `now`."""
        level, at = self._levels.pop(person, (LOGGED_BURST, now))
        level = min(LOGGED_BURST, level + (now - at) * LOGGED_RATE)
        taken = level >= 1
        self._levels[person] = (level - 1 if taken else level, now)
        if len(self._levels) > _MOST_PEOPLE:
            self._levels.popitem(last=False)
        return taken
