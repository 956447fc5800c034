"""Video waits on a weak network, is tried again, and waits longer each time it does not help."""

from server.media.thrift import FIRST_REST_S, LONGEST_REST_S, Thrift

STEP = 0.5


def held_for(thrift: Thrift, begin: float, *, loss: float, until: float) -> list[float]:
    """Return the times at which something changed."""
    times, now = [], begin
    while now < until:
        if thrift.judge(loss=loss, bits=None, now=now):
            times.append(now - begin)
        now += STEP
    return times


def test_a_good_network_changes_nothing() -> None:
    thrift = Thrift()
    assert held_for(thrift, 100, loss=0.05, until=200) == []
    assert not thrift.judge(loss=0, bits=1_000_000, now=201)


def test_a_short_weakness_changes_nothing() -> None:
    thrift = Thrift()
    assert held_for(thrift, 100, loss=0.5, until=102) == []
    assert held_for(thrift, 102, loss=0.0, until=103) == []
    assert held_for(thrift, 103, loss=0.5, until=105) == []


def test_rests_double_while_they_do_not_help() -> None:
    thrift = Thrift()
    times = held_for(thrift, 100, loss=0.5, until=900)
    rests = [end - begin for begin, end in zip(times[::2], times[1::2], strict=False)]
    assert rests[0] == FIRST_REST_S
    assert rests[1] == 2 * FIRST_REST_S
    assert rests[-1] == LONGEST_REST_S


def test_too_few_bits_count_as_weak() -> None:
    thrift = Thrift()
    changes = [thrift.judge(loss=0, bits=50_000, now=100 + at) for at in range(5)]
    assert changes == [False, False, False, True, False]
    assert thrift.held


def test_a_choked_line_is_noticed_at_once_and_sooner_on_trial() -> None:
    thrift = Thrift()
    judged = [
        thrift.judge(loss=0, bits=None, missed=missed, now=100 + at / 10)
        for at, missed in enumerate((0.5, 0.1, 0.5, None, 0.5, 0.5, 0.5))
    ]
    assert judged == [False] * 6 + [True]
    again = 100.7 + FIRST_REST_S
    assert thrift.judge(loss=0, bits=None, missed=None, now=again)
    assert not thrift.judge(loss=0, bits=None, missed=0.1, now=again + 0.1)
    assert thrift.judge(loss=0, bits=None, missed=0.3, now=again + 0.2)
    assert thrift.held


def test_what_repair_can_mend_is_not_choked() -> None:
    thrift = Thrift()
    assert not any(
        thrift.judge(loss=0.05, bits=None, missed=0.15, now=100 + at / 10) for at in range(600)
    )
