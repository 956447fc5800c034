"""The committee has two people seal: one releases, another confirms, and the record names both."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from server.domain.errors import (
    ForbiddenError,
    StaleRevisionError,
    StepUpNeededError,
    WrongStateError,
)
from server.domain.ids import CaseId
from server.domain.release import RELEASED_FOR, NotReleasedError, ends
from server.domain.sealing_rule import RuleStep, SamePersonError
from server.domain.session_log import verify
from server.domain.staff import Membership, Role
from server.ports.system import Clock
from server.usecases import (
    manage_committee,
    release_seal,
    seal_agreement,
    see_today,
    set_sealing,
    unlock_agreement,
)
from server.usecases.committee_log import log_of
from server.usecases.log_tree import place
from server.usecases.read_agreement import see
from server.usecases.seal_standing import Awaited
from server.usecases.world import World
from tests.support import cases, signing
from tests.support.signing import Sitting, agreement, pdf_sha256, stepped_up
from tests.support.world import COMMITTEE, Stage, actor


async def by_two(office: Stage) -> None:
    await set_sealing.change(office.world, stepped_up("he"), RuleStep.TO_TWO)


@pytest.fixture
async def made(office: Stage) -> Sitting:
    await by_two(office)
    return await signing.signed(office)


async def release(made: Sitting, login: str = "su") -> None:
    pdf = await pdf_sha256(made)
    await release_seal.release(made.world, stepped_up(login), made.case.id, pdf)


async def facts_of(world: World, case: CaseId, kind: str) -> dict[str, Any]:
    entries = await cases.logged(world, case)
    facts: dict[str, Any] = next(one["facts"] for one in entries if one["kind"] == kind)
    return facts


async def test_one_person_seals_unless_the_committee_decides_otherwise(office: Stage) -> None:
    made = await signing.signed(office)
    with pytest.raises(WrongStateError):
        await release(made)
    await signing.seal(made)
    facts = await facts_of(office.world, made.case.id, "seal.applied")
    assert not {"released_by", "release_sha256", "confirmation_sha256"} & set(facts)
    assert "two_to_seal" not in await facts_of(office.world, made.case.id, "agreement.locked")


async def test_two_people_seal_and_every_trace_names_both(made: Sitting) -> None:
    world, case_id = made.world, made.case.id
    with pytest.raises(NotReleasedError):
        await signing.seal(made)
    await release(made)
    await signing.seal(made)
    seal = (await agreement(world, case_id)).seal
    assert seal is not None
    assert [one.by for one in seal.approvals] == ["staff-su", "staff-he"]
    released = await facts_of(world, case_id, "seal.released")
    applied = await facts_of(world, case_id, "seal.applied")
    assert released["pdf_sha256"] == await pdf_sha256(made)
    assert released["digest"] == applied["digest"]
    assert applied["released_by"] == "staff-su"
    assert applied["release_sha256"] == released["statement_sha256"]
    report = await world.archive.verify(seal.record_id, ())
    (fact,) = [one for one in report.facts if one.code == "two_people"]
    named = dict(fact.facts)
    assert fact.holds
    assert not report.failed
    assert (named["released_by"], named["sealed_by"]) == ("苏慧珍", "何建平")


class Ticking:
    """A clock on which everything takes a second."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._ticks = clock, count()

    def now(self) -> datetime:
        return self._clock.now() + timedelta(seconds=next(self._ticks))

    def monotonic(self) -> float:
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)


async def test_a_release_ends_at_the_moment_that_was_signed(made: Sitting) -> None:
    slow, case_id = replace(made.world, clock=Ticking(made.world.clock)), made.case.id
    await release_seal.release(slow, stepped_up("su"), case_id, await pdf_sha256(made))
    found = (await agreement(made.world, case_id)).release
    assert found is not None
    said = json.loads(found.statement)["saw"]["until"]
    assert datetime.fromisoformat(said) == ends(found)


async def test_the_same_person_is_never_both(made: Sitting) -> None:
    world, both = made.world, frozenset({Role.HEAD, Role.RECORDER})
    async with world.store.write() as uow:
        await uow.staff.save(replace(await uow.staff.get(actor("jiang").staff_id), roles=both))
    pdf, twofold = await pdf_sha256(made), replace(stepped_up("jiang"), roles=both)
    await release_seal.release(world, twofold, made.case.id, pdf)
    with pytest.raises(SamePersonError):
        await seal_agreement.seal(world, twofold, made.case.id, pdf)
    assert (await agreement(world, made.case.id)).sealing is None
    await signing.seal(made)


async def test_releasing_asks_for_the_case_the_text_and_a_fresh_second_factor(
    made: Sitting,
) -> None:
    world, case_id, pdf = made.world, made.case.id, await pdf_sha256(made)
    with pytest.raises(StepUpNeededError):
        await release_seal.release(world, actor("su"), case_id, pdf)
    for login in ("he", "officer", "admin", "lin"):
        with pytest.raises(ForbiddenError):
            await release_seal.release(world, stepped_up(login), case_id, pdf)
    with pytest.raises(StaleRevisionError):
        await release_seal.release(world, stepped_up("su"), case_id, "0" * 64)
    await release_seal.release(world, stepped_up("jiang"), case_id, pdf)


