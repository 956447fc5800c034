"""Declared aloud before two witnesses: nobody signs as the party, and the record says so."""

import json
import re
from dataclasses import replace

import pytest

from server.domain.agreement import AgreementState
from server.domain.attested import read_attested
from server.domain.errors import (
    ForbiddenError,
    InvalidValueError,
    MissingStepsError,
    StaleRevisionError,
    StepUpNeededError,
    WrongStateError,
)
from server.domain.ids import RecordId, StaffId
from server.domain.signing_route import RoutePlan
from server.domain.staff import Actor, Membership, Role, Staff, as_actor
from server.domain.witnessing import Way, Witness
from server.usecases import unlock_agreement, witness_signing
from server.usecases.witness_signing import DeclarationForm
from tests.support import cases, paper, signing, witnesses
from tests.support.signing import Sitting, agreement, stepped_up
from tests.support.witnesses import HELPER, NURSE
from tests.support.world import COMMITTEE, Stage, actor


@pytest.mark.parametrize("way", list(Way))
async def test_a_declaration_at_the_bedside_becomes_a_record_that_verifies(
    way: Way, office: Stage
) -> None:
    made = await witnesses.locked(office)
    await made.agent.sign(seal_scan=await signing.scan(made))
    await witnesses.record(made, NURSE, way=way)
    await witnesses.confirm(made)
    for login in ("su", "jiang"):
        await signing.staff_signs(made, login)
    await signing.seal(made)
    after = await agreement(office.world, made.case.id)
    assert after.state is AgreementState.SEALED
    assert after.signature_of(witnesses.signer(made)) is None
    assert after.seal is not None
    report = await office.world.archive.verify(after.seal.record_id, ())
    assert report.verified, report.failed
    told = [(one.role, one.route, one.attested_by) for one in report.signers]
    assert told[0] == ("party", "witnessed", ("苏慧珍", "江一帆"))
    assert {route for _, route, _ in told[1:]} == {"electronic"}
    assert await way_told(office, after.seal.record_id) == way


async def way_told(office: Stage, record: RecordId) -> str:
    """Return how the declaration was heard, as the record's own statement says."""
    (name,) = [
        one
        for one in (await office.world.archive.manifest(record)).files
        if re.fullmatch(r"attested/\d+-record.*/statement\.json", one)
    ]
    said = read_attested(await office.world.archive.read(record, name))
    return str(said.saw["way"])


async def test_the_page_says_that_he_declared_and_leaves_no_blank(office: Stage) -> None:
    made = await witnesses.locked(office)
    text = await agreement(office.world, made.case.id)
    assert text.locked is not None
    assert text.locked.blanks is not None
    async with office.world.store.read() as uow:
        blanks = json.loads(await uow.files.content(text.locked.blanks))
    names = {blank["name"] for blank in blanks}
    assert not any(witnesses.signer(made) in name for name in names)
    assert f"sign:{made.agent.invitation.person_id}" in names


async def test_each_witness_is_somebody_else_who_does_not_sign(office: Stage) -> None:
    made = await witnesses.locked(office)
    for bad in (
        Witness(name="林启航", relation="对方", words="我听到了。"),
        Witness(name="苏慧珍", relation="调解员", words="我听到了。"),
    ):
        with pytest.raises(InvalidValueError) as refusal:
            await witnesses.record(made, NURSE, bad)
        assert refusal.value.facts["reason"] == "witness_signs"
    with pytest.raises(InvalidValueError) as twice:
        await witnesses.record(made, NURSE, NURSE)
    assert twice.value.facts["reason"] == "witness_twice"
    with pytest.raises(InvalidValueError):
        Witness(name="马护士", relation=" ", words="我听到了。")
    assert (await agreement(office.world, made.case.id)).attestations == ()


@pytest.mark.parametrize(
    ("recorder", "name"),
    [
        ("yuan", "袁记录"),  # records, and signs nothing here
        ("yuan", "林调解"),  # another who has nothing to do with the case
        ("su", "袁记录"),
    ],
)
async def test_who_has_an_account_here_is_named_as_a_witness_by_nobody(
    office: Stage, recorder: str, name: str
) -> None:
    made = await witnesses.locked(office)
    yuan = await joined(office)
    by = yuan if recorder == "yuan" else stepped_up(recorder)
    named = Witness(name=f" {name}", relation="朋友", words="我听到了。")
    with pytest.raises(InvalidValueError) as refusal:
        await witnesses.record(made, NURSE, named, who=by)
    assert refusal.value.facts == {"field": "witnesses.1", "reason": "witness_staff"}
    assert (await agreement(office.world, made.case.id)).attestations == ()
    await witnesses.record(made, NURSE, HELPER, who=by)


async def test_who_has_left_may_be_a_witness_like_anybody(office: Stage) -> None:
    made = await witnesses.locked(office)
    await joined(office, Membership.LEFT)
    gone = Witness(name="袁记录", relation="邻居", words="我听到了。")
    await witnesses.record(made, NURSE, gone)
    assert len((await agreement(office.world, made.case.id)).attestations) == 1


