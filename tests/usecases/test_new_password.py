"""A new password: the old one is tried as at sign-in, and every other console ends."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import cast

import pyotp
import pytest

from server.domain.errors import InvalidValueError, NotFoundError, TooManyTriesError, WrongCodeError
from server.domain.ids import StaffId
from server.domain.staff import Role
from server.ports.store import Store, UnitOfWork
from server.usecases import manage_staff, sign_in as steps
from server.usecases.identify import SEEN_EVERY, hash_token, staff_of
from server.usecases.manage_staff import Credentials, Newcomer
from server.usecases.tries import MAX_TRIES
from server.usecases.world import World
from tests.support.clock import START
from tests.support.world import COMMITTEE, Stage

NEW = "a-longer-password"


@dataclass(frozen=True, kw_only=True)
class Member:
    """A member with a console, and another one that he forgot somewhere."""

    scene: Stage
    made: Credentials
    here: str
    elsewhere: str

    def digits(self, *, off: int = 0) -> str:
        right = pyotp.TOTP(self.made.totp_secret).at(self.scene.clock.now())
        return f"{(int(right) + off) % 1_000_000:06}"

    async def change(self, old: str) -> None:
        await steps.change_password(self.scene.world, self.here, old, NEW)


@dataclass(frozen=True)
class EndsFirst:
    """A store in which every console of a member ends before anything else is written."""

    store: Store
    member: StaffId

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.store.read()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[UnitOfWork]:
        async with self.store.write() as uow:
            await uow.staff.revoke_sessions(self.member, START)
        async with self.store.write() as uow:
            yield uow


async def console(scene: Stage, made: Credentials) -> str:
    code = pyotp.TOTP(made.totp_secret).at(scene.clock.now())
    signed = await steps.sign_in(scene.world, "zhou", made.password, code)
    scene.clock.jump(60)
    return signed.token


@pytest.fixture
async def zhou(scene: Stage) -> Member:
    who = Newcomer(login="zhou", name="周永泉", title="", phone="", roles=frozenset({Role.HEAD}))
    made = await manage_staff.make_credentials(scene.world, COMMITTEE, who)
    async with scene.world.store.write() as uow:
        await uow.staff.add(made.staff)
    elsewhere = await console(scene, made)
    return Member(scene=scene, made=made, here=await console(scene, made), elsewhere=elsewhere)


async def test_every_other_console_ends_and_the_own_goes_on(zhou: Member, world: World) -> None:
    await zhou.change(zhou.made.password)
    assert await staff_of(world, zhou.elsewhere) is None
    assert await staff_of(world, zhou.here) is not None
    with pytest.raises(WrongCodeError):
        await steps.sign_in(world, "zhou", zhou.made.password, zhou.digits())
    assert (await steps.sign_in(world, "zhou", NEW, zhou.digits())).staff.id == zhou.made.staff.id


async def test_no_console_ends_without_the_old_password(zhou: Member, world: World) -> None:
    with pytest.raises(WrongCodeError):
        await zhou.change("guess-guess")
    assert await staff_of(world, zhou.elsewhere) is not None


async def test_what_was_under_way_opens_no_ended_console_again(zhou: Member, world: World) -> None:
    async with world.store.read() as uow:
        as_it_was = await uow.staff.session(hash_token(zhou.elsewhere))
    assert as_it_was is not None
    await zhou.change(zhou.made.password)
    with pytest.raises(NotFoundError):
        async with world.store.write() as uow:
            await uow.staff.save_session(as_it_was)
    assert await staff_of(world, zhou.elsewhere) is None


async def test_a_request_beside_the_change_is_answered_as_signed_out(
    zhou: Member, world: World
) -> None:
    zhou.scene.clock.jump(SEEN_EVERY.total_seconds())
    ending = replace(world, store=cast("Store", EndsFirst(world.store, zhou.made.staff.id)))
    assert await staff_of(ending, zhou.elsewhere) is None


async def test_five_wrong_old_passwords_lock(zhou: Member) -> None:
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongCodeError) as refused:
            await zhou.change("guess-guess")
        assert refused.value.facts == {"left": left}
    for old in ("guess-guess", zhou.made.password):
        with pytest.raises(TooManyTriesError):
            await zhou.change(old)


async def test_the_right_password_buys_no_tries_at_the_digits(zhou: Member, world: World) -> None:
    for n in range(1, MAX_TRIES):
        with pytest.raises(WrongCodeError):
            await steps.step_up(world, zhou.here, zhou.digits(off=n))
    await zhou.change(zhou.made.password)
    with pytest.raises(TooManyTriesError):
        await steps.step_up(world, zhou.here, zhou.digits(off=MAX_TRIES))


async def test_a_password_that_is_too_easy_costs_no_try(zhou: Member, world: World) -> None:
    for _ in range(MAX_TRIES):
        with pytest.raises(InvalidValueError):
            await steps.change_password(world, zhou.here, "guess-guess", "guess-guess")
    await zhou.change(zhou.made.password)
    assert await staff_of(world, zhou.elsewhere) is None
