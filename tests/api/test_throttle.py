"""The door of signing in: strangers wait, and keep nobody out who came in before."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from server.api.throttle import Doors, TooFastError
from server.usecases.tries import Where
from tests.support.clock import FakeClock

OFFICE, ELSEWHERE = "192.0.2.1", "198.51.100.7"
EVERYWHERE = [f"203.0.113.{n}" for n in range(100)]
MORNING = 30
"""So many colleagues sign in behind one address at nine o'clock."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def doors(clock: FakeClock) -> Doors:
    return Doors(clock)


def coming(address: str) -> web.Request:
    return make_mocked_request("POST", "/api/staff/sign-in").clone(remote=address)


def knock(doors: Doors, address: str, login: str) -> bool:
    """Return whether the try is let through to be judged."""
    try:
        doors.sign_in(coming(address), login)
    except TooFastError:
        return False
    return True


def flood(doors: Doors, address: str) -> int:
    """Return how many of a hundred guesses are let through."""
    return sum(knock(doors, address, f"guess-{n}") for n in range(100))


def test_an_office_signs_in_together(doors: Doors) -> None:
    assert all(knock(doors, OFFICE, f"staff-{n}") for n in range(MORNING))


def test_a_stranger_is_held_up_and_told_for_how_long(doors: Doors) -> None:
    assert flood(doors, ELSEWHERE) == MORNING
    with pytest.raises(TooFastError) as refused:
        doors.sign_in(coming(ELSEWHERE), "su")
    assert refused.value.facts == {"retry_after_s": 6}


def test_strangers_at_many_addresses_are_held_up_together(doors: Doors) -> None:
    assert sum(knock(doors, address, "su") for address in EVERYWHERE) == 40


async def test_who_waits_as_told_is_let_through(doors: Doors, clock: FakeClock) -> None:
    flood(doors, ELSEWHERE)
    await clock.advance(6)
    assert knock(doors, ELSEWHERE, "su")


@pytest.mark.parametrize(
    "addresses", [[OFFICE] * 100, EVERYWHERE], ids=["the same address", "everywhere"]
)
def test_who_signed_in_from_there_waits_for_no_stranger(doors: Doors, addresses: list[str]) -> None:
    doors.signed_in(coming(OFFICE), "su")
    let = [knock(doors, address, f"guess-{n}") for n, address in enumerate(addresses)]
    assert not let[-1]
    assert [knock(doors, OFFICE, "su") for _ in range(10)] == [True] * 10


def test_even_a_regular_is_held_up_when_he_errs_too_often(doors: Doors) -> None:
    doors.signed_in(coming(OFFICE), "su")
    assert [knock(doors, OFFICE, "su") for _ in range(11)] == [True] * 10 + [False]


def test_a_regular_is_one_at_his_own_address_alone(doors: Doors) -> None:
    doors.signed_in(coming(OFFICE), "su")
    flood(doors, ELSEWHERE)
    assert not knock(doors, ELSEWHERE, "su")
    assert not knock(doors, ELSEWHERE, "lin")


def test_the_own_browser_waits_for_no_stranger_wherever_it_is(doors: Doors) -> None:
    flood(doors, ELSEWHERE)
    own = [doors.sign_in(coming(ELSEWHERE), "su", own_browser=True) for _ in range(10)]
    assert own == [Where.BROWSER] * 10
    with pytest.raises(TooFastError):
        doors.sign_in(coming(ELSEWHERE), "su", own_browser=True)


def test_each_is_told_as_whom_the_door_knows_him(doors: Doors) -> None:
    doors.signed_in(coming(OFFICE), "su")
    assert doors.sign_in(coming(OFFICE), "su") is Where.ADDRESS
    assert doors.sign_in(coming(ELSEWHERE), "su") is Where.DOOR
