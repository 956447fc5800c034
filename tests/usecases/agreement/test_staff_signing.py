"""What follows the parties' signatures: the company's seal, then mediator and recorder in order."""

import pytest

from server.domain.agreement import AgreementState
from server.domain.canonical import sha256_hex
from server.domain.case import CaseState
from server.domain.errors import (
    ForbiddenError,
    InvalidValueError,
    MissingStepsError,
    NotFoundError,
    StaleRevisionError,
    StepUpNeededError,
    WrongStateError,
)
from server.domain.ids import FileId
from server.usecases import staff_sign
from tests.support import cases, signing
from tests.support.signing import Sitting, agreement, stepped_up
from tests.support.world import Stage, actor


async def test_the_companys_seal_comes_from_the_phone_or_from_staff(office: Stage) -> None:
    made = await signing.locked(office)
    await made.worker.sign()
    with pytest.raises(WrongStateError):
        await signing.attach(made, await signing.scan(made))
    await made.agent.sign()
    with pytest.raises(MissingStepsError) as refusal:
        await signing.staff_signs(made, "su")
    assert refusal.value.facts["missing"] == ["seal_scan"]
    text = await signing.attach(made, await signing.scan(made))
    given = text.signature_of(made.agent.invitation.person_id)
    assert given is not None
    assert given.seal_scan is not None
    await signing.staff_signs(made, "su")


@pytest.mark.parametrize("later", [False, True], ids=["with the signature", "by staff"])
async def test_the_log_names_the_scan_that_the_seal_draws(office: Stage, *, later: bool) -> None:
    made = await signing.locked(office)
    await made.worker.sign()
    scan = await signing.scan(made)
    await made.agent.sign(seal_scan=None if later else scan)
    if later:
        await signing.attach(made, scan)
    async with made.world.store.read() as uow:
        content = await uow.files.content(scan)
    last = (await cases.logged(made.world, made.case.id))[-1]
    assert last["kind"] == ("sign.seal_scan" if later else "sign.done")
    assert last["facts"]["scan_sha256"] == sha256_hex(content)


async def test_a_seal_scan_is_a_picture_kept_as_one_for_this_case(office: Stage) -> None:
    made = await signing.locked(office)
    await made.worker.sign()
    await made.agent.sign()
    handwriting = (await agreement(office.world, made.case.id)).signatures[0].handwriting
    assert handwriting is not None
    with pytest.raises(InvalidValueError):
        await signing.attach(made, handwriting)
    with pytest.raises(NotFoundError):
        await signing.attach(made, FileId("unknown"))
    other = await signing.locked(office)
    with pytest.raises(InvalidValueError):
        await signing.attach(made, await signing.scan(other))


async def test_a_person_signs_without_a_companys_seal(office: Stage) -> None:
    made = await signing.locked(office)
    scan = await signing.scan(made)
    with pytest.raises(ForbiddenError):
        await made.worker.sign(seal_scan=scan)
    assert (await agreement(office.world, made.case.id)).signatures == ()
    await made.worker.sign()


async def parties_signed(office: Stage) -> Sitting:
    made = await signing.locked(office)
    await made.worker.sign()
    await made.agent.sign(seal_scan=await signing.scan(made))
    return made


async def test_staff_sign_after_the_parties_mediator_first(office: Stage) -> None:
    made = await signing.locked(office)
    await made.worker.sign()
    for login in ("su", "jiang"):
        with pytest.raises(MissingStepsError):
            await signing.staff_signs(made, login)
    await made.agent.sign(seal_scan=await signing.scan(made))
    with pytest.raises(MissingStepsError):
        await signing.staff_signs(made, "jiang")
    await signing.staff_signs(made, "su")
    assert (await cases.stored(office.world, made.case.id)).state is CaseState.MEDIATING
    text = await signing.staff_signs(made, "jiang")
    assert text.state is AgreementState.SIGNED
    assert (await cases.stored(office.world, made.case.id)).state is CaseState.AGREED


async def test_staff_need_a_fresh_second_factor_and_their_own_line(office: Stage) -> None:
    made = await parties_signed(office)
    world, case_id, pdf = office.world, made.case.id, await signing.pdf_sha256(made)
    with pytest.raises(StepUpNeededError):
        await staff_sign.sign(world, actor("su"), case_id, pdf)
    for login in ("lin", "he", "officer"):
        with pytest.raises(ForbiddenError):
            await staff_sign.sign(world, stepped_up(login), case_id, pdf)
    with pytest.raises(StaleRevisionError):
        await staff_sign.sign(world, stepped_up("su"), case_id, "0" * 64)
    text = await staff_sign.sign(world, stepped_up("su"), case_id, pdf)
    with pytest.raises(WrongStateError):
        await staff_sign.sign(world, stepped_up("su"), case_id, pdf)
    given = text.signature_of("staff-su")
    assert given is not None
    assert (given.key_control, given.role, given.on_behalf_of) == ("server", "mediator", None)
