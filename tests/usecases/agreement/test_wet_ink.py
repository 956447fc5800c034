"""Signed in ink: printed, scanned page by page, compared by somebody else, then sealed."""

import hashlib
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from server.domain.agreement import AgreementState
from server.domain.case import CaseState
from server.domain.errors import (
    ForbiddenError,
    InvalidValueError,
    MissingStepsError,
    StaleRevisionError,
    StepUpNeededError,
    TooLargeError,
    WrongStateError,
)
from server.domain.paper_copy import LineSeen
from server.domain.signing_route import BY_PHONE, RoutePlan, SigningRoute
from server.domain.staff import Membership
from server.usecases import (
    attach_signed_paper,
    compare_paper,
    read_agreement,
    sign_agreement,
    unlock_agreement,
)
from server.usecases.share_files import LARGEST
from tests.support import cases, paper, signing
from tests.support.signing import Sitting, agreement, stepped_up
from tests.support.world import Stage, actor


async def compared(office: Stage, **changes: Any) -> Sitting:
    made = await paper.locked(office, **changes)
    await paper.bring_all(made)
    await paper.compare(made)
    return made


async def test_marriage_is_signed_on_paper_and_becomes_a_record_that_verifies(
    office: Stage,
) -> None:
    world = office.world
    made = await compared(office, plan=RoutePlan(wet_ink=True), dispute_type="01", labour=None)
    for login in ("su", "jiang"):
        await signing.staff_signs(made, login)
    assert (await cases.stored(world, made.case.id)).state is CaseState.AGREED
    await signing.seal(made)
    after = await agreement(world, made.case.id)
    assert after.state is AgreementState.SEALED
    assert after.seal is not None
    assert after.seal.number == "湖禾人调字〔2025〕第001号"
    report = await world.archive.verify(after.seal.record_id, ())
    assert report.verified, report.failed
    told = [(one.role, one.route, one.attested_by, one.holds) for one in report.signers]
    assert told == [
        ("party", "wet_ink", ("苏慧珍",), True),
        ("agent", "wet_ink", ("苏慧珍",), True),
        ("mediator", "electronic", (), True),
        ("recorder", "electronic", (), True),
    ]


async def test_the_record_keeps_the_scans_as_they_came_and_what_was_attested(
    office: Stage,
) -> None:
    made = await paper.locked(office)
    sheets = paper.sheets(await paper.printed(made))
    photos = [paper.photo(sheet) for sheet in sheets]
    for page, content in enumerate(photos, start=1):
        await paper.bring(made, content, page)
    text = await paper.compare(made)
    for login in ("su", "jiang"):
        await signing.staff_signs(made, login)
    await signing.seal(made)
    seal = (await agreement(office.world, made.case.id)).seal
    assert seal is not None
    archive = office.world.archive
    for page, content in enumerate(photos, start=1):
        assert await archive.read(seal.record_id, f"paper/{page:02d}.jpg") == content
    said = json.loads(
        await archive.read(seal.record_id, "attested/01-compare_paper/statement.json")
    )
    assert text.locked is not None
    assert said["pdf_sha256"] == text.locked.pdf_sha256
    assert said["agreement_sha256"] == text.locked.digest
    assert (said["attester_id"], said["key_control"]) == ("staff-su", "server")
    digests = [hashlib.sha256(content).hexdigest() for content in photos]
    assert [page["sha256"] for page in said["saw"]["pages"]] == digests
    assert {page["uploaded_by"] for page in said["saw"]["pages"]} == {"staff-jiang"}
    assert [line["company_seal"] for line in said["saw"]["lines"]] == [False, True]


async def test_the_scanner_may_bring_all_pages_at_once(office: Stage) -> None:
    made = await paper.locked(office)
    sheets = paper.sheets(await paper.printed(made))
    text = await paper.bring(made, paper.bound(sheets))
    assert [(scan.page, scan.part) for scan in text.paper] == [
        (page, page) for page in range(1, len(sheets) + 1)
    ]
    shown = await attach_signed_paper.page(office.world, actor("su"), made.case.id, 2, 480)
    assert shown.startswith(b"RIFF")
    with pytest.raises(InvalidValueError) as short:
        await paper.bring(made, paper.bound(sheets[:1]))
    assert short.value.facts["reason"] == "pages"


async def test_the_locked_page_says_where_to_sign_and_has_no_blank_for_the_parties(
    office: Stage,
) -> None:
    made = await paper.locked(office)
    text = await agreement(office.world, made.case.id)
    assert text.locked is not None
    assert text.locked.route_reason == paper.PAPER.reason
    assert text.locked.blanks is not None
    async with office.world.store.read() as uow:
        blanks = json.loads(await uow.files.content(text.locked.blanks))
        plain = json.loads(await uow.files.content(text.locked.document))
    names = {blank["name"] for blank in blanks}
    assert {"sign:staff-su", "sign:staff-jiang", "seal"} <= names
    assert not any(line.signer in name for line in text.locked.signers[:2] for name in names)
    assert not any("电子签名" in line for line in plain["closing"])


