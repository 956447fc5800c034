"""Pictures wait on a weak line, the least important first, and come back one by one."""

from server.media.thrift import (
    FIRST_REST_S,
    GOOD_FOR_S,
    LONGEST_REST_S,
    WEAK_BITS,
    WEAK_FOR_S,
    Signs,
    Thrift,
)

STEP = 0.4
BEGIN = 100.0
EACH = 400_000.0
TWO = {4: EACH, 1: EACH}
"""The picture in slot 4 matters most."""
CLEAN = Signs()
CHOKED = Signs(choked=True, lost=0.8, sound=60_000)


def judged(thrift: Thrift, signs: Signs, *, begin: float, until: float) -> list[set[int]]:
    """Return what is held after each round."""
    found, now = [], begin
    while now < until:
        thrift.judge(signs, TWO, now)
        found.append(set(thrift.held))
        now += STEP
    return found


def clean_until_due(thrift: Thrift, begin: float) -> tuple[int, float]:
    """Return which video is due next, and how long that took on a clean line."""
    now = begin
    while (slot := thrift.due(now)) is None:
        now += STEP
        thrift.judge(CLEAN, TWO, now)
    return slot, now - begin


def test_a_good_line_changes_nothing() -> None:
    thrift = Thrift()
    some = Signs(loss=0.05, missed=0.15, room=1e6, sound=60_000)
    assert judged(thrift, some, begin=BEGIN, until=BEGIN + 100)[-1] == set()


def test_a_short_weakness_changes_nothing() -> None:
    thrift = Thrift()
    judged(thrift, Signs(loss=0.5), begin=BEGIN, until=BEGIN + 2)
    judged(thrift, CLEAN, begin=BEGIN + 2, until=BEGIN + 3)
    assert judged(thrift, Signs(loss=0.5), begin=BEGIN + 3, until=BEGIN + 5)[-1] == set()


def test_on_a_choked_line_nothing_is_waited_for() -> None:
    thrift = Thrift()
    assert thrift.judge(CHOKED, TWO, BEGIN)
    assert thrift.held == {1, 4}


def test_only_what_the_line_cannot_carry_is_held_and_the_first_is_kept_longest() -> None:
    thrift = Thrift()
    assert thrift.judge(Signs(choked=True, lost=0.4, sound=60_000), TWO, BEGIN)
    assert thrift.held == {1}
    assert thrift.judge(CHOKED, TWO, BEGIN + 1)
    assert thrift.held == {1, 4}


def test_that_who_waits_leaves_changes_nothing_for_the_others() -> None:
    thrift = Thrift()
    thrift.judge(Signs(choked=True, lost=0.4, sound=60_000), TWO, BEGIN)
    assert thrift.held == {1}
    assert not thrift.judge(CLEAN, {4: EACH}, BEGIN + 1)
    assert thrift.held == set()


def test_what_the_phone_says_it_can_take_counts_before_anything_is_lost() -> None:
    thrift = Thrift()
    cramped = Signs(room=1.5 * WEAK_BITS, sound=60_000)
    assert judged(thrift, cramped, begin=BEGIN, until=BEGIN + WEAK_FOR_S)[-1] == set()
    thrift.judge(cramped, TWO, BEGIN + WEAK_FOR_S + STEP)
    assert thrift.held == {1}


def test_after_a_rest_the_most_important_one_is_due_alone_and_the_next_after_another() -> None:
    thrift = Thrift()
    thrift.judge(CHOKED, TWO, BEGIN)
    slot, took = clean_until_due(thrift, BEGIN)
    assert (slot, FIRST_REST_S <= took < FIRST_REST_S + STEP) == (4, True)
    thrift.release(slot, BEGIN + took)
    assert thrift.held == {1}
    assert clean_until_due(thrift, BEGIN + took)[1] >= FIRST_REST_S


def test_a_rest_begins_anew_with_every_sign_of_weakness() -> None:
    thrift = Thrift()
    thrift.judge(CHOKED, TWO, BEGIN)
    judged(thrift, Signs(loss=0.15), begin=BEGIN, until=BEGIN + 60)
    assert clean_until_due(thrift, BEGIN + 60)[1] >= FIRST_REST_S - 2 * STEP


def test_a_line_that_does_not_carry_it_yet_is_tried_every_fifteen_seconds() -> None:
    thrift, now = Thrift(), BEGIN
    thrift.judge(CHOKED, TWO, now)
    for _ in range(20):
        _, took = clean_until_due(thrift, now)
        assert 15 <= took < 15 + 2 * STEP
        now += took
        thrift.refuse(now)


def test_rests_double_while_the_picture_itself_fails_and_begin_anew_once_it_did_not() -> None:
    thrift, now, rests = Thrift(), BEGIN, []
    thrift.judge(CHOKED, TWO, now)
    for _ in range(6):
        slot, took = clean_until_due(thrift, now)
        now += took
        rests.append(took)
        thrift.release(slot, now)
        assert thrift.judge(Signs(missed=0.3, lost=0.3), TWO, now)
    assert [round(rest / 15) for rest in rests[:3]] == [1, 2, 4]
    assert rests[-1] >= LONGEST_REST_S
    for _ in TWO:
        slot, took = clean_until_due(thrift, now)
        now += took
        thrift.release(slot, now)
    now += GOOD_FOR_S + STEP
    thrift.judge(CLEAN, TWO, now)
    thrift.judge(CHOKED, TWO, now + STEP)
    assert clean_until_due(thrift, now)[1] < 2 * FIRST_REST_S


def test_who_fails_on_trial_waits_twice_as_long() -> None:
    thrift = Thrift()
    thrift.judge(CHOKED, TWO, BEGIN)
    slot, took = clean_until_due(thrift, BEGIN)
    thrift.release(slot, BEGIN + took)
    assert thrift.judge(Signs(missed=0.3, lost=0.3), TWO, BEGIN + took + STEP)
    assert clean_until_due(thrift, BEGIN + took)[1] >= 2 * FIRST_REST_S


def test_who_comes_while_others_wait_waits_with_them() -> None:
    thrift = Thrift()
    assert not thrift.meet(2, BEGIN)
    thrift.judge(CHOKED, TWO, BEGIN)
    assert thrift.meet(2, BEGIN + 1)
    thrift.judge(CLEAN, {}, BEGIN + 2)
    assert thrift.held == set()
    assert thrift.meet(1, BEGIN + 3)
