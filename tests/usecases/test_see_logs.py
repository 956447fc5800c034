"""Session logs for who may read them: found by number and day, never by a person."""

from datetime import date, timedelta
from typing import Any

import pytest

from server.domain.errors import ForbiddenError
from server.usecases import log_tree, see_logs
from server.usecases.see_logs import LogQuery
from server.usecases.world import World
from tests.support import cases
from tests.support.papers import equipped
from tests.support.world import OTHER_COMMITTEE, Stage, actor

DAY = date(2025, 3, 10)


def asked(**more: Any) -> LogQuery:
    return LogQuery(**{"number": "", "first": None, "last": None, "page": 1, **more})


async def found(world: World, login: str, **more: Any) -> int:
    return (await see_logs.find(world, actor(login), asked(**more))).total


async def test_the_log_is_shown_with_its_head_to_those_who_may(world: World) -> None:
    case = await cases.registered(world)
    log = await see_logs.see(world, actor("he"), case.id)
    assert (len(log.entries), log.head) == (3, log.entries[-1].hash)
    assert set(log.names.values()) >= {person.name for person in case.people}
    with pytest.raises(ForbiddenError):
        await see_logs.see(world, actor("jiang"), case.id)


async def test_an_auditor_finds_logs_by_number_and_day_but_not_by_a_person(world: World) -> None:
    case = await cases.registered(world)
    assert await found(world, "auditor") == 1
    assert await found(world, "auditor", number=case.case_no) == 1
    for text in ("陈水根", "512099197904123018", case.case_no[:-1]):
        assert await found(world, "auditor", number=text) == 0
    assert await found(world, "auditor", first=DAY, last=DAY) == 1
    assert await found(world, "auditor", first=DAY + timedelta(days=1)) == 0
    assert await found(world, "auditor", last=DAY - timedelta(days=1)) == 0


async def test_each_finds_the_logs_he_may_read(world: World) -> None:
    await cases.registered(world)
    for login, count in (("su", 1), ("lin", 0), ("he", 1), ("officer", 1)):
        assert await found(world, login) == count
    stranger = actor("auditor", OTHER_COMMITTEE)
    assert (await see_logs.find(world, stranger, asked())).total == 0
    for login in ("jiang", "admin"):
        with pytest.raises(ForbiddenError):
            await found(world, login)


async def test_it_says_how_much_of_a_log_a_checkpoint_holds(scene: Stage, tmp_path: Any) -> None:
    world = equipped(scene, tmp_path).world
    case = await cases.registered(world)
    before = await see_logs.find(world, actor("auditor"), asked())
    assert (before.checkpoint, before.signed_at) == (None, None)
    assert (await see_logs.see(world, actor("auditor"), case.id)).covered == 0
    await log_tree.place(world)
    await log_tree.sign_checkpoint(world)
    after = await see_logs.find(world, actor("auditor"), asked())
    assert after.checkpoint is not None
    assert after.checkpoint.head.size == 3
    log = await see_logs.see(world, actor("auditor"), case.id)
    assert log.covered == 3
    assert not {person.name for person in case.people} & set(log.names.values())
