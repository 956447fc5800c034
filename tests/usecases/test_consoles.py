"""A console is read in one transaction and seen in another: what comes between them holds."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import NoReturn

import pytest

from server.domain.staff import Membership, Role, StaffSession
from server.ports.store import DiskFullError, UnitOfWork
from server.usecases import manage_staff
from server.usecases.identify import SEEN_EVERY, hash_token, staff_of
from server.usecases.sign_in import sign_out
from server.usecases.world import World
from tests.support.clock import FakeClock
from tests.support.world import COMMITTEE

TOKEN = "token"
ZHOU = manage_staff.Newcomer(
    login="zhou", name="周永泉", title="", phone="", roles=frozenset({Role.HEAD})
)


@pytest.fixture
async def console(world: World) -> StaffSession:
    """A console that was last seen long enough ago to be noted again."""
    member = (await manage_staff.make_credentials(world, COMMITTEE, ZHOU)).staff
    begun = StaffSession(
        token_hash=hash_token(TOKEN),
        staff_id=member.id,
        created_at=world.clock.now(),
        seen_at=world.clock.now(),
    )
    async with world.store.write() as uow:
        await uow.staff.add(replace(member, membership=Membership.ACTIVE))
        await uow.staff.sign_in(begun)
    assert isinstance(world.clock, FakeClock)
    world.clock.jump(SEEN_EVERY.total_seconds())
    return begun


async def stored(world: World) -> StaffSession:
    async with world.store.read() as uow:
        found = await uow.staff.session(hash_token(TOKEN))
    assert found is not None
    return found


def before_the_next_write(
    world: World, monkeypatch: pytest.MonkeyPatch, do: Callable[[], Awaitable[None]]
) -> None:
    write = world.store.write

    @asynccontextmanager
    async def late() -> AsyncIterator[UnitOfWork]:
        monkeypatch.setattr(world.store, "write", write)
        await do()
        async with write() as uow:
            yield uow

    monkeypatch.setattr(world.store, "write", late)


async def test_a_console_that_is_signed_out_while_it_is_seen_stays_signed_out(
    world: World, console: StaffSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_the_next_write(world, monkeypatch, lambda: sign_out(world, TOKEN))
    assert await staff_of(world, TOKEN) is None
    assert (await stored(world)).revoked_at == world.clock.now()
    assert await staff_of(world, TOKEN) is None


async def test_a_second_factor_given_while_a_console_is_seen_stays_fresh(
    world: World, console: StaffSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def step_up() -> None:
        async with world.store.write() as uow:
            await uow.staff.save_session(replace(console, step_up_at=world.clock.now()))

    before_the_next_write(world, monkeypatch, step_up)
    assert await staff_of(world, TOKEN) is not None
    now = world.clock.now()
    assert await stored(world) == replace(console, step_up_at=now, seen_at=now)
    seen = await staff_of(world, TOKEN)
    assert seen is not None
    assert seen.step_up


async def test_a_full_disk_signs_nobody_out(
    world: World, console: StaffSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> NoReturn:
        raise DiskFullError

    monkeypatch.setattr(world.store, "write", full)
    assert await staff_of(world, TOKEN) is not None
    assert (await stored(world)).seen_at == console.seen_at
