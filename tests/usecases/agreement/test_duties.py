"""What the day shows of texts that wait for their seal, and of what is due once they have it."""

import pytest

from server.usecases import see_today
from tests.support import signing
from tests.support.world import Stage, actor


async def test_every_text_that_waits_for_its_seal_is_shown(
    office: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(see_today, "MOST_CASES", 1)
    waiting = {(await signing.signed(office)).case.id for _ in range(2)}
    day = await see_today.see_today(office.world, actor("su"))
    assert {one.case.id for one in day.seals} == waiting


async def test_who_signs_next_is_told_so_by_the_day(office: Stage) -> None:
    made = await signing.locked(office, planned_at=office.clock.now())

    async def told() -> list[str]:
        days = {who: await see_today.see_today(office.world, actor(who)) for who in ("su", "jiang")}
        return [who for who, day in days.items() for one in day.sittings if one.to_sign]

    assert await told() == []
    await made.worker.sign()
    await made.agent.sign(seal_scan=await signing.scan(made))
    assert await told() == ["su"]
    await signing.staff_signs(made, "su")
    assert await told() == ["jiang"]
    await signing.staff_signs(made, "jiang")
    assert await told() == []


async def test_a_sealed_case_shows_its_payments_and_the_courts_last_day(office: Stage) -> None:
    await signing.sealed(office)
    day = await see_today.see_today(office.world, actor("su"))
    codes = [duty.code for duty in day.duties]
    assert codes == ["payment", "court_confirmation_if_open", "payment", "payment"]


async def test_the_last_days_of_a_sealed_agreement_are_shown_for_a_month_after_them(
    office: Stage,
) -> None:
    await signing.sealed(office)
    office.clock.jump(2 * 365 * 24 * 3600)
    day = await see_today.see_today(office.world, actor("su"))
    assert (day.duties, day.more_duties) == ((), 0)
