"""Anybody may watch the log of all cases, and learns nothing but sizes and hashes."""

import base64
from pathlib import Path

import pytest

from server.domain.checkpoint import read_checkpoint
from server.domain.session_log import happened
from server.domain.tree import consistent
from server.usecases.log_tree import place, sign_checkpoint
from server.usecases.world import World
from tests.support import cases
from tests.support.papers import equipped
from tests.support.site import Town
from tests.support.world import Stage


@pytest.fixture
def world(scene: Stage, tmp_path: Path) -> World:
    return equipped(scene, tmp_path).world


async def test_a_watcher_follows_the_log(site: Town, world: World) -> None:
    watcher = site.browser()
    status, body = await watcher.ask("GET", "/api/log/proof?first=1")
    assert (status, body["code"]) == (404, "not_found")
    case = await cases.registered(world)
    seen = []
    for _ in range(2):
        async with world.store.write() as uow:
            await uow.log.append(case.id, [happened("step", "staff-su")] * 3, world.clock.now())
        await place(world)
        await sign_checkpoint(world)
        async with watcher.fetch("GET", "/api/log/checkpoint") as answer:
            assert answer.status == 200
            assert answer.content_type == "text/plain"
            seen.append(read_checkpoint(await answer.text()))
    first, second = (checkpoint.head for checkpoint in seen)
    status, told = await watcher.ask("GET", f"/api/log/proof?first={first.size}")
    assert status == 200
    assert read_checkpoint(told["checkpoint"]).head == second
    assert consistent(first, second, [base64.b64decode(one) for one in told["hashes"]])


@pytest.mark.parametrize("first", ["", "0", "-1", "x", "99", "9" * 40, "１"])
async def test_a_size_that_never_was_is_refused(site: Town, world: World, first: str) -> None:
    await cases.registered(world)
    await place(world)
    await sign_checkpoint(world)
    status, body = await site.browser().ask("GET", f"/api/log/proof?first={first}")
    assert (status, body["code"]) == (422, "invalid_value")
