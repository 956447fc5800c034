"""Everything in a film stands where it was captured, whatever phones and networks do to time."""

import io
import itertools

import av
import pytest
from hypothesis import given, settings, strategies as st

from server.media.formats import OPUS, VP8
from server.media.mux import mux
from server.media.units import Unit
from tests.media.clockwork import NETWORK_S, Log, Off, Phone, captured, wrong

TRUE_S, TOGETHER_S = 0.1, 0.05
REPORTED_S = 0.03
"""Where a phone reports on its clocks, as browsers do."""


def expect_true(found: list[Unit], most: float) -> None:
    for form in (OPUS, VP8):
        off = [round(abs(late), 3) for _, late in wrong(found, form)]
        assert max(off) <= most, f"format {form}: {max(off)} s from the truth"


def expect_together(found: list[Unit]) -> None:
    """Whoever is seen at a tenth of a second is heard in it, as far as both were captured."""
    seen = {round(moment, 1): late for moment, late in wrong(found, VP8)}
    heard = [(round(moment, 1), late) for moment, late in wrong(found, OPUS)]
    apart = [abs(late - seen[moment]) for moment, late in heard if moment in seen]
    assert len(apart) > len(heard) // 2
    assert max(apart) <= TOGETHER_S


def expect_right(*phones: Phone) -> None:
    log = Log(phones)
    found = log.units()
    assert len(found) == log.sent, "nothing is dropped"
    expect_true(found, REPORTED_S if all(one.reports for one in phones) else TRUE_S)
    expect_together(found)


PAUSES = {
    "2 s": (Off(20, 2),),
    "a fifth of a second": (Off(20, 0.2),),
    "40 s": (Off(20, 40),),
    "70 s": (Off(20, 70),),
    "three of 25 s": (Off(20, 25), Off(60, 25), Off(100, 25)),
    "five of a second": tuple(Off(10.0 + 3 * n, 1) for n in range(5)),
    "its clock goes on": (Off(20, 10, 10),),
    "its clock goes half on": (Off(20, 10, 5),),
    "its clock jumps ahead": (Off(20, 10, 13),),
    "its clock jumps ahead a little": (Off(20, 10, 10.4),),
    "its clock jumps an hour ahead": (Off(20, 10, 3600),),
    "its clock jumps back": (Off(20, 10, -5),),
    "its clock jumps far back": (Off(20, 10, -100),),
}


@pytest.mark.parametrize("reports", [True, False], ids=["reports", "arrival alone"])
@pytest.mark.parametrize("off", PAUSES.values(), ids=PAUSES)
def test_who_was_muted_is_heard_when_he_speaks(off: tuple[Off, ...], *, reports: bool) -> None:
    ends = off[-1].begins + off[-1].seconds + 30
    phone = Phone(ends, off=off, reports=reports, coding=0.06 if reports else 0.03)
    expect_right(phone)


@pytest.mark.parametrize("overlap", [0.0, 12.0], ids=["after the first", "beside it for 2 s"])
@pytest.mark.parametrize("skew", [0.3, -0.3, 2.0, -2.0, 20.0, -20.0, 300.0, -1e9])
def test_a_second_device_has_a_clock_of_its_own(skew: float, overlap: float) -> None:
    begins = 40.0 - overlap
    expect_right(Phone(30), Phone(70, begins=begins, ssrc=5, skew=1_000 + skew))


@pytest.mark.parametrize("drift", [1e-4, -1e-4])
def test_a_sound_card_may_drift_for_three_hours(drift: float) -> None:
    off = (Off(4000, 300),)
    expect_right(Phone(10_800, drift=drift, off=off, sound_every=1.0, picture_every=1.0))


NETWORKS = {
    "2 s late at once": Phone(70, stalls=((10, 2), (30, 2), (50, 2))),
    "2 s late at the beginning": Phone(40, stalls=((0.5, 2),)),
    "2 s late before a pause": Phone(70, stalls=((18, 2),), off=(Off(20, 5),)),
    "2 s late at an unmute": Phone(70, stalls=((24.5, 2),), off=(Off(20, 5),)),
    "slow for half a minute": Phone(100, slow=((30, 30, 0.3),)),
    "very slow for half a minute": Phone(100, slow=((30, 30, 1.5),)),
    "a pause while it is slow": Phone(100, slow=((30, 30, 0.3),), off=(Off(40, 8),)),
    "uneven": Phone(60, jitter=0.05, off=(Off(20, 3),)),
    "lossy": Phone(60, lost=0.02, off=(Off(20, 3),)),
}


@pytest.mark.parametrize("phone", NETWORKS.values(), ids=NETWORKS)
def test_a_network_that_delays_moves_nothing(phone: Phone) -> None:
    expect_right(phone)


@st.composite
def phones(draw: st.DrawFn) -> Phone:
    """Any minute of talk, with pauses, stalls and a drift."""
    off, at = [], 3.0
    while at < 40 and draw(st.booleans()):
        # Where one stall hides both ends of a pause, nothing tells how long it was.
        long = draw(st.floats(2.5, 12))
        off.append(Off(at, long))
        at += long + draw(st.floats(3, 15))
    stalls = draw(st.lists(st.tuples(st.floats(0, at + 10), st.floats(0, 2)), max_size=3))
    return Phone(
        at + 15,
        ssrc=draw(st.integers(1, 1000)),
        skew=draw(st.floats(-1e6, 1e6)),
        drift=draw(st.floats(-1e-4, 1e-4)),
        jitter=draw(st.floats(0.001, 0.04)),
        off=tuple(off),
        stalls=tuple(stalls),
        sound_every=0.05,
        picture_every=0.2,
    )


@settings(max_examples=20, deadline=None)
@given(phones())
def test_any_pauses_and_stalls_move_nothing(phone: Phone) -> None:
    expect_right(phone)


def in_film(log: Log, kind: str) -> list[tuple[float, float]]:
    """Return (captured, shown) of all that one stream of the film holds."""
    out = io.BytesIO()
    mux(log.chunks, "seat", out)
    with av.open(io.BytesIO(out.getvalue()), "r") as film:
        packets = [one for one in film.demux(**{kind: 0}) if one.size]
        return [(captured(bytes(one)), float((one.pts or 0) * one.time_base)) for one in packets]


FILMS = {
    "paused for 2 s": (Phone(40, off=(Off(10, 2),)),),
    "paused for 40 s": (Phone(80, off=(Off(10, 40),)),),
    "paused three times": (Phone(130, off=(Off(10, 25), Off(50, 25), Off(90, 25))),),
    "another device": (Phone(30), Phone(70, begins=40, ssrc=5, skew=1_020)),
    "another device, behind": (Phone(30), Phone(70, begins=40, ssrc=5, skew=980)),
}


@pytest.mark.parametrize("phones", FILMS.values(), ids=FILMS)
def test_a_film_shows_all_of_it_at_its_time(phones: tuple[Phone, ...]) -> None:
    log = Log(phones)
    heard, seen = in_film(log, "audio"), in_film(log, "video")
    assert len(heard) + len(seen) == log.sent
    for shown in (heard, seen):
        assert all(abs(at - moment - NETWORK_S) <= REPORTED_S for moment, at in shown)
        assert all(one[1] < later[1] for one, later in itertools.pairwise(shown))
