"""What follows from a consent that was refused, or taken back later; what was done stays."""

from dataclasses import replace

import pytest

from server.api.views.agreement import agreement_view
from server.api.views.seat import seat_view
from server.domain import conduct
from server.domain.agreement import AgreementState
from server.domain.errors import MissingStepsError, NotFoundError, WrongStateError
from server.domain.jurisdiction.texts import text_version
from server.domain.paper_owed import PaperWay
from server.domain.session import SessionState
from server.domain.signing_route import ON_PAPER, RoutePlan, SigningRoute
from server.usecases import (
    conduct_session,
    give_consent,
    hand_copy,
    read_agreement,
    unlock_agreement,
)
from server.usecases.see_seat import see_seat
from tests.support import cases, signing
from tests.support.signing import SCOPES, Phone, Sitting, agreement, current_session, lock
from tests.support.world import PACK, Stage, actor


async def say(phone: Phone, scope: str, *, agreed: bool = False) -> None:
    version = text_version(PACK.consent(scope))
    await give_consent.consent(phone.world, phone.invitation, scope, version, agreed=agreed)


async def refusals(made: Sitting, plan: RoutePlan) -> list[str]:
    with pytest.raises(MissingStepsError) as missing:
        await lock(made, plan)
    found = missing.value.facts["missing"]
    assert isinstance(found, list)
    return found


async def test_who_refuses_to_sign_on_a_phone_signs_on_paper_or_speaks(office: Stage) -> None:
    made = await signing.agreed(office)
    await say(made.worker, "e_signature")
    assert await refusals(made, RoutePlan()) == ["e_signature_refused"]
    desk = await read_agreement.see(office.world, actor("su"), made.case.id)
    assert [(one.code, one.ref) for one in desk.missing] == [
        ("e_signature_refused", made.worker.invitation.person_id)
    ]
    assert desk.missing_on_paper == ()
    who = made.worker.invitation.person_id
    spoken = RoutePlan(witnessed=frozenset({who}), reason="不同意用手机签")
    text = (await lock(made, spoken)).locked
    assert text is not None
    assert [line.route for line in text.signers if line.signer == who] == [SigningRoute.WITNESSED]


async def test_paper_is_open_to_who_refuses(office: Stage) -> None:
    made = await signing.agreed(office)
    await say(made.worker, "e_signature")
    text = await lock(made, replace(ON_PAPER, reason="不同意用手机签"))
    assert text.state is AgreementState.LOCKED


async def test_who_was_not_asked_is_asked_first_whichever_way(office: Stage) -> None:
    made = await signing.agreed(office, scopes=("online_mediation",))
    spoken = frozenset(phone.invitation.person_id for phone in made.phones[:1])
    found = await refusals(made, RoutePlan(witnessed=spoken, reason="看不清"))
    assert set(found) == {"e_signature_consent"}


async def test_taken_back_after_the_lock_nothing_more_is_signed_on_that_phone(
    office: Stage,
) -> None:
    made = await signing.agreed(office)
    await lock(made)
    await made.worker.sign()
    for phone in made.phones:
        await say(phone, "e_signature")
    with pytest.raises(MissingStepsError) as refused:
        await made.agent.ask()
    assert refused.value.facts["missing"] == ["e_signature_refused"]
    signed = await agreement(office.world, made.case.id)
    assert [one.signer for one in signed.signatures] == [made.worker.invitation.person_id]


async def test_an_account_that_was_refused_stands_in_no_agreement(office: Stage) -> None:
    made = await signing.agreed(office)
    await say(made.worker, "sensitive_information")
    assert await refusals(made, RoutePlan()) == ["account_refused"]
    await say(made.worker, "sensitive_information", agreed=True)
    assert (await lock(made)).state is AgreementState.LOCKED


async def taken_back(made: Sitting) -> list[tuple[str, object]]:
    """Return what the desk says of accounts in the locked text: which code, of whom."""
    desk = await read_agreement.see(made.world, actor("su"), made.case.id)
    view = agreement_view(made.world, desk)
    return [(one.code, one.facts["name"]) for one in view.taken_back]


