"""Whatever a line does, pictures are held for a reason, come back after a rest, never flutter."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings, strategies as st

from server.media import thrift as thrifts
from server.media.thrift import (
    CHOKED_AT_TRIAL,
    CLEAN_LOSS,
    FIRST_REST_S,
    WEAK_BITS,
    Signs,
    Thrift,
)

STEP = 0.4
SLOTS = {3: 500_000.0, 0: 300_000.0, 5: 150_000.0}
IMPORTANCE = list(SLOTS)

SHARE = st.sampled_from([0.0, 0.05, 0.15, 0.25, 0.6, 0.9])
BAD = st.builds(
    Signs,
    loss=SHARE,
    missed=SHARE,
    choked=st.booleans(),
    lost=SHARE,
    room=st.none() | st.sampled_from([0.0, 100_000.0, 300_000.0, 2_000_000.0]),
    sound=st.just(60_000.0),
)
STRETCHES = st.lists(
    st.tuples(st.just(Signs()) | BAD, st.integers(1, 120), st.booleans()), min_size=1, max_size=30
)
"""How the line looks, for how many rounds, and whether it would carry what is tried meanwhile."""


@dataclass
class Watch:
    """Follows one subscriber and refuses what must not be."""

    thrift: Thrift = field(default_factory=Thrift)
    now: float = 1000.0
    unclean_at: float = 0.0
    held_at: dict[int, float] = field(default_factory=dict)
    failures: list[float] = field(default_factory=list)

    def round(self, signs: Signs, *, carries: bool) -> None:
        self.now += STEP
        before = set(self.thrift.held)
        self.thrift.judge(signs, SLOTS, self.now)
        self._grown(signs, before)
        slot = self.thrift.due(self.now)
        if slot is not None:
            self._tried(slot, carries=carries)

    def _grown(self, signs: Signs, before: set[int]) -> None:
        held = self.thrift.held
        assert before <= held <= SLOTS.keys()
        clean = looks_clean(signs, len(SLOTS) - len(before))
        if not clean:
            self.unclean_at = self.now
        if held == before:
            return
        assert not clean
        kept = [slot for slot in IMPORTANCE if slot not in held]
        assert kept == [slot for slot in IMPORTANCE if slot not in before][: len(kept)]
        self.held_at |= dict.fromkeys(held - before, self.now)
        self.failures.append(self.now)

    def _tried(self, slot: int, *, carries: bool) -> None:
        assert slot == next(one for one in IMPORTANCE if one in self.thrift.held)
        assert self.now - self.held_at[slot] >= FIRST_REST_S - STEP / 2
        assert self.now - self.unclean_at >= FIRST_REST_S - STEP / 2
        if carries:
            self.thrift.release(slot, self.now)
            assert slot not in self.thrift.held
        else:
            self.thrift.refuse(self.now)
            self.failures.append(self.now)


def looks_clean(signs: Signs, shown: int) -> bool:
    cramped = signs.room is not None and signs.room < shown * WEAK_BITS
    lossy = signs.loss > CLEAN_LOSS or signs.missed > CHOKED_AT_TRIAL
    return not (cramped or lossy or signs.choked)


def play(stretches: list[tuple[Signs, int, bool]]) -> None:
    watch = Watch()
    for signs, rounds, carries in stretches:
        for _ in range(rounds):
            watch.round(signs, carries=carries)


@settings(max_examples=200, deadline=None)
@given(STRETCHES)
def test_no_line_makes_it_flutter(stretches: list[tuple[Signs, int, bool]]) -> None:
    play(stretches)


def test_a_line_that_carries_nothing_is_tried_all_the_time() -> None:
    watch = Watch()
    watch.round(Signs(choked=True, lost=0.9), carries=False)
    for _ in range(int(3600 / STEP)):
        watch.round(Signs(), carries=False)
    pauses = [round(b - a, 3) for a, b in zip(watch.failures, watch.failures[1:], strict=False)]
    assert len(pauses) > 200
    assert 15 - STEP <= min(pauses) <= max(pauses) <= 15 + 2 * STEP


def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thrifts, "FIRST_REST_S", 5.0)


def upside_down(monkeypatch: pytest.MonkeyPatch) -> None:
    hold = Thrift._hold

    def bug(self: Thrift, signs: Signs, videos: dict[int, float], now: float) -> None:
        hold(self, signs, dict(reversed(videos.items())), now)

    monkeypatch.setattr(Thrift, "_hold", bug)


def nervous(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thrifts, "WEAK_LOSS", -1.0)


@pytest.mark.parametrize("plant", [hasty, upside_down, nervous])
def test_it_finds(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    choked, mild = Signs(choked=True, lost=0.4, sound=60_000), Signs()
    with pytest.raises(AssertionError):
        play([(mild, 20, True), (choked, 1, True), (mild, 120, True)])
