"""The first start: links until somebody founds the committee, then none."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.domain.committee import Committee
from server.domain.errors import ForbiddenError, InvalidValueError
from server.domain.ids import CommitteeId
from server.domain.staff import Role
from server.store.schema import migrate
from server.store.store import open_store
from server.usecases import set_up as steps
from server.usecases.manage_staff import Newcomer
from server.usecases.world import World
from tests.support.ids import SeededIds
from tests.support.world import KEK

COMMITTEE = Committee(
    id=CommitteeId(""), name="禾溪街道人民调解委员会", short_name="禾溪", number_prefix="湖禾"
)


@pytest.fixture
async def empty(world: World, tmp_path: Path) -> AsyncIterator[World]:
    address = f"sqlite:///{tmp_path / 'fresh' / 'heyi.db'}"
    await migrate(address)
    store = await open_store(address, KEK, SeededIds(7))
    yield replace(world, store=store)
    await store.close()


def admin(login: str = "guan") -> Newcomer:
    return Newcomer(
        login=login, name="管理员", title="", phone="", roles=frozenset({Role.ADMIN, Role.HEAD})
    )


async def issued(world: World) -> str:
    token = await steps.issue_link(world)
    assert token is not None
    return token


async def test_a_link_founds_the_committee_and_ends_with_it(empty: World) -> None:
    token = await issued(empty)
    assert await steps.is_open(empty, token)
    (made,) = await steps.set_up(empty, token, COMMITTEE, [admin()])
    assert made.staff.roles == {Role.ADMIN, Role.HEAD}
    assert not await steps.is_open(empty, token)
    assert await steps.issue_link(empty) is None
    with pytest.raises(ForbiddenError):
        await steps.set_up(empty, token, COMMITTEE, [admin("other")])


async def test_starting_again_before_the_set_up_gives_another_link(empty: World) -> None:
    tokens = [await issued(empty) for _ in range(3)]
    assert len(set(tokens)) == 3
    assert all([await steps.is_open(empty, token) for token in tokens])


async def test_a_guessed_link_opens_nothing(empty: World) -> None:
    await issued(empty)
    assert not await steps.is_open(empty, "AAAAAAAAAAAAAAAAAAAAAA")
    with pytest.raises(ForbiddenError):
        await steps.set_up(empty, "AAAAAAAAAAAAAAAAAAAAAA", COMMITTEE, [admin()])


async def test_of_two_who_set_up_at_once_one_wins(empty: World) -> None:
    token = await issued(empty)
    asked = [steps.set_up(empty, token, COMMITTEE, [admin(login)]) for login in ("guan", "li")]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, ForbiddenError) for one in outcomes) == 1
    async with empty.store.read() as uow:
        assert len(await uow.committees.all()) == 1


@pytest.mark.parametrize(
    ("staff", "reason"),
    [
        ([replace(admin(), roles=frozenset({Role.MEDIATOR}))], "admin_missing"),
        ([admin(), admin()], "login_twice"),
    ],
)
async def test_a_committee_that_could_not_work_is_refused(
    empty: World, staff: list[Newcomer], reason: str
) -> None:
    token = await issued(empty)
    with pytest.raises(InvalidValueError) as refused:
        await steps.set_up(empty, token, COMMITTEE, staff)
    assert refused.value.facts["reason"] == reason
    assert await steps.is_open(empty, token)


async def test_a_seal_that_is_no_picture_is_refused(empty: World) -> None:
    token = await issued(empty)
    for wrong in ("bm8gcGljdHVyZQ==", "not base64!"):
        with pytest.raises(InvalidValueError):
            await steps.set_up(empty, token, COMMITTEE, [admin()], wrong)
