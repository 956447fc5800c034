"""A line without any sign is judged quickly, and exactly as it would be in full."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given, strategies as st

from server.media import sparing
from server.media.connection import Connection
from server.media.formats import Kind
from server.media.sparing import Sparing
from server.media.thrift import CLEAN_LOSS, Signs, Thrift
from tests.media.test_sparing import Line, connection
from tests.weak.clock import leap

STEP = 0.4
EACH = 400_000.0
SENT = 20
"""Packets that go out on each video in a round."""
ALONE = {0: EACH}
SLOTS = {0: EACH, 1: EACH}
LASTS = st.sampled_from([1, 3, 7, 40, 160])
"""Rounds: less than it takes to hold a picture, or longer than a rest."""
SHARE = st.sampled_from([0.0, CLEAN_LOSS, 0.15, 0.3, 0.9])
WEAK = st.builds(Signs, loss=SHARE, missed=SHARE, choked=st.booleans(), lost=SHARE)
CLEAN = st.builds(Signs, loss=st.sampled_from([0.0, 0.05, CLEAN_LOSS]))
STRETCHES = st.lists(st.tuples(CLEAN | WEAK, LASTS, st.sampled_from([None, 0, 1])), max_size=12)
"""How the line looks, for how many rounds, and which video begins anew before."""
LINES = st.lists(
    st.tuples(
        st.sampled_from([1, 3, 7, 40]),
        st.none() | SHARE,
        st.just(set()) | st.sets(st.integers(0, SENT)),
        st.none() | st.sampled_from([200_000, 300_000, 3_000_000]),
        st.none() | st.sampled_from(list(SLOTS)),
    ),
    max_size=6,
)
"""Rounds; what reports say is lost; what is asked for, how far back; an estimate; what begins."""


def kept(thrift: Thrift) -> dict[str, Any]:
    """Return all that it knows; the order counts only where something waits."""
    known = {name: value for name, value in vars(thrift).items() if name != "_order"}
    return known | {"held": set(thrift.held), "order": thrift.held and list(thrift._order)}


FULL = Signs(choked=True, lost=0.9)
BACK_AND_FAILED = [(FULL, 1, None), (Signs(), 40, None), (FULL, 1, None), (Signs(), 500, None)]
"""A picture that failed on trial doubles its rest, and begins anew once all is well for long."""


@given(st.sampled_from([SLOTS, ALONE]), STRETCHES)
@example(ALONE, BACK_AND_FAILED)
@example(SLOTS, [(Signs(loss=0.3), 3, None), (Signs(), 1, None)])
def test_what_passes_is_known_afterwards_as_if_it_had_been_judged(
    slots: dict[int, float], stretches: list[tuple[Signs, int, int | None]]
) -> None:
    quick, full, now = Thrift(), Thrift(), 1000.0
    for signs, rounds, begins in stretches:
        for one in (quick, full):
            if begins is not None:
                one.meet(begins, now)
        for _ in range(rounds):
            now += STEP
            if signs.loss > CLEAN_LOSS or signs != Signs(loss=signs.loss) or not quick.passes(now):
                quick.judge(signs, slots, now)
            full.judge(signs, slots, now)
            assert kept(quick) == kept(full)
            assert quick.due(now) == full.due(now)
            if (due := full.due(now)) is not None:
                quick.release(due, now)
                full.release(due, now)


async def played(lines: list[Any]) -> list[Any]:
    """Return what is known of a line, and what waits, after each round."""
    plane: Any = SimpleNamespace(engine=Line(), feedback=SimpleNamespace(want_key=lambda _: None))
    judge = Sparing(plane, lambda _: None).judge
    subscriber, sources = connection("subscriber"), [connection("one"), connection("two")]
    for slot, source in enumerate(sources):
        subscriber.downlinks[slot, Kind.VIDEO].open(source.uplinks[Kind.VIDEO])
    seen = []
    for rounds, *looks, begins in lines:
        if begins is not None:
            again = subscriber.downlinks[begins, Kind.VIDEO]
            again.open(sources[begins].uplinks[Kind.VIDEO])
            again.held = subscriber.thrift.meet(begins, asyncio.get_running_loop().time())
        for _ in range(rounds):
            await asyncio.sleep(STEP)
            look(subscriber, *looks)
            judge(subscriber, asyncio.get_running_loop().time())
            seen.append((kept(subscriber.thrift), [one.held for one in subscriber.videos()]))
    return seen


def look(one: Connection, loss: float | None, back: set[int], bits: int | None) -> None:
    now = asyncio.get_running_loop().time()
    for video in one.videos():
        video.flow.bits = EACH
        for _ in range(SENT):
            video.next_sequence()
        for behind in back:
            video.missing.note(video._last_number - behind)
        if loss is not None:
            video.note_loss(loss, now)
        video.new_round()
    if bits is not None:
        one.note_estimate(bits, [video.ssrc for video in one.videos()], now)


def all_played(lines: list[Any]) -> list[Any]:
    seen: list[Any] = []

    async def play() -> None:
        seen.extend(await played(lines))

    leap(play())
    return seen


@given(LINES)
def test_a_line_is_judged_the_same_whether_quickly_or_in_full(lines: list[Any]) -> None:
    quick = all_played(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sparing, "_quiet", lambda *_: False)
        assert quick == all_played(lines)
