"""Whoever saw all pages saw them: no week that passes takes that back, and the log says it once."""

import pytest

from server.domain.errors import MissingStepsError
from server.usecases import sign_statement, unlock_agreement
from tests.support import cases, signing
from tests.support.signing import Phone, Sitting, lock
from tests.support.world import Stage, actor

A_WEEK_AND_A_DAY = 8 * 86_400.0


@pytest.fixture
async def made(office: Stage) -> Sitting:
    return await signing.locked(office)


async def forgotten(office: Stage) -> None:
    """Let all be forgotten that is remembered for some days."""
    office.clock.jump(A_WEEK_AND_A_DAY)
    async with office.world.store.write() as uow:
        await uow.replies.put("another", "said", office.clock.now())


async def told(made: Sitting) -> int:
    return (await cases.kinds(made.world, made.case.id)).count("sign.pages_shown")


async def expect_unseen(phone: Phone) -> None:
    form = await phone.form(await phone.code())
    with pytest.raises(MissingStepsError) as refused:
        await sign_statement.issue(phone.world, phone.invitation, phone.device, form)
    assert refused.value.facts == {"missing": ["pages"]}


async def test_pages_read_more_than_a_week_ago_need_not_be_read_again(
    office: Stage, made: Sitting
) -> None:
    await made.worker.look()
    await forgotten(office)
    await made.worker.ask(code=await made.worker.code())
    await expect_unseen(made.agent)


async def test_pages_looked_at_again_are_noted_once(office: Stage, made: Sitting) -> None:
    await made.worker.look()
    await forgotten(office)
    await made.worker.look()
    assert await told(made) == 1


async def test_another_text_is_to_be_read_again(office: Stage, made: Sitting) -> None:
    await made.worker.look()
    await unlock_agreement.unlock(made.world, actor("su"), made.case.id, "改一改")
    await lock(made)
    await expect_unseen(made.worker)
    await made.worker.look()
    assert await told(made) == 2