async def test_an_account_refused_after_the_lock_is_told_until_it_is_allowed_or_gone(
    office: Stage,
) -> None:
    made = await signing.agreed(office)
    await lock(made)
    assert await taken_back(made) == []
    await say(made.agent, "sensitive_information")  # no account of his party stands there
    assert await taken_back(made) == []
    await say(made.worker, "sensitive_information")
    assert await taken_back(made) == [("account_refused", "陈水根")]
    await say(made.worker, "sensitive_information", agreed=True)
    assert await taken_back(made) == []
    await say(made.worker, "sensitive_information")
    await unlock_agreement.unlock(office.world, actor("su"), made.case.id, "不写账户")
    assert await taken_back(made) == []
    assert "account_refused" in await refusals(made, RoutePlan())


async def test_what_was_signed_before_the_account_was_refused_stays_valid(office: Stage) -> None:
    made = await signing.agreed(office)
    await lock(made)
    await made.worker.sign()
    await say(made.worker, "sensitive_information")
    assert await taken_back(made) == []


async def closed(made: Sitting) -> None:
    session = (await current_session(made.world, made.case.id)).id
    await conduct_session.by_staff(made.world, actor("su"), session, conduct.adjourn)


async def test_a_consent_is_taken_back_after_the_sitting_too(office: Stage) -> None:
    made = await signing.agreed(office)
    await closed(made)
    await say(made.worker, "e_delivery")
    session = await current_session(office.world, made.case.id)
    assert session.state is SessionState.ADJOURNED
    given = session.consent(made.worker.invitation.person_id, "e_delivery")
    assert given is not None
    assert not given.agreed
    assert (await cases.kinds(office.world, made.case.id))[-1] == "consent.withdrawn"
    with pytest.raises(WrongStateError):
        await say(made.worker, "recording", agreed=True)


async def test_staff_record_no_answer_after_the_sitting(office: Stage) -> None:
    made = await signing.agreed(office)
    await closed(made)
    who, session = made.worker.invitation.person_id, made.session.id
    with pytest.raises(WrongStateError):
        await conduct_session.oral_consent(
            office.world, actor("su"), session, who, ("e_delivery", True)
        )


async def test_a_copy_on_paper_is_asked_for_and_noted_once(office: Stage) -> None:
    made = await signing.sealed(office)
    world, su, who = office.world, actor("su"), made.worker.invitation.person_id
    desk = await read_agreement.see(world, su, made.case.id)
    assert agreement_view(world, desk).on_paper == []
    with pytest.raises(NotFoundError):
        await hand_copy.hand(world, su, made.case.id, who, PaperWay.BY_HAND)
    await say(made.worker, "e_delivery")
    await say(made.worker, "preservation")
    desk = await read_agreement.see(world, su, made.case.id)
    owed = [(one.name, one.scope, one.way) for one in agreement_view(world, desk).on_paper]
    assert owed == [("陈水根", "e_delivery", None), ("陈水根", "preservation", None)]
    for way in (PaperWay.BY_POST, PaperWay.BY_POST, PaperWay.FILED):
        await hand_copy.hand(world, su, made.case.id, who, way)
    desk = await read_agreement.see(world, su, made.case.id)
    assert [one.way for one in desk.on_paper] == [PaperWay.BY_POST, PaperWay.FILED]
    assert (await cases.kinds(world, made.case.id)).count("delivery.paper") == 2


async def test_before_the_seal_no_copy_is_noted(office: Stage) -> None:
    made = await signing.signed(office, scopes=("online_mediation", "e_signature"))
    who = made.worker.invitation.person_id
    with pytest.raises(WrongStateError):
        await hand_copy.hand(office.world, actor("su"), made.case.id, who, PaperWay.BY_HAND)


async def test_the_seat_says_what_was_given_when_and_what_taking_it_back_does(
    office: Stage,
) -> None:
    made = await signing.sealed(office, scopes=SCOPES)
    seat = await see_seat(office.world, made.worker.invitation, made.worker.device)
    shown = {one.scope: one for one in seat_view(office.world, seat, "zh-CN").consents}
    assert shown["e_signature"].given is True
    assert shown["e_signature"].given_at is not None
    assert "已经签了的，仍然有效" in shown["e_signature"].withdraw_means
    assert (shown["recording"].given, shown["recording"].given_at) == (None, None)
