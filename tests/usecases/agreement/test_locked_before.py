"""What a release locked before each person signed the PDF itself is locked again first."""

from dataclasses import replace

import pytest

from server.domain.agreement import AgreementState
from server.domain.errors import WrongStateError
from server.usecases import unlock_agreement
from tests.support import signing
from tests.support.signing import agreement
from tests.support.world import Stage, actor


async def test_a_text_locked_before_its_pdf_could_be_signed_takes_no_number(office: Stage) -> None:
    made = await signing.signed(office)
    async with office.world.store.write() as uow:
        text = await uow.agreements.of_case(made.case.id)
        assert text is not None
        assert text.locked is not None
        before = replace(text.locked, certified=False)
        await uow.agreements.save(replace(text, locked=before))
    with pytest.raises(WrongStateError) as refusal:
        await signing.seal(made)
    assert refusal.value.facts["state"] == "locked_before"
    assert (await agreement(office.world, made.case.id)).sealing is None
    await unlock_agreement.unlock(office.world, actor("su"), made.case.id, "再锁定")
    assert (await agreement(office.world, made.case.id)).state is AgreementState.DRAFTING
