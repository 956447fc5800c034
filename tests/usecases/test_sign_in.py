"""Staff sign in with two factors, are locked out, step up, and change a first password."""

from dataclasses import replace

import pyotp
import pytest

from server.domain.access import Act, allow
from server.domain.errors import (
    InvalidValueError,
    MustChangePasswordError,
    SignedOutError,
    WrongCodeError,
    WrongStateError,
)
from server.domain.ids import StaffId
from server.domain.staff import Actor, Membership, Role
from server.usecases import manage_staff, passwords, sign_in as steps
from server.usecases.identify import staff_of
from server.usecases.manage_staff import Credentials, Newcomer
from server.usecases.tries import MAX_TRIES
from server.usecases.world import World
from tests.support.clock import FakeClock
from tests.support.world import COMMITTEE

NEW = "a-longer-password"


@pytest.fixture
async def made(world: World) -> Credentials:
    who = Newcomer(
        login="zhou", name="周永泉", title="", phone="", roles=frozenset({Role.ADMIN, Role.HEAD})
    )
    made = await manage_staff.make_credentials(world, COMMITTEE, who)
    async with world.store.write() as uow:
        await uow.staff.add(made.staff)
    return made


def digits(world: World, made: Credentials, *, later: int = 0) -> str:
    return pyotp.TOTP(made.totp_secret).at(int(world.clock.now().timestamp()) + later)


async def enter(world: World, made: Credentials) -> steps.SignedIn:
    return await steps.sign_in(world, "zhou", made.password, digits(world, made))


def advance(world: World, seconds: float) -> None:
    clock = world.clock
    assert isinstance(clock, FakeClock)
    clock.jump(seconds)


async def test_both_factors_open_a_console_and_the_first_time_makes_active(
    world: World, made: Credentials
) -> None:
    signed = await enter(world, made)
    assert signed.staff.membership is Membership.ACTIVE
    actor = await staff_of(world, signed.token)
    assert actor is not None
    assert actor.step_up


async def test_a_six_digit_code_works_once(world: World, made: Credentials) -> None:
    await enter(world, made)
    with pytest.raises(WrongCodeError):
        await enter(world, made)


@pytest.mark.parametrize("wrong", ["password", "totp", "login"])
async def test_every_wrong_answer_is_answered_alike(
    world: World, made: Credentials, wrong: str
) -> None:
    login = "nobody" if wrong == "login" else "zhou"
    password = "guess" if wrong == "password" else made.password
    totp = "000000" if wrong == "totp" else digits(world, made)
    with pytest.raises(WrongCodeError) as refused:
        await steps.sign_in(world, login, password, totp)
    assert refused.value.facts == {"left": MAX_TRIES - 1}


async def test_a_console_ends_when_idle_or_old(world: World, made: Credentials) -> None:
    signed = await enter(world, made)
    advance(world, world.rules.staff_idle + 1)
    assert await staff_of(world, signed.token) is None


async def test_the_second_factor_grows_stale_and_is_given_again(
    world: World, made: Credentials
) -> None:
    signed = await enter(world, made)
    advance(world, world.rules.step_up + 1)
    stale = await staff_of(world, signed.token)
    assert stale is not None
    assert not stale.step_up
    await steps.step_up(world, signed.token, digits(world, made))
    fresh = await staff_of(world, signed.token)
    assert fresh is not None
    assert fresh.step_up


async def test_a_first_password_allows_nothing_but_a_new_one(
    world: World, made: Credentials
) -> None:
    signed = await enter(world, made)
    actor = await staff_of(world, signed.token)
    assert actor is not None
    with pytest.raises(MustChangePasswordError):
        allow(actor, Act.MANAGE_STAFF)
    allow(actor, Act.OWN_ACCOUNT)
    await steps.change_password(world, signed.token, made.password, NEW)
    after = await staff_of(world, signed.token)
    assert after is not None
    allow(after, Act.MANAGE_STAFF)


async def test_a_new_password_is_not_the_old_one_nor_the_login(
    world: World, made: Credentials
) -> None:
    signed = await enter(world, made)
    for easy in (made.password, "zhou-zhou-zhou"):
        with pytest.raises(InvalidValueError):
            await steps.change_password(world, signed.token, made.password, easy)


async def test_suspending_ends_open_consoles_at_once(world: World, made: Credentials) -> None:
    signed = await enter(world, made)
    actor = await _trusted(world, signed)
    colleague = await manage_staff.add_staff(
        world,
        actor,
        Newcomer(login="wu", name="吴", title="", phone="", roles=frozenset({Role.MEDIATOR})),
    )
    code = pyotp.TOTP(colleague.totp_secret).at(int(world.clock.now().timestamp()))
    other = await steps.sign_in(world, "wu", colleague.password, code)
    change = {"membership": Membership.SUSPENDED}
    await manage_staff.change_staff(world, actor, colleague.staff.id, change)
    assert await staff_of(world, other.token) is None
    with pytest.raises(WrongCodeError):
        await steps.sign_in(world, "wu", colleague.password, code)


async def test_an_admin_cannot_lock_the_committee_out(world: World, made: Credentials) -> None:
    signed = await enter(world, made)
    actor = await _trusted(world, signed)
    with pytest.raises(WrongStateError):
        await manage_staff.change_staff(
            world, actor, actor.staff_id, {"roles": frozenset({Role.HEAD})}
        )


async def test_a_login_is_taken_once(world: World, made: Credentials) -> None:
    actor = await _trusted(world, await enter(world, made))
    with pytest.raises(InvalidValueError):
        await manage_staff.add_staff(
            world,
            actor,
            Newcomer(login="zhou", name="周", title="", phone="", roles=frozenset({Role.HEAD})),
        )


async def test_reset_gives_new_credentials_and_ends_the_old(
    world: World, made: Credentials
) -> None:
    signed = await enter(world, made)
    actor = await _trusted(world, signed)
    fresh = await manage_staff.reset_staff(world, actor, StaffId(made.staff.id))
    assert await staff_of(world, signed.token) is None
    assert (fresh.password, fresh.totp_secret) != (made.password, made.totp_secret)
    with pytest.raises(WrongCodeError):
        await enter(world, made)


async def test_signing_out_ends_this_console(world: World, made: Credentials) -> None:
    signed = await enter(world, made)
    await steps.sign_out(world, signed.token)
    assert await staff_of(world, signed.token) is None
    with pytest.raises(SignedOutError):
        await steps.own_console(world, signed.token)


async def _trusted(world: World, signed: steps.SignedIn) -> Actor:
    actor = await staff_of(world, signed.token)
    assert actor is not None
    return replace(actor, must_change_password=False)


def test_who_is_nobody_is_compared_as_long_as_somebody() -> None:
    assert not passwords._HASHER.check_needs_rehash(passwords.NOBODY)
    assert passwords.password_matches(passwords.NOBODY, "nobody signs in with this")
