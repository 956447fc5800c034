"""Audio first: when a subscriber's network cannot carry video, video waits and is tried again."""

from typing import Final

WEAK_LOSS: Final = 0.2
WEAK_BITS: Final = 80_000
WEAK_FOR_S: Final = 3.0
FIRST_REST_S: Final = 10.0
LONGEST_REST_S: Final = 60.0
GOOD_FOR_S: Final = 30.0


class Thrift:
    """Decides for one subscriber whether its videos are held back; times in seconds.

    After WEAK_FOR_S of weakness video rests; each rest that did not help doubles the next one.
    """

    def __init__(self) -> None:
        """Begin by trusting the network."""
        self.held = False
        self._weak_since: float | None = None
        self._since = 0.0
        self._rest = FIRST_REST_S

    def judge(self, *, loss: float, bits: int | None, now: float) -> bool:
        """Return whether `held` changed. `bits` is what one video may take, if known."""
        if self.held:
            return self._try_again(now)
        if now - self._since > GOOD_FOR_S:
            self._rest = FIRST_REST_S
        weak = loss > WEAK_LOSS or (bits is not None and bits < WEAK_BITS)
        if not weak:
            self._weak_since = None
        elif self._weak_since is None:
            self._weak_since = now
        elif now - self._weak_since >= WEAK_FOR_S:
            self.held, self._since, self._weak_since = True, now, None
            return True
        return False

    def _try_again(self, now: float) -> bool:
        if now - self._since < self._rest:
            return False
        self._rest = min(LONGEST_REST_S, 2 * self._rest)
        self.held, self._since = False, now
        return True
