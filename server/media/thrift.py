"""Audio first: when a subscriber's network cannot carry video, video waits and is tried again."""

from typing import Final

WEAK_LOSS: Final = 0.2
WEAK_BITS: Final = 80_000
WEAK_FOR_S: Final = 3.0
CHOKED: Final = 0.4
"""Share of pictures' packets asked for again at once: the line is full, voices are lost too."""
CHOKED_FOR_S: Final = 0.3
CHOKED_AT_TRIAL: Final = 0.2
"""Half of that is enough where it was choked before."""
TRIAL_S: Final = 5.0
FIRST_REST_S: Final = 15.0
LONGEST_REST_S: Final = 120.0
GOOD_FOR_S: Final = 30.0


class Thrift:
    """Decides for one subscriber whether its videos are held back; times in seconds.

    After WEAK_FOR_S of weakness video rests, on a choked line after CHOKED_FOR_S, in the first
    seconds of a new trial at once. Each rest that did not help doubles the next one.
    """

    def __init__(self) -> None:
        """Begin by trusting the network."""
        self.held = False
        self._weak_since: float | None = None
        self._choked_since: float | None = None
        self._since = float("-inf")
        self._rest = FIRST_REST_S

    def judge(
        self, *, loss: float, bits: int | None, now: float, missed: float | None = None
    ) -> bool:
        """Return whether `held` changed. `bits` is what one video may take, if known.

        `loss` is what reports say, a second late; `missed` the share that was asked for again just
        now, None while too little was sent to tell.
        """
        if self.held:
            return self._try_again(now)
        if now - self._since > GOOD_FOR_S:
            self._rest = FIRST_REST_S
        on_trial = now - self._since < TRIAL_S
        weak = loss > WEAK_LOSS or (bits is not None and bits < WEAK_BITS)
        self._weak_since = _begun(self._weak_since, now) if weak else None
        if missed is not None:
            choked = missed > (CHOKED_AT_TRIAL if on_trial else CHOKED)
            self._choked_since = _begun(self._choked_since, now) if choked else None
        if _lasts(self._weak_since, now, WEAK_FOR_S) or _lasts(
            self._choked_since, now, 0.0 if on_trial else CHOKED_FOR_S
        ):
            self._hold(now)
            return True
        return False

    def _hold(self, now: float) -> None:
        self.held, self._since = True, now
        self._weak_since = self._choked_since = None

    def _try_again(self, now: float) -> bool:
        if now - self._since < self._rest:
            return False
        self._rest = min(LONGEST_REST_S, 2 * self._rest)
        self.held, self._since = False, now
        return True


def _begun(since: float | None, now: float) -> float:
    return now if since is None else since


def _lasts(since: float | None, now: float, seconds: float) -> bool:
    return since is not None and now - since >= seconds
