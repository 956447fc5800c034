"""What a number and its check code tell: counts and days, never who, what or how much."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import astuple, replace
from datetime import date, timedelta
from typing import Any

import pytest

from server.domain.renewal import Due
from server.domain.signing_order import borne
from server.domain.signing_route import RoutePlan
from server.usecases import keep_files, verify_presented
from server.usecases.registered_facts import RegisteredFacts, StampStanding, facts_of
from server.usecases.verify_presented import ANSWER_AFTER, look_up
from tests.support import paper, signing, witnesses
from tests.support.signing import Sitting, agreement, stepped_up
from tests.support.world import Stage, actor
from tests.usecases.agreement.kept_files import past, sealed_with_papers

NUMBER = "湖禾人调字〔2025〕第001号"
SEALED_ON = date(2025, 3, 10)
WRONG = "0" * 16
MOMENT = 0.001
BY_STAFF = [("mediator", "electronic", 1), ("recorder", "electronic", 1)]


async def code_of(made: Sitting) -> str:
    locked = (await agreement(made.world, made.case.id)).locked
    assert locked is not None
    return locked.digest[:16]


async def answered(office: Stage, number: str, code: str) -> RegisteredFacts | None:
    """Return the answer, which is there after half a second to the moment, whatever it is."""
    clock, begun = office.clock, office.clock.monotonic()
    asking = asyncio.create_task(look_up(office.world, number, code))
    while not clock.sleepers:
        assert not asking.done()
        await asyncio.sleep(0.01)
    await clock.advance(begun + ANSWER_AFTER - MOMENT - clock.monotonic())
    assert not asking.done()
    await clock.advance(MOMENT)
    assert asking.done()
    return await asking


async def told(office: Stage, made: Sitting) -> RegisteredFacts:
    found = await answered(office, NUMBER, await code_of(made))
    assert found is not None
    return found


async def stamped(office: Stage, made: Sitting, **changes: Any) -> None:
    """Write down what a night's look found of the record's time stamp."""
    seal = (await agreement(made.world, made.case.id)).seal
    assert seal is not None
    async with office.world.store.write() as uow:
        stamp = await uow.stamps.get(seal.record_id)
        assert await uow.stamps.save(replace(stamp, **changes), stamp.renewals)


async def test_the_right_ones_tell_facts(office: Stage) -> None:
    found = await told(office, await signing.sealed(office))
    assert (found.committee, found.sealed_on, found.effective_on) == (
        "鹭岛市湖滨区禾溪街道人民调解委员会",
        SEALED_ON,
        SEALED_ON,
    )
    assert [astuple(one) for one in found.signatures] == [("party", "electronic", 2), *BY_STAFF]
    assert found.stamp == StampStanding()
    assert found.destroyed_on is None


async def test_a_wrong_one_tells_nothing(office: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    code = await code_of(await signing.sealed(office))
    monkeypatch.setattr(verify_presented, "facts_of", None)  # nothing is even looked up
    other = NUMBER.replace("001", "002")
    for number, given in ((NUMBER, WRONG), (other, code), (other, WRONG), ("1", code)):
        assert await answered(office, number, given) is None


async def test_what_the_facts_take_to_read_is_not_seen(
    office: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(*asked: Any) -> RegisteredFacts:
        await office.clock.advance(ANSWER_AFTER / 2)
        return await facts_of(*asked)

    monkeypatch.setattr(verify_presented, "facts_of", slow)
    assert (await told(office, await signing.sealed(office))).committee


async def on_paper(office: Stage) -> Sitting:
    made = await paper.locked(office)
    await paper.bring_all(made)
    await paper.compare(made)
    return made


async def before_witnesses(office: Stage) -> Sitting:
    made = await witnesses.locked(office)
    await made.agent.sign(seal_scan=await signing.scan(made))
    await witnesses.record(made, witnesses.NURSE)
    await witnesses.confirm(made)
    return made


@pytest.mark.parametrize(
    ("sign", "parties"),
    [
        (on_paper, [("party", "wet_ink", 2)]),
        (before_witnesses, [("party", "witnessed", 1), ("party", "electronic", 1)]),
    ],
)
async def test_signatures_are_counted_by_route(
    office: Stage,
    sign: Callable[[Stage], Coroutine[Any, Any, Sitting]],
    parties: list[tuple[str, str, int]],
) -> None:
    made = await sign(office)
    for login in ("su", "jiang"):
        await signing.staff_signs(made, login)
    await signing.seal(made)
    found = await told(office, made)
    assert [astuple(one) for one in found.signatures] == [*parties, *BY_STAFF]


async def test_who_has_not_signed_is_not_counted(office: Stage) -> None:
    plan = RoutePlan(wet_ink=True, reason="到现场签")
    made = await paper.locked(office, plan=plan)
    assert borne(await agreement(made.world, made.case.id)) == ()


async def test_the_stamp_runs_to_its_last_moment(office: Stage) -> None:
    made = await signing.sealed(office)
    await stamped(office, made, until=office.clock.now() + timedelta(days=1))
    last_day = office.world.pack.local_day(office.clock.now()) + timedelta(days=1)
    assert (await told(office, made)).stamp == StampStanding(until=last_day, in_force=True)
    office.clock.jump(86_400.0)
    assert (await told(office, made)).stamp == StampStanding(until=last_day, in_force=False)


@pytest.mark.parametrize(("trouble", "claimed"), [(Due.UNPROVEN, True), ("intact", False)])
async def test_of_a_record_that_did_not_hold_no_stamp_is_claimed(
    office: Stage, trouble: str, claimed: bool
) -> None:
    made = await signing.sealed(office)
    until = office.clock.now() + timedelta(days=365)
    await stamped(office, made, until=until, trouble=trouble)
    assert (await told(office, made)).stamp.in_force is claimed


async def test_a_destroyed_file_is_told_with_the_day(office: Stage) -> None:
    made = await sealed_with_papers(office)
    gone_on = date(2036, 1, 1)
    past(office, gone_on)
    before = await told(office, made)
    await keep_files.propose(office.world, actor("officer"), made.case.id, "期满")
    assert await told(office, made) == before
    await keep_files.confirm(office.world, stepped_up("he"), made.case.id)
    assert await told(office, made) == replace(before, destroyed_on=gone_on)
