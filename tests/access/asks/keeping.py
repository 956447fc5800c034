"""Requests about files in keeping: the file is due, and somebody else has proposed or held."""

from dataclasses import replace

from server.domain.custody import Hold, Proposal
from server.domain.ids import StaffId
from server.domain.retention import Keeping
from tests.access.asks.row import Ask, ask
from tests.access.office import Office
from tests.access.prepare import staff_id
from tests.support.world import COMMITTEE

FILE = "/api/keeping/{case_id}"
OVER = Keeping(dispute_type="", years=-1, basis="会议")
"""A period that was over before it began."""
SOMEBODY = StaffId("staff-nobody")


@ask("GET /api/keeping", "sealed")
async def _review(office: Office, who: str) -> Ask:
    del office, who
    return Ask()


@ask("PUT /api/keeping", "sealed")
async def _set_rules(office: Office, who: str) -> Ask:
    del office, who
    return Ask(json={"rules": [{"dispute_type": "10", "years": 20, "basis": "会议决定"}]})


@ask(f"POST {FILE}/hold", "sealed")
async def _hold(office: Office, who: str) -> Ask:
    del who
    return _ask(office, document="（2025）鹭0203民初17号", reason="法院调卷")


@ask(f"POST {FILE}/hold/lift", "sealed")
async def _lift(office: Office, who: str) -> Ask:
    del who
    at = office.world.clock.now()
    held = Hold(id="hold-1", by=SOMEBODY, at=at, document="17号", reason="法院调卷")
    await _keep(office, holds=(held,))
    return _ask(office, hold=held.id)


@ask(f"POST {FILE}/destruction", "sealed")
async def _propose(office: Office, who: str) -> Ask:
    del who
    await _keep(office)
    return _ask(office, reason="保管期满")


async def _proposed(office: Office, who: str) -> Ask:
    # Whoever proposed may still do so, and is another than who asks.
    by = staff_id("he" if who == "O" else "officer")
    made = Proposal(by=by, at=office.world.clock.now(), reason="保管期满")
    await _keep(office, proposal=made)
    return _ask(office)


ask(f"POST {FILE}/destruction/decline", "sealed")(_proposed)
ask(f"POST {FILE}/destruction/confirm", "sealed")(_proposed)


def _ask(office: Office, **body: str) -> Ask:
    return Ask(path={"case_id": office.facts["case"]}, json=body or None)


async def _keep(office: Office, **custody: object) -> None:
    async with office.world.store.write() as uow:
        committee = await uow.committees.get(COMMITTEE)
        await uow.committees.save(replace(committee, keeping=(replace(OVER, dispute_type="10"),)))
        case = await uow.cases.get(office.facts["case"])
        kept = replace(case.custody, **custody)  # type: ignore[arg-type]  # a row names real fields
        await uow.cases.save(replace(case, custody=kept))