async def joined(office: Stage, membership: Membership = Membership.ACTIVE) -> Actor:
    """Return another recorder of the committee, who has no part in the case."""
    member = Staff(
        id=StaffId("staff-yuan"),
        committee_id=COMMITTEE,
        login="yuan",
        name="袁记录",
        roles=frozenset({Role.RECORDER}),
        membership=membership,
    )
    async with office.world.store.write() as uow:
        await uow.staff.add(member)
    return replace(as_actor(member), step_up=True)


async def officials_wait(made: Sitting) -> bool:
    with pytest.raises(MissingStepsError) as refusal:
        await signing.staff_signs(made, "su")
    return refusal.value.facts["missing"] == ["parties"]


async def test_one_witness_is_not_enough_and_two_are(office: Stage) -> None:
    made = await witnesses.locked(office)
    await made.agent.sign(seal_scan=await signing.scan(made))
    await witnesses.record(made, NURSE)
    assert await officials_wait(made)
    await witnesses.record(made, NURSE, HELPER)
    await signing.staff_signs(made, "su")
    with pytest.raises(WrongStateError):
        await witnesses.record(made, NURSE)


async def test_witnesses_without_a_recorded_declaration_are_not_enough(office: Stage) -> None:
    made = await witnesses.locked(office)
    await made.agent.sign(seal_scan=await signing.scan(made))
    await witnesses.confirm(made, "jiang")
    await witnesses.confirm(made, "jiang")
    text = await agreement(office.world, made.case.id)
    assert len(text.attestations) == 1
    assert await officials_wait(made)


async def test_who_records_does_not_witness_and_who_witnesses_does_not_record(
    office: Stage,
) -> None:
    made = await witnesses.locked(office)
    await witnesses.record(made, NURSE)
    with pytest.raises(ForbiddenError) as refusal:
        await witnesses.confirm(made, "su")
    assert refusal.value.facts["reason"] == "other_part"
    await witnesses.confirm(made, "jiang")
    with pytest.raises(ForbiddenError):
        await witnesses.record(made, NURSE, login="jiang")


async def test_recording_asks_for_the_right_people_text_and_second_factor(office: Stage) -> None:
    made = await witnesses.locked(office)
    form = DeclarationForm(
        pdf_sha256=await signing.pdf_sha256(made), signer=witnesses.signer(made), way=Way.TABLET
    )
    with pytest.raises(StepUpNeededError):
        await witness_signing.record(office.world, actor("su"), made.case.id, form)
    with pytest.raises(ForbiddenError):
        await witnesses.record(made, NURSE, login="he")
    with pytest.raises(StaleRevisionError):
        await witnesses.record(made, NURSE, pdf_sha256="0" * 64)
    with pytest.raises(WrongStateError):
        await witnesses.record(made, NURSE, signer=made.agent.invitation.person_id)
    with pytest.raises(ForbiddenError):
        await witnesses.record(made, NURSE, signer="nobody")


async def test_the_phone_does_not_sign_for_who_declares(office: Stage) -> None:
    made = await witnesses.locked(office)
    await made.worker.look()
    with pytest.raises(WrongStateError) as refusal:
        await made.worker.ask(code=None)
    assert refusal.value.facts["state"] == "witnessed"


async def test_a_plan_names_signers_their_reason_and_nobody_with_a_company_seal(
    office: Stage,
) -> None:
    made = await signing.agreed(office)
    worker, agent = (phone.invitation.person_id for phone in made.phones)
    plans = {
        "company_seal": RoutePlan(witnessed=frozenset({agent}), reason="双手受伤"),
        "not_signer": RoutePlan(witnessed=frozenset({"nobody"}), reason="双手受伤"),  # type: ignore[arg-type]
        "on_paper": RoutePlan(witnessed=frozenset({worker}), wet_ink=True, reason="双手受伤"),
        "missing": RoutePlan(witnessed=frozenset({worker})),
    }
    for reason, plan in plans.items():
        with pytest.raises(InvalidValueError) as refusal:
            await paper.lock(made, plan)
        assert refusal.value.facts["reason"] == reason


async def test_what_the_law_keeps_on_paper_is_not_declared_either(office: Stage) -> None:
    made = await signing.agreed(office, personal_status=True)
    who = frozenset({made.worker.invitation.person_id})
    with pytest.raises(MissingStepsError) as refusal:
        await paper.lock(made, RoutePlan(witnessed=who, reason="双手受伤，不能写字"))
    assert refusal.value.facts["missing"] == ["e_sign_excluded"]


async def test_a_new_version_voids_the_declaration_and_the_log_holds_no_words(
    office: Stage,
) -> None:
    made = await witnesses.locked(office)
    await witnesses.record(made, NURSE, HELPER)
    text = await unlock_agreement.unlock(office.world, actor("su"), made.case.id, "金额要改")
    assert text.attestations == ()
    bodies = await cases.logged(office.world, made.case.id)
    assert [body["kind"] for body in bodies].count("sign.witnessed") == 1
    told = json.dumps(bodies, ensure_ascii=False)
    for secret in ("马护士", "床边", "双手受伤"):
        assert secret not in told
