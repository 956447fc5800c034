"""Few datagrams wake the worker one by one; many are looked for every two milliseconds."""

from server.media.pace import IDLE_TICKS, TICK_S, Pace


def run(pace: Pace, *, rate: float, seconds: float, begin: float) -> list[float]:
    """Return when it turned while `rate` looks a second found one datagram each."""
    turns, now = [], begin
    while now < begin + seconds:
        now += 1 / rate
        if pace.note(1, now):
            turns.append(now - begin)
    return turns


def test_it_looks_every_two_milliseconds() -> None:
    assert TICK_S == 0.002


def test_it_begins_by_waiting() -> None:
    assert not Pace().ticking


def test_much_traffic_turns_to_ticks_within_a_fraction_of_a_second() -> None:
    pace = Pace()
    turns = run(pace, rate=7200, seconds=1, begin=50)
    assert pace.ticking
    assert len(turns) == 1
    assert turns[0] < 0.7


def test_little_traffic_never_does() -> None:
    pace = Pace()
    assert run(pace, rate=1800, seconds=3, begin=50) == []
    assert not pace.ticking


def test_a_long_silence_before_a_burst_is_no_excuse() -> None:
    pace = Pace()
    run(pace, rate=100, seconds=1, begin=0)
    assert len(run(pace, rate=7200, seconds=1, begin=1000)) == 1


def test_when_it_grows_quiet_ticking_ends_after_a_few_empty_ticks() -> None:
    pace = Pace()
    run(pace, rate=7200, seconds=1, begin=50)
    ticks = [pace.note(0, 51 + TICK_S * n) for n in range(IDLE_TICKS)]
    assert ticks.index(True) <= IDLE_TICKS - 1
    assert not pace.ticking


def test_traffic_about_the_limit_does_not_turn_again_and_again() -> None:
    pace = Pace()
    run(pace, rate=2400, seconds=1, begin=50)
    assert pace.ticking
    assert run(pace, rate=1700, seconds=2, begin=51) == []
    assert len(run(pace, rate=1200, seconds=2, begin=53)) == 1
    assert not pace.ticking
