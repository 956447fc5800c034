"""The whole path: draft, answers, lock, signatures, seal, copy, record."""

import json
from datetime import date

from server.domain.agreement import AgreementState
from server.domain.case import CaseState
from server.domain.session import SessionState
from server.usecases import deliver_copy, retrieve_record
from tests.support import cases, signing
from tests.support.signing import agreement, current_session
from tests.support.world import Stage, actor


async def test_a_draft_becomes_a_sealed_record_that_verifies(office: Stage) -> None:
    world = office.world
    made = await signing.locked(office)
    assert (await current_session(world, made.case.id)).state is SessionState.SIGNING
    await made.worker.sign()
    await made.agent.sign(seal_scan=await signing.scan(made))
    await signing.staff_signs(made, "su")
    await signing.staff_signs(made, "jiang")
    assert (await cases.stored(world, made.case.id)).state is CaseState.AGREED
    await signing.seal(made)
    after = await agreement(world, made.case.id)
    assert after.state is AgreementState.SEALED
    assert after.seal is not None
    assert after.seal.number == "湖禾人调字〔2025〕第001号"
    assert after.seal.effective_on == date(2025, 3, 10)
    assert after.seal.confirmation_deadline == date(2025, 4, 9)
    assert (await cases.stored(world, made.case.id)).state is CaseState.SEALED
    report = await world.archive.verify(after.seal.record_id, ())
    assert report.verified, report.failed
    assert [s.role for s in report.signers] == ["party", "agent", "mediator", "recorder"]


async def test_the_record_is_found_opened_and_fetched(office: Stage) -> None:
    world = office.world
    made = await signing.sealed(office)
    seal = (await agreement(world, made.case.id)).seal
    assert seal is not None
    opened = await retrieve_record.open_record(world, actor("officer"), seal.record_id, "档案检查")
    assert opened.report.verified
    assert all(fact.holds for fact in opened.report.facts)
    code = await made.worker.code("copy")
    ticket = await deliver_copy.ask(world, made.worker.invitation, made.worker.device, code)
    copy = await deliver_copy.fetch(world, made.worker.invitation, made.worker.device, ticket.token)
    assert copy.pdf == await world.archive.read(seal.record_id, "agreement.pdf")


async def test_the_log_tells_every_step_and_no_content(office: Stage) -> None:
    made = await signing.sealed(office)
    bodies = await cases.logged(office.world, made.case.id)
    kinds = [body["kind"] for body in bodies]
    for kind in (
        "clause.changed",
        "clause.agreed",
        "sign.authority.checked",
        "agreement.locked",
        "sign.pages_shown",
        "sign.done",
        "seal.applied",
        "agreement.effective",
        "record.written",
    ):
        assert kind in kinds
    told = json.dumps(bodies, ensure_ascii=False)
    for secret in ("陈水根", "115,000", "512099197904123018", "19900000001", "拆模", "620000000"):
        assert secret not in told