async def test_what_the_law_keeps_on_paper_is_not_locked_for_phones(office: Stage) -> None:
    made = await signing.agreed(office, personal_status=True)
    desk = await read_agreement.see(office.world, actor("su"), made.case.id)
    assert {finding.code for finding in desk.missing} == {"e_sign_excluded"}
    assert desk.missing_on_paper == ()
    with pytest.raises(MissingStepsError):
        await paper.lock(made, BY_PHONE)
    text = await paper.lock(made, RoutePlan(wet_ink=True))
    assert text.state is AgreementState.LOCKED


async def test_paper_by_choice_needs_its_reason_and_no_consent_to_sign_by_phone(
    office: Stage,
) -> None:
    made = await signing.agreed(office, scopes=("online_mediation",))
    with pytest.raises(InvalidValueError) as refusal:
        await paper.lock(made, RoutePlan(wet_ink=True, reason=" "))
    assert refusal.value.facts == {"field": "reason", "reason": "missing"}
    assert (await paper.lock(made)).state is AgreementState.LOCKED


async def test_no_phone_signs_what_is_signed_on_paper_but_each_may_refuse(office: Stage) -> None:
    made = await paper.locked(office)
    await made.worker.look()
    with pytest.raises(WrongStateError) as refusal:
        await made.worker.ask(code=None)
    assert refusal.value.facts["state"] == SigningRoute.WET_INK
    world, phone = office.world, made.worker
    text = await sign_agreement.refuse(world, phone.invitation, phone.device, "不签")
    assert text.refuses(phone.invitation.person_id)
    await paper.bring_all(made)
    assert not (await paper.compare(made)).refusals


async def test_nothing_but_scans_of_the_pages_there_are(office: Stage) -> None:
    made = await paper.locked(office)
    good = paper.photo(paper.sheets(await paper.printed(made))[0])
    text = await agreement(office.world, made.case.id)
    assert text.locked is not None
    for page in (0, text.locked.pages + 1):
        with pytest.raises(InvalidValueError) as surplus:
            await paper.bring(made, good, page)
        assert surplus.value.facts["reason"] == "surplus"
    for junk in (b"", b"GIF89a", b"%PDF-1.7 and nothing more", good[:200]):
        with pytest.raises(InvalidValueError):
            await paper.bring(made, junk, 1)
    with pytest.raises(TooLargeError):
        await paper.bring(made, good + bytes(LARGEST), 1)
    with pytest.raises(ForbiddenError):
        await paper.bring(made, good, 1, actor("he"))
    assert (await agreement(office.world, made.case.id)).paper == ()


