"""Audio first: pictures wait where a line cannot carry them, the least needed first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

WEAK_LOSS: Final = 0.2
CLEAN_LOSS: Final = 0.1
WEAK_BITS: Final = 120_000
"""A picture with less is not worth what it costs the voices."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What is known of a line now: shares from 0 to 1, bit/s.

    `loss` is what reports say, a second late. `missed` is the share of pictures' packets that the
    phone asked for again lately, unless it is one gap in the air. `choked` says that the newest are
    lost here and there, as in a full queue; `lost` is their share since that began. `room` is
    what the phone can take beside the voices, None while there is no sign of a limit; `sound` is
    what they take. `least` is what each slot's video needs, WEAK_BITS where it is not named.
    """

    loss: float = 0.0
    missed: float = 0.0
    choked: bool = False
    lost: float = 0.0
    room: float | None = None
    sound: float = 0.0
    least: Mapping[int, float] = field(default_factory=dict)

    def needs(self, slot: int) -> float:
        """Return the bit/s without which this slot's video is not shown."""
        return self.least.get(slot, WEAK_BITS)


class Thrift:
    """Decides for one subscriber which slots' videos are held back; times in seconds.

    What the line cannot carry is held at once, from the least important on. One at a time is let
    through again after the line was clean for a rest; each that fails then doubles the next rest.
    That the line was found too narrow before costs no voice anything, and no rest becomes longer.
    """

    def __init__(self) -> None:
        """Begin by trusting the network."""
        self.held: set[int] = set()
        self.left = 0.0
        """Bit/s left for those that went on when something was held last."""
        self.uneasy = False
        """Whether the line did not look clean when it was judged last."""
        self._order: list[int] = []
        self._weak_since: float | None = None
        self._choked_since: float | None = None
        self._unclean_at = float("-inf")
        self._released_at = self._failed_at = float("-inf")
        self._trusted = True
        self._rest = FIRST_REST_S

    def judge(self, signs: Signs, videos: Mapping[int, float], now: float) -> bool:
        """Return whether something more is held; what is gone is held no more, and no change.

        `videos` are the slots in which a video flows or waits, the most important first, with the
        bit/s that each takes now.
        """
        self._order = list(videos)
        self.held &= videos.keys()
        before = set(self.held)
        self._rest_anew(now)
        self._look(signs, [slot for slot in videos if slot not in self.held], now)
        if self._too_much(signs, now):
            self._hold(signs, videos, now)
        return self.held != before

    def passes(self, now: float) -> bool:
        """Judge a line without any sign, as `judge` would; False, and nothing done, if one waits.

        The order of the videos is not looked at before something waits, and is known again then.
        """
        if self.held:
            return False
        self._rest_anew(now)
        self._weak_since = self._choked_since = None
        self.uneasy = False
        return True

    def meet(self, slot: int, now: float) -> bool:
        """Return whether a video that begins now has to wait with those that wait already."""
        if self.held or (not self._trusted and now - self._unclean_at < self._rest):
            self.held.add(slot)
            return True
        return False

    def due(self, now: float) -> int | None:
        """Return which held one may be tried next, if the line was clean for long enough."""
        if not self.held or now - self._unclean_at < self._rest:
            return None
        return next((slot for slot in self._order if slot in self.held), None)

    def release(self, slot: int, now: float) -> None:
        """Let one through, on trial; the next has to wait anew."""
        self.held.discard(slot)
        self._released_at = self._unclean_at = now
        self._trusted = True

    def refuse(self, now: float) -> None:
        """Hear that the line would not carry it yet."""
        self._unclean_at = now

    def wait(self, now: float) -> None:
        """Try nothing else for a rest: what was tried is about to be let through."""
        self._unclean_at = now

    # ------------------------------------------------------------------ the line

    def _rest_anew(self, now: float) -> None:
        if self._failed_at < self._released_at < now - GOOD_FOR_S:
            self._rest = FIRST_REST_S

    def _on_trial(self, now: float) -> bool:
        return now - self._released_at < TRIAL_S

    def _look(self, signs: Signs, shown: list[int], now: float) -> None:
        cramped = signs.room is not None and signs.room < sum(map(signs.needs, shown))
        weak = bool(shown) and (signs.loss > WEAK_LOSS or cramped)
        self._weak_since = _begun(self._weak_since, now) if weak else None
        choked = signs.missed > (CHOKED_AT_TRIAL if self._on_trial(now) else CHOKED)
        self._choked_since = _begun(self._choked_since, now) if choked else None
        missed = signs.missed > CHOKED_AT_TRIAL
        self.uneasy = weak or missed or signs.choked or signs.loss > CLEAN_LOSS
        if self.held and self.uneasy:
            self._unclean_at = now

    def _too_much(self, signs: Signs, now: float) -> bool:
        patience = 0.0 if self._on_trial(now) else CHOKED_FOR_S
        return (
            signs.choked
            or _lasts(self._choked_since, now, patience)
            or _lasts(self._weak_since, now, WEAK_FOR_S)
        )

    def _hold(self, signs: Signs, videos: Mapping[int, float], now: float) -> None:
        shown = [slot for slot in videos if slot not in self.held]
        if not shown:
            return
        if now - self._released_at < GOOD_FOR_S:
            self._rest = min(LONGEST_REST_S, 2 * self._rest)
        self.held.update(shown[self._bearable(signs, videos, shown) :])
        self._unclean_at = self._failed_at = now
        self._trusted = False
        self._weak_since = self._choked_since = None

    def _bearable(self, signs: Signs, videos: Mapping[int, float], shown: list[int]) -> int:
        """Return how many of those shown the line carries beside the voices; never all."""
        share = signs.lost or signs.loss
        needs = [videos[slot] for slot in shown]
        left = sum(needs) * (1 - share) - signs.sound * share
        if signs.room is not None and share < CLEAN_LOSS:
            # Nothing is lost yet, and who is told of a limit comes down to it.
            least = map(signs.needs, shown)
            left, needs = signs.room, [min(each) for each in zip(needs, least, strict=True)]
        elif signs.room is not None:
            left = min(left, signs.room)
        kept = 0
        while kept < len(shown) - 1 and sum(needs[: kept + 1]) < left:
            kept += 1
        self.left = left
        return kept


def _begun(since: float | None, now: float) -> float:
    return now if since is None else since


def _lasts(since: float | None, now: float, seconds: float) -> bool:
    return since is not None and now - since >= seconds
