"""Five tries at a sign-in, however they come, and for whichever login."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeVar, cast

import pyotp
import pytest

from server.domain.errors import TooManyTriesError, WrongCodeError
from server.domain.staff import Role
from server.usecases import manage_staff, sign_in as steps
from server.usecases.identify import hash_token
from server.usecases.manage_staff import Credentials, Newcomer
from server.usecases.passwords import password_matches
from server.usecases.tries import MAX_TRIES, Tries, Where, tries_of
from server.usecases.world import World
from tests.support.clock import FakeClock
from tests.support.papers import ThreadPool
from tests.support.world import COMMITTEE, Stage, actor

T = TypeVar("T")
AT_ONCE = 20
FIVE = range(MAX_TRIES)


@dataclass
class BusyPool:
    """Judges passwords at once, counts them, and lets everybody else go on in between."""

    right: str = ""
    judged: list[object] = field(default_factory=list)

    async def run(self, work: Callable[..., T], *args: object) -> T:
        assert work is password_matches
        await asyncio.sleep(0)
        self.judged.append(args[1])
        return cast("T", args[1] == self.right)


@pytest.fixture
def clock(scene: Stage) -> FakeClock:
    return scene.clock


@pytest.fixture
def pool() -> BusyPool:
    return BusyPool()


@pytest.fixture
def office(world: World, made: Credentials, pool: BusyPool) -> World:
    """Return the world where passwords are judged fast."""
    pool.right = made.password
    return replace(world, pool=pool)


@pytest.fixture
async def made(world: World) -> Credentials:
    who = Newcomer(login="zhou", name="周永泉", title="", phone="", roles=frozenset({Role.HEAD}))
    made = await manage_staff.make_credentials(world, COMMITTEE, who)
    async with world.store.write() as uow:
        await uow.staff.add(made.staff)
    return made


def digits(office: World, made: Credentials) -> str:
    return pyotp.TOTP(made.totp_secret).at(int(office.clock.now().timestamp()))


def wrong(office: World, made: Credentials) -> str:
    return f"{(int(digits(office, made)) + 1) % 1_000_000:06}"


async def told(trying: Coroutine[Any, Any, object]) -> tuple[str, object]:
    """Return how a try was answered."""
    try:
        await trying
    except (WrongCodeError, TooManyTriesError) as refused:
        return refused.code, refused.facts
    return "right", None


def locked(answers: list[tuple[str, object]]) -> list[str]:
    return [code for code, _ in answers if code == "too_many_tries"]


@pytest.mark.parametrize("login", ["zhou", "nobody"])
async def test_five_wrong_tries_lock_for_a_quarter_of_an_hour(
    office: World, made: Credentials, clock: FakeClock, login: str
) -> None:
    answers = [
        await told(steps.sign_in(office, login, "guess", digits(office, made)))
        for _ in range(MAX_TRIES + 1)
    ]
    until = {"retry_at": "2025-03-10T01:15:00+00:00"}
    assert answers[:4] == [("wrong_code", {"left": left}) for left in (4, 3, 2, 1)]
    assert answers[4:] == [("too_many_tries", until)] * 2
    clock.jump(15 * 60)
    again = await told(steps.sign_in(office, login, "guess", digits(office, made)))
    assert again == ("wrong_code", {"left": 4})


async def test_even_the_right_answer_waits_until_the_lock_is_over(
    office: World, made: Credentials, clock: FakeClock
) -> None:
    for _ in range(MAX_TRIES):
        await told(steps.sign_in(office, "zhou", "guess", digits(office, made)))
    early = await told(steps.sign_in(office, "zhou", made.password, digits(office, made)))
    assert early[0] == "too_many_tries"
    clock.jump(15 * 60)
    signed = await steps.sign_in(office, "zhou", made.password, digits(office, made))
    assert signed.staff.id == made.staff.id


async def test_the_fifth_try_may_be_right_and_clears_the_others(
    office: World, made: Credentials
) -> None:
    for _ in range(MAX_TRIES - 1):
        await told(steps.sign_in(office, "zhou", "guess", digits(office, made)))
    signed = await steps.sign_in(office, "zhou", made.password, digits(office, made))
    assert (signed.staff.wrong_tries, signed.staff.locked_until) == (0, None)


@pytest.mark.parametrize("login", ["zhou", "nobody"])
async def test_of_many_tries_at_once_five_are_judged(
    office: World, pool: BusyPool, login: str
) -> None:
    tries = (told(steps.sign_in(office, login, f"guess {n}", "000000")) for n in range(AT_ONCE))
    answers = await asyncio.gather(*tries)
    assert len(pool.judged) == MAX_TRIES
    assert len(locked(answers)) == AT_ONCE - MAX_TRIES + 1


async def test_of_many_second_factors_at_once_five_are_judged(
    office: World, made: Credentials, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = await steps.sign_in(office, "zhou", made.password, digits(office, made))
    clock.jump(60)
    judged: list[str] = []
    monkeypatch.setattr(steps, "matching_step", lambda _, code, **__: judged.append(code))
    tries = (told(steps.step_up(office, signed.token, f"{n:06}")) for n in range(AT_ONCE))
    answers = await asyncio.gather(*tries)
    assert len(judged) == MAX_TRIES
    assert len(locked(answers)) == AT_ONCE - MAX_TRIES + 1


async def test_of_two_with_the_same_digits_at_once_one_comes_in(
    office: World, made: Credentials
) -> None:
    right = ("zhou", made.password, digits(office, made))
    answers = await asyncio.gather(*(told(steps.sign_in(office, *right)) for _ in range(2)))
    assert sorted(code for code, _ in answers) == ["right", "wrong_code"]


async def test_a_second_factor_given_again_clears_the_wrong_ones(
    office: World, made: Credentials, clock: FakeClock
) -> None:
    signed = await steps.sign_in(office, "zhou", made.password, digits(office, made))
    clock.jump(60)
    for _ in range(MAX_TRIES - 1):
        code, _ = await told(steps.step_up(office, signed.token, wrong(office, made)))
        assert code == "wrong_code"
    staff, _ = await steps.step_up(office, signed.token, digits(office, made))
    assert (staff.console_tries, staff.console_locked_until) == (0, None)


async def test_a_login_locked_by_a_stranger_keeps_nobody_from_confirming(
    office: World, made: Credentials, clock: FakeClock
) -> None:
    signed = await steps.sign_in(office, "zhou", made.password, digits(office, made))
    clock.jump(60)
    answers = [await told(steps.sign_in(office, "zhou", "guess", "000000")) for _ in FIVE]
    assert answers[-1][0] == "too_many_tries"
    _, console = await steps.step_up(office, signed.token, digits(office, made))
    assert console.step_up_at == clock.now()


async def test_a_login_locked_by_a_stranger_keeps_nobody_from_a_new_password(
    world: World, made: Credentials, clock: FakeClock
) -> None:
    signed = await steps.sign_in(world, "zhou", made.password, digits(world, made))
    clock.jump(60)
    for _ in range(MAX_TRIES):
        await told(steps.sign_in(world, "zhou", "guess", "000000"))
    await steps.change_password(world, signed.token, made.password, "a longer phrase of mine")
    early = await told(steps.sign_in(world, "zhou", "a longer phrase of mine", "000000"))
    assert early[0] == "too_many_tries"


async def test_wrong_tries_of_a_console_lock_no_door(
    office: World, made: Credentials, clock: FakeClock
) -> None:
    signed = await steps.sign_in(office, "zhou", made.password, digits(office, made))
    clock.jump(60)
    answers = [await told(steps.step_up(office, signed.token, wrong(office, made))) for _ in FIVE]
    assert answers[-1][0] == "too_many_tries"
    again = await steps.sign_in(office, "zhou", made.password, digits(office, made))
    assert (again.staff.wrong_tries, again.staff.console_locked_until) == (
        0,
        signed.session.created_at + timedelta(minutes=16),
    )


OWN = [Where.ADDRESS, Where.BROWSER]
"""Where nobody tries but whoever signed in from there before."""


@pytest.mark.parametrize("where", OWN)
async def test_a_login_locked_by_strangers_lets_its_member_in_from_where_he_is_known(
    office: World, made: Credentials, where: Where
) -> None:
    for _ in range(MAX_TRIES):
        await told(steps.sign_in(office, "zhou", "guess", "000000"))
    signed = await steps.sign_in(office, "zhou", made.password, digits(office, made), where)
    assert signed.staff.wrong_tries == 0
    assert signed.staff.locked_until is not None  # strangers have no five more for it


@pytest.mark.parametrize("where", OWN)
async def test_five_wrong_tries_lock_there_too_and_nowhere_else(
    office: World, made: Credentials, clock: FakeClock, where: Where
) -> None:
    answers = [await told(steps.sign_in(office, "zhou", "guess", "000000", where)) for _ in FIVE]
    assert [code for code, _ in answers] == ["wrong_code"] * 4 + ["too_many_tries"]
    right = "zhou", made.password, digits(office, made)
    assert (await told(steps.sign_in(office, *right, where)))[0] == "too_many_tries"
    for other in {Where.DOOR, *OWN} - {where}:
        clock.jump(60)
        right = "zhou", made.password, digits(office, made)
        assert (await told(steps.sign_in(office, *right, other)))[0] == "right"


async def test_a_reset_unlocks_everywhere(office: World, made: Credentials) -> None:
    for where in {Where.DOOR, *OWN}:
        for _ in FIVE:
            await told(steps.sign_in(office, "zhou", "guess", "000000", where))
    admin = replace(actor("admin"), committee_id=COMMITTEE)
    pool = replace(office, pool=ThreadPool())
    fresh = (await manage_staff.reset_staff(pool, admin, made.staff.id)).staff
    assert [tries_of(fresh, where) for where in Where] == [Tries()] * len(Where)


async def test_a_browser_is_the_own_one_of_who_signed_in_with_it_alone(
    office: World, made: Credentials
) -> None:
    signed = await steps.sign_in(office, "zhou", made.password, digits(office, made))
    await steps.sign_out(office, signed.token)
    mark = hash_token(signed.token)
    assert await steps.is_own(office, "zhou", mark)
    wrong = (("zhou", ""), ("zhou", "invented"), ("zhou", signed.token), ("nobody", mark))
    for login, browser in wrong:
        assert not await steps.is_own(office, login, browser)