async def test_a_scan_brought_anew_does_not_count_twice(
    office: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await paper.locked(office)
    photos = [paper.photo(sheet) for sheet in paper.sheets(await paper.printed(made))]
    monkeypatch.setattr(attach_signed_paper, "MOST_BYTES", len(photos[0]) + len(photos[1]))
    for page in (1, 2, 1, 2):
        await paper.bring(made, photos[page - 1], page)
    with pytest.raises(TooLargeError) as refused:
        await paper.bring(made, photos[0] + b"one more byte", 1)
    assert refused.value.facts == {"limit": len(photos[0]) + len(photos[1])}


async def test_a_phone_signed_text_takes_no_paper(office: Stage) -> None:
    made = await signing.locked(office)
    with pytest.raises(WrongStateError):
        await paper.bring(made, paper.photo(paper.sheets(await paper.printed(made))[0]), 1)


async def owed(made: Sitting, **changes: Any) -> list[str]:
    with pytest.raises(MissingStepsError) as refusal:
        await paper.compare(made, **changes)
    found = refusal.value.facts["missing"]
    assert isinstance(found, list)
    return found


async def test_every_page_is_compared_and_every_line_bears_ink(office: Stage) -> None:
    made = await paper.locked(office)
    sheets = paper.sheets(await paper.printed(made))
    text = await paper.bring(made, paper.photo(sheets[0]), 1)
    others = [f"page_missing:{page}" for page in range(2, len(sheets) + 1)]
    assert await owed(made) == others
    text = await paper.bring_all(made)
    form = paper.ticked(text)
    assert await owed(made, pages=form.pages[1:]) == ["page_not_compared:1"]
    differs = (replace(form.pages[0], same=False), *form.pages[1:])
    assert await owed(made, pages=differs) == ["page_differs:1"]
    worker, agent = (line.signer for line in form.lines)
    day = form.lines[0].signed_on
    bare = (
        LineSeen(signer=worker, signed_on=day),
        LineSeen(signer=agent, signature=True, signed_on=day),
    )
    assert await owed(made, lines=bare) == [f"line_empty:{worker}", f"company_seal:{agent}"]
    assert await owed(made, lines=()) == [
        f"line_empty:{worker}",
        f"undated:{worker}",
        f"line_empty:{agent}",
        f"company_seal:{agent}",
        f"undated:{agent}",
    ]
    assert (await agreement(office.world, made.case.id)).attestations == ()


async def test_an_agent_signs_in_ink_on_a_day_of_his_authority(office: Stage) -> None:
    until = date(2025, 3, 10)
    people = (cases.applicant(), cases.company(cases.agent(authority=cases.power(valid_to=until))))
    made = await paper.locked(office, parties=people)
    form = paper.ticked(await paper.bring_all(made))
    worker, agent = form.lines
    await office.clock.advance(2 * 24 * 3600)
    for day in (date(2025, 3, 9), date(2025, 3, 13)):
        with pytest.raises(InvalidValueError) as never:
            await paper.compare(made, lines=(worker, replace(agent, signed_on=day)))
        assert never.value.facts["reason"] == "not_between"
    late = replace(agent, signed_on=date(2025, 3, 11))
    assert await owed(made, lines=(worker, late)) == [f"authority:{agent.signer}"]
    text = await paper.compare(made)
    assert json.loads(text.attestations[0].statement)["saw"]["lines"][1]["signed_on"] == str(until)


async def test_a_scan_replaced_meanwhile_is_looked_at_again(office: Stage) -> None:
    made = await paper.locked(office)
    before = paper.ticked(await paper.bring_all(made))
    sheet = paper.sheets(await paper.printed(made))[0]
    await paper.bring(made, paper.photo(sheet, "PNG"), 1)
    with pytest.raises(StaleRevisionError):
        await paper.compare(made, pages=before.pages)
    await paper.compare(made)
    after = await paper.bring(made, paper.photo(sheet), 1)
    assert after.attestations == ()
    with pytest.raises(MissingStepsError):
        await signing.staff_signs(made, "su")


async def test_who_brought_the_scans_does_not_compare_them_while_another_can(
    office: Stage,
) -> None:
    made = await paper.locked(office)
    await paper.bring_all(made, actor("su"))
    desk = await read_agreement.see(office.world, actor("su"), made.case.id)
    assert desk.may_not_compare
    with pytest.raises(ForbiddenError) as refusal:
        await paper.compare(made, "su")
    assert refusal.value.facts["reason"] == "uploaded_it"
    await _alone(office)
    text = await paper.compare(made, "su")
    assert [one.by for one in text.attestations] == ["staff-su"]


async def _alone(office: Stage) -> None:
    async with office.world.store.write() as uow:
        for member in await uow.staff.of_committee(actor("su").committee_id):
            if member.id != "staff-su":
                await uow.staff.save(replace(member, membership=Membership.LEFT))


async def test_comparing_asks_for_the_right_people_and_a_fresh_second_factor(
    office: Stage,
) -> None:
    made = await paper.locked(office)
    form = paper.ticked(await paper.bring_all(made))
    with pytest.raises(StepUpNeededError):
        await compare_paper.compare(office.world, actor("su"), made.case.id, form)
    for login in ("he", "officer", "admin"):
        with pytest.raises(ForbiddenError):
            await compare_paper.compare(office.world, stepped_up(login), made.case.id, form)
    other = replace(form, pdf_sha256="0" * 64)
    with pytest.raises(StaleRevisionError):
        await compare_paper.compare(office.world, stepped_up("su"), made.case.id, other)


async def test_officials_wait_for_the_comparison_and_hold_it_in_place(office: Stage) -> None:
    made = await paper.locked(office)
    with pytest.raises(MissingStepsError) as early:
        await signing.staff_signs(made, "su")
    assert early.value.facts["missing"] == ["parties"]
    form = paper.ticked(await paper.bring_all(made))
    await paper.compare(made)
    await signing.staff_signs(made, "su")
    with pytest.raises(WrongStateError):
        await paper.bring(made, paper.photo(paper.sheets(await paper.printed(made))[0]), 1)
    with pytest.raises(WrongStateError):
        await compare_paper.compare(office.world, stepped_up("su"), made.case.id, form)


async def test_a_new_version_voids_the_paper_of_the_old_one(office: Stage) -> None:
    made = await compared(office)
    text = await unlock_agreement.unlock(office.world, actor("su"), made.case.id, "金额要改")
    assert (text.paper, text.attestations) == ((), ())


async def test_the_log_names_pages_and_digests_and_no_content(office: Stage) -> None:
    made = await compared(office)
    bodies = await cases.logged(office.world, made.case.id)
    kinds = [body["kind"] for body in bodies]
    assert kinds.count("sign.wetink.uploaded") == len(
        (await agreement(office.world, made.case.id)).paper
    )
    assert kinds.count("sign.wetink.compared") == 1
    assert "双手受伤" not in json.dumps(bodies, ensure_ascii=False)