async def test_who_alone_could_confirm_cannot_release(made: Sitting) -> None:
    async with made.world.store.write() as uow:
        he = await uow.staff.get(actor("he").staff_id)
        await uow.staff.save(replace(he, membership=Membership.SUSPENDED))
    with pytest.raises(ForbiddenError) as refused:
        await release(made)
    assert refused.value.facts["reason"] == "nobody_else_seals"


async def test_a_release_ends_with_its_time_its_text_and_its_giver(
    office: Stage, made: Sitting
) -> None:
    world, case_id = office.world, made.case.id
    await release(made)
    office.clock.jump(RELEASED_FOR.total_seconds())
    with pytest.raises(NotReleasedError):
        await signing.seal(made)
    await release(made, "jiang")
    async with world.store.write() as uow:
        jiang = await uow.staff.get(actor("jiang").staff_id)
        await uow.staff.save(replace(jiang, membership=Membership.SUSPENDED))
    with pytest.raises(NotReleasedError):
        await signing.seal(made)
    await release_seal.withdraw(world, stepped_up("su"), case_id)
    await release(made)
    await unlock_agreement.unlock(world, actor("su"), case_id, "金额要改")
    assert (await agreement(world, case_id)).release is None


async def test_going_back_to_one_takes_two_and_leaves_locked_texts_alone(made: Sitting) -> None:
    world, he, admin = made.world, stepped_up("he"), stepped_up("admin")
    with pytest.raises(StepUpNeededError):
        await set_sealing.change(world, actor("he"), RuleStep.BACK_ASKED)
    await set_sealing.change(world, he, RuleStep.BACK_ASKED)
    with pytest.raises(SamePersonError):
        await set_sealing.change(world, he, RuleStep.TO_ONE)
    await set_sealing.change(world, admin, RuleStep.TO_ONE)
    with pytest.raises(NotReleasedError):
        await signing.seal(made)
    await unlock_agreement.unlock(world, actor("su"), made.case.id, "金额要改")
    for phone in made.phones:
        for clause in range(len(signing.CLAUSES)):
            await phone.answer(clause)
    locked = (await signing.lock(made)).locked
    assert locked is not None
    assert not locked.two_to_seal


async def test_the_rule_is_logged_and_everybody_is_told(office: Stage, made: Sitting) -> None:
    world = office.world
    await set_sealing.change(world, stepped_up("admin"), RuleStep.BACK_ASKED)
    await set_sealing.change(world, stepped_up("he"), RuleStep.BACK_DROPPED)
    seen = await set_sealing.see(world, actor("auditor"))
    assert [(one.step, one.by) for one in seen.changes] == [
        ("back_dropped", "staff-he"),
        ("back_asked", "staff-admin"),
        ("to_two", "staff-he"),
    ]
    await place(world)
    async with world.store.read() as uow:
        verify(await uow.log.of_case(log_of(COMMITTEE)))
        assert len(await uow.tree.positions(log_of(COMMITTEE), 9)) == 3
    today = await see_today.see_today(world, actor("su"))
    assert today.rule is not None
    office.clock.jump(see_today.RULE_IS_NEWS.total_seconds())
    assert (await see_today.see_today(world, actor("su"))).rule is None
    assert made.case.id


async def test_the_admins_particulars_leave_the_rule_and_the_periods_alone(office: Stage) -> None:
    world, admin = office.world, actor("admin")
    await by_two(office)
    before = await manage_committee.committee_of(world, admin)
    typed = replace(before, court="某某法院", keeping=(), sealing=type(before.sealing)())
    after = await manage_committee.change_committee(world, admin, typed)
    assert (after.court, after.keeping) == ("某某法院", before.keeping)
    assert after.sealing == before.sealing


async def test_desk_and_today_say_for_whom_the_seal_waits(office: Stage) -> None:
    world = office.world
    await by_two(office)
    made = await signing.locked(office)

    async def waits() -> tuple[Awaited | None, tuple[str, ...]]:
        desk = (await see(world, actor("su"), made.case.id)).seal
        rows = (await see_today.see_today(world, actor("su"))).seals
        assert [(one.awaited, one.of) for one in rows] == (
            [] if desk.awaited is None else [(desk.awaited, desk.of)]
        )
        return desk.awaited, desk.of

    assert await waits() == (None, ())
    await made.worker.sign()
    await made.agent.sign(seal_scan=await signing.scan(made))
    for login in ("su", "jiang"):
        await signing.staff_signs(made, login)
    assert await waits() == (Awaited.RELEASE, ("苏慧珍", "江一帆"))
    await release(made)
    assert await waits() == (Awaited.SEAL, ("何建平",))
    await signing.seal(made)
    assert await waits() == (None, ())
