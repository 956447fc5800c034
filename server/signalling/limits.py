"""How much one browser may ask: a token bucket, counted on a clock given to it."""

from dataclasses import dataclass

RATE = 20.0
BURST = 40.0
PATIENCE = 3


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
