"""Links: issued once, stored as hashes, ended by a fresh one, opened by four digits."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.domain.case import Case
from server.domain.errors import (
    ForbiddenError,
    InvalidValueError,
    NotFoundError,
    SignedOutError,
    TooManyTriesError,
    WrongCodeError,
    WrongStateError,
)
from server.domain.ids import CaseId
from server.domain.invitation import Answer, LinkState
from server.ports.notify import MessageState
from server.usecases import answer_link, invite_people, revoke_link, see_outbox
from server.usecases.identify import hash_token, seat_of
from server.usecases.invite_people import Issued
from server.usecases.world import World
from tests.support import cases
from tests.support.cases import applicant, company, worker
from tests.support.world import OTHER_COMMITTEE, Stage, actor


async def invited(world: World, case: Case, name: str, channel: str = "sms") -> Issued:
    who = cases.person(case, name)
    return await invite_people.invite(world, actor("su"), case.id, who.id, channel)


def token_of(issued: Issued) -> str:
    return issued.message.link.rpartition("/j/")[2]


async def test_a_link_is_stored_as_a_hash_and_travels_in_the_message_alone(scene: Stage) -> None:
    world = scene.world
    case = await cases.registered(world)
    issued = await invited(world, case, "陈水根")
    token = token_of(issued)
    assert len(token) == 22
    assert issued.invitation.token_hash == hash_token(token)
    assert [message.link for message in scene.notifier.sent] == [issued.message.link]
    assert token not in str(await cases.logged(world, case.id))


async def test_the_message_names_office_and_time_but_neither_person_nor_matter(
    scene: Stage,
) -> None:
    case = await cases.registered(scene.world)
    text = (await invited(scene.world, case, "陈水根")).message.text
    assert "禾溪街道人民调解委员会" in text
    assert "3 月 14 日（星期五）上午 9:00" in text
    assert "不收费" in text
    assert not any(word in text for word in ("陈水根", "工伤", "恒筑", "1990000"))


async def test_what_the_gateway_refused_is_marked_as_failed(scene: Stage) -> None:
    scene.notifier.state = MessageState.FAILED
    case = await cases.registered(scene.world)
    await invited(scene.world, case, "陈水根")
    (line,) = await see_outbox.see_outbox(scene.world, actor("su"), case.id)
    assert line.message.state is MessageState.FAILED


async def test_a_link_to_copy_or_print_goes_to_no_gateway(scene: Stage) -> None:
    case = await cases.registered(scene.world)
    await invited(scene.world, case, "陈水根", "print")
    assert scene.notifier.sent == []


async def test_a_link_lives_until_thirty_days_after_the_sitting(world: World) -> None:
    case = await cases.registered(world)
    issued = await invited(world, case, "陈水根")
    assert issued.invitation.expires_at == cases.PLANNED + timedelta(days=30)


async def test_a_person_without_telephone_cannot_be_invited(world: World) -> None:
    parties = (applicant(worker(mobile="")), company())
    case = await cases.registered(world, parties=parties)
    with pytest.raises(InvalidValueError) as refused:
        await invited(world, case, "陈水根")
    assert refused.value.facts == {"field": "mobile", "reason": "missing"}


async def test_who_is_not_of_the_desk_invites_nobody(world: World) -> None:
    case = await cases.registered(world)
    chen = cases.person(case, "陈水根")
    for stranger, refusal in (
        (actor("officer"), ForbiddenError),
        (actor("lin"), ForbiddenError),
        (actor("su", OTHER_COMMITTEE), NotFoundError),
    ):
        with pytest.raises(refusal):
            await invite_people.invite(world, stranger, case.id, chen.id, "qr")


async def test_the_digits_open_the_link_for_this_browser(world: World) -> None:
    case = await cases.registered(world)
    opened = await cases.opened(world, case, "陈水根")
    assert opened.invitation.opened_at is not None
    found = await seat_of(world, opened.token)
    assert found is not None
    assert found.id == opened.invitation.id
    assert "invite.opened" in await cases.kinds(world, case.id)


async def test_wrong_digits_are_counted_and_the_fifth_locks_until_staff_unlock(
    world: World,
) -> None:
    case = await cases.registered(world)
    issued = await invited(world, case, "陈水根")
    token = token_of(issued)
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongCodeError) as wrong:
            await answer_link.open_link(world, token, "9999")
        assert wrong.value.facts == {"left": left}
    with pytest.raises(TooManyTriesError):
        await answer_link.open_link(world, token, "9999")
    with pytest.raises(WrongStateError) as locked:
        await answer_link.open_link(world, token, "0001")
    assert locked.value.facts == {"state": LinkState.LOCKED}
    await revoke_link.unlock(world, actor("su"), case.id, issued.invitation.id)
    assert (await answer_link.open_link(world, token, "0001")).token
    assert "invite.unlocked" in await cases.kinds(world, case.id)


async def test_a_fresh_link_ends_the_old_one_with_its_browsers(world: World) -> None:
    case = await cases.registered(world)
    opened = await cases.opened(world, case, "陈水根")
    await answer_link.answer(world, opened.invitation, Answer.ACCEPTED, "")
    old = opened.invitation
    fresh = await invite_people.resend(world, actor("su"), case.id, old.id)
    assert fresh.invitation.id == old.id
    assert fresh.invitation.answer is Answer.ACCEPTED
    assert fresh.invitation.token_hash != old.token_hash
    assert await seat_of(world, opened.token) is None
    lines = await see_outbox.see_outbox(world, actor("su"), case.id)
    assert [line.live for line in lines] == [True, False]
    with pytest.raises(WrongStateError):
        await see_outbox.see_slip(world, actor("su"), case.id, lines[1].message.id)


async def test_a_revoked_link_opens_nothing(world: World) -> None:
    case = await cases.registered(world)
    issued = await invited(world, case, "陈水根")
    await revoke_link.revoke(world, actor("jiang"), case.id, issued.invitation.id)
    with pytest.raises(WrongStateError) as refused:
        await answer_link.open_link(world, token_of(issued), "0001")
    assert refused.value.facts == {"state": LinkState.REVOKED}


async def test_an_invitation_of_another_case_is_not_found(world: World) -> None:
    case = await cases.registered(world)
    other = await cases.registered(world)
    issued = await invited(world, case, "陈水根")
    with pytest.raises(NotFoundError):
        await revoke_link.revoke(world, actor("su"), other.id, issued.invitation.id)


async def test_an_expired_link_opens_nothing_and_is_logged_once(scene: Stage) -> None:
    world = scene.world
    case = await cases.registered(world)
    issued = await invited(world, case, "陈水根")
    scene.clock.jump(40 * 86_400)
    for _ in range(2):
        with pytest.raises(WrongStateError):
            await answer_link.open_link(world, token_of(issued), "0001")
    assert (await cases.kinds(world, case.id)).count("invite.expired") == 1


async def test_an_unknown_token_is_not_found(world: World) -> None:
    await cases.registered(world)
    with pytest.raises(NotFoundError):
        await answer_link.open_link(world, "A" * 22, "0001")
    with pytest.raises(NotFoundError):
        await answer_link.see_link(world, "A" * 22)


async def test_looking_at_a_link_shows_no_names_and_changes_nothing(world: World) -> None:
    case = await cases.registered(world)
    issued = await invited(world, case, "陈水根")
    before = await cases.logged(world, case.id)
    facts = await answer_link.see_link(world, token_of(issued))
    assert facts.mediator == "苏慧珍"
    assert facts.planned_at == cases.PLANNED
    assert "陈水根" not in repr(facts)
    assert await cases.logged(world, case.id) == before
    async with world.store.read() as uow:
        assert await uow.invitations.get(issued.invitation.id) == issued.invitation


async def test_coming_back_needs_the_browser_that_gave_the_digits(world: World) -> None:
    case = await cases.registered(world)
    issued = await invited(world, case, "陈水根")
    token = token_of(issued)
    with pytest.raises(SignedOutError):
        await answer_link.resume(world, token, None)
    opened = await answer_link.open_link(world, token, "0001")
    with pytest.raises(SignedOutError):
        await answer_link.resume(world, token, "another")
    back = await answer_link.resume(world, token, opened.token)
    assert back.id == issued.invitation.id


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (Answer.ACCEPTED, "invite.accepted"),
        (Answer.REFUSED, "invite.refused"),
        (Answer.OTHER_TIME, "invite.other_time"),
    ],
)
async def test_an_answer_is_kept_with_its_words_and_logged_without(
    world: World, given: Answer, kind: str
) -> None:
    case = await cases.registered(world)
    opened = await cases.opened(world, case, "陈水根")
    saved = await answer_link.answer(world, opened.invitation, given, "下午才有空")
    assert (saved.answer, saved.answer_text) == (given, "下午才有空")
    last = (await cases.logged(world, case.id))[-1]
    assert (last["kind"], last["actor"]) == (kind, saved.person_id)
    assert "下午" not in str(last)


async def test_nobody_answers_once_the_case_is_over(world: World) -> None:
    case = await cases.registered(world)
    opened = await cases.opened(world, case, "陈水根")
    async with world.store.write() as uow:
        from_store = await uow.cases.get(CaseId(case.id))
        await uow.cases.save(replace(from_store, state=type(from_store.state).ENDED))
    with pytest.raises(WrongStateError):
        await answer_link.answer(world, opened.invitation, Answer.ACCEPTED, "")
