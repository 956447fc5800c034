"""What a party's browser sends again changes nothing, and fills no log."""

from dataclasses import replace

import pytest

from server.domain.errors import TooManyTriesError, WrongCodeError
from server.domain.invitation import Answer, Invitation
from server.usecases import answer_link, send_code
from server.usecases.world import World
from tests.support import cases
from tests.support.world import Stage


@pytest.fixture
async def link(world: World) -> Invitation:
    case = await cases.registered(world)
    return (await cases.opened(world, case, "陈水根")).invitation


async def kinds(world: World, link: Invitation) -> list[str]:
    return await cases.kinds(world, link.case_id)


async def guess(world: World, link: Invitation, code: str) -> None:
    with pytest.raises(TooManyTriesError):
        await send_code.spend(world, link, "move", code)


async def test_a_guess_where_no_code_is_out_is_not_logged(scene: Stage, link: Invitation) -> None:
    before = await kinds(scene.world, link)
    for _ in range(5):
        await guess(scene.world, link, "000000")
    assert await kinds(scene.world, link) == before


async def test_a_code_is_no_more_once_it_was_used_or_is_old(scene: Stage, link: Invitation) -> None:
    world = scene.world
    await send_code.send(world, link, "move")
    code = scene.notifier.last_code
    await send_code.spend(world, link, "move", code)
    assert (await kinds(world, link))[-2:] == ["code.sent", "code.verified"]
    await guess(world, link, code)
    await send_code.send(world, link, "move")
    await scene.clock.advance(world.rules.code_life)
    await guess(world, link, scene.notifier.last_code)
    assert (await kinds(world, link))[-3:] == ["code.sent", "code.verified", "code.sent"]


async def test_each_wrong_code_is_logged_while_one_is_out(scene: Stage, link: Invitation) -> None:
    world = scene.world
    await send_code.send(world, link, "move")
    wrong = "000000" if scene.notifier.last_code != "000000" else "111111"
    for _ in range(2 * world.rules.code_tries):
        with pytest.raises((WrongCodeError, TooManyTriesError)):
            await send_code.spend(world, link, "move", wrong)
    assert (await kinds(world, link)).count("code.wrong") == world.rules.code_tries


async def test_the_same_answer_again_keeps_the_first(scene: Stage, link: Invitation) -> None:
    world = scene.world
    first = await answer_link.answer(world, link, Answer.OTHER_TIME, "下午")
    await scene.clock.advance(60)
    again = await answer_link.answer(world, link, Answer.OTHER_TIME, "下午")
    assert again == first
    other = await answer_link.answer(world, link, Answer.OTHER_TIME, "晚上")
    assert replace(other, version=0) == replace(
        first, answer_text="晚上", answered_at=scene.clock.now(), version=0
    )
    assert (await kinds(world, link)).count("invite.other_time") == 2
