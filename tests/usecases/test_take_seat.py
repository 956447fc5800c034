"""The seat: consents, device, second browser, codes, and the right to stop."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from server.api.views.seat import seat_view
from server.domain.case import Case, CaseState
from server.domain.errors import (
    ForbiddenError,
    MissingStepsError,
    StaleRevisionError,
    TooManyTriesError,
    WrongCodeError,
    WrongStateError,
)
from server.domain.ids import SessionId
from server.domain.invitation import Answer
from server.domain.jurisdiction.pack import UnknownCodeError
from server.domain.jurisdiction.texts import text_version
from server.domain.session import Session, SessionState
from server.ports.store import ConflictError
from server.usecases import answer_link, end_case, give_consent, send_code, take_seat
from server.usecases.answer_link import Opened
from server.usecases.identify import hash_token
from server.usecases.see_seat import see_seat
from server.usecases.take_seat import DeviceCheck
from server.usecases.world import World
from tests.support import cases
from tests.support.cases import agent, applicant, company, power
from tests.support.world import PACK, KeepingNotifier, Stage, actor


async def accepted(world: World, name: str = "陈水根") -> tuple[Case, Opened]:
    case = await cases.registered(world)
    opened = await cases.opened(world, case, name)
    invitation = await answer_link.answer(world, opened.invitation, Answer.ACCEPTED, "")
    return case, replace(opened, invitation=invitation)


async def sitting(world: World, case: Case) -> Session:
    async with world.store.read() as uow:
        return (await uow.sessions.of_case(case.id))[-1]


def version(scope: str) -> str:
    return text_version(PACK.consent(scope))


async def test_each_consent_stands_alone_with_the_words_it_answers(world: World) -> None:
    case, opened = await accepted(world)
    for scope, agreed in (("recording", False), ("online_mediation", True)):
        await give_consent.consent(world, opened.invitation, scope, version(scope), agreed=agreed)
    session = await sitting(world, case)
    given = session.consent(opened.invitation.person_id, "online_mediation")
    assert given is not None
    assert (given.agreed, given.text_version) == (True, version("online_mediation"))
    assert (await cases.kinds(world, case.id))[-2:] == ["consent.refused", "consent.given"]


async def test_a_consent_can_be_withdrawn(world: World) -> None:
    case, opened = await accepted(world)
    for agreed in (True, False):
        await give_consent.consent(
            world,
            opened.invitation,
            "online_mediation",
            version("online_mediation"),
            agreed=agreed,
        )
    last = (await cases.logged(world, case.id))[-1]
    assert last["kind"] == "consent.withdrawn"
    assert last["facts"]["scope"] == "online_mediation"


async def yes(world: World, opened: Opened, seen: int | None) -> None:
    scope = "online_mediation"
    say = give_consent.consent
    await say(world, opened.invitation, scope, version(scope), agreed=True, seen=seen)


async def online(world: World, opened: Opened) -> tuple[bool | None, int]:
    """Return his answer as his phone gets it, and how many there were."""
    shown = seat_view(world, await see_seat(world, opened.invitation, ""), "zh-CN")
    return next((c.answer, c.answers) for c in shown.consents if c.scope == "online_mediation")


@pytest.mark.parametrize("before", [None, True, False])
async def test_a_yes_that_was_held_up_does_not_undo_a_later_no(
    world: World, before: bool | None
) -> None:
    """Whatever stood when he tapped yes; a no that only repeats what stands is a later no, too."""
    case, opened = await accepted(world)
    if before is not None:
        await answer_online(world, opened, agreed=before)
    _, seen = await online(world, opened)
    await answer_online(world, opened, agreed=False)
    logged = await cases.kinds(world, case.id)
    with pytest.raises(StaleRevisionError):
        await yes(world, opened, seen)
    answer, answers = await online(world, opened)
    assert (answer, await cases.kinds(world, case.id)) == (False, logged)
    await yes(world, opened, answers)
    assert (await online(world, opened))[0] is True


async def test_a_yes_that_is_heard_twice_is_no_late_one(world: World) -> None:
    case, opened = await accepted(world)
    for _ in range(2):
        await yes(world, opened, 0)
    assert await online(world, opened) == (True, 1)
    assert (await cases.kinds(world, case.id)).count("consent.given") == 1


async def test_other_words_than_those_on_the_screen_are_not_answered(world: World) -> None:
    _, opened = await accepted(world)
    with pytest.raises(ConflictError):
        await give_consent.consent(world, opened.invitation, "recording", "sha256:old", agreed=True)
    with pytest.raises(UnknownCodeError):
        await give_consent.consent(world, opened.invitation, "x", "y", agreed=True)


async def test_without_a_sitting_there_is_nothing_to_consent_to(world: World) -> None:
    case = await cases.registered(world, planned_at=None)
    opened = await cases.opened(world, case, "陈水根")
    with pytest.raises(WrongStateError):
        await give_consent.consent(
            world, opened.invitation, "recording", version("recording"), agreed=False
        )


@pytest.mark.parametrize(
    ("check", "result"),
    [
        (DeviceCheck(camera="ok", microphone="ok", network="good", websocket=True), "green"),
        (DeviceCheck(camera="off", microphone="ok", network="good", websocket=True), "yellow"),
        (DeviceCheck(camera="ok", microphone="ok", network="fair", websocket=True), "yellow"),
        (DeviceCheck(camera="ok", microphone="denied", network="good", websocket=True), "red"),
        (DeviceCheck(camera="ok", microphone="ok", network="blocked", websocket=True), "red"),
        (DeviceCheck(camera="ok", microphone="ok", network="good", websocket=False), "red"),
    ],
)
async def test_a_device_check_is_logged_with_its_colour(
    world: World, check: DeviceCheck, result: str
) -> None:
    case, opened = await accepted(world)
    await take_seat.check_device(world, opened.invitation, check)
    last = (await cases.logged(world, case.id))[-1]
    assert (last["kind"], last["facts"]["result"]) == ("device.checked", result)


async def test_the_first_browser_holds_the_seat_and_the_second_waits(world: World) -> None:
    case, opened = await accepted(world)
    first, second = hash_token(opened.token), hash_token("second")
    held = await take_seat.enter(world, opened.invitation, first)
    assert held.device == first
    again = await take_seat.enter(world, held, first)
    assert again == held
    waiting = await take_seat.enter(world, held, second)
    assert (waiting.device, waiting.waiting_device) == (first, second)
    shown = await see_seat(world, waiting, second)
    assert shown.holds == "waiting"
    assert (await cases.kinds(world, case.id))[-2:] == ["lobby.enter", "device.waiting"]


async def test_nobody_enters_before_he_accepted(world: World) -> None:
    case = await cases.registered(world)
    opened = await cases.opened(world, case, "陈水根")
    with pytest.raises(MissingStepsError) as refused:
        await take_seat.enter(world, opened.invitation, hash_token(opened.token))
    assert refused.value.facts == {"missing": ["answer"]}


async def test_who_refused_the_online_way_enters_only_after_he_thought_again(
    scene: Stage,
) -> None:
    world = scene.world
    case, opened = await accepted(world)
    device = hash_token(opened.token)
    await answer_online(world, opened, agreed=False)
    with pytest.raises(MissingStepsError) as refused:
        await take_seat.enter(world, opened.invitation, device)
    assert refused.value.facts == {"missing": ["online_consent"]}
    await send_code.send(world, opened.invitation, "move")
    with pytest.raises(MissingStepsError):
        await take_seat.move(world, opened.invitation, device, scene.notifier.last_code)
    assert "lobby.enter" not in await cases.kinds(world, case.id)
    await answer_online(world, opened, agreed=True)
    held = await take_seat.enter(world, opened.invitation, device)
    assert held.device == device


async def answer_online(world: World, opened: Opened, *, agreed: bool) -> None:
    scope = "online_mediation"
    await give_consent.consent(world, opened.invitation, scope, version(scope), agreed=agreed)


async def test_refusing_what_the_online_way_does_not_need_closes_no_door(world: World) -> None:
    _, opened = await accepted(world)
    refused = version("recording")
    await give_consent.consent(world, opened.invitation, "recording", refused, agreed=False)
    held = await take_seat.enter(world, opened.invitation, hash_token(opened.token))
    assert held.device == hash_token(opened.token)


async def test_a_code_goes_to_the_own_telephone_and_is_kept_nowhere_in_clear(
    scene: Stage,
) -> None:
    world = scene.world
    case, opened = await accepted(world)
    sent = await send_code.send(world, opened.invitation, "sign")
    assert (sent.sent, sent.mobile_masked) == (True, "199****0001")
    code = scene.notifier.last_code
    assert scene.notifier.sent[-1].mobile == "19900000001"
    assert code not in str(await cases.logged(world, case.id))
    async with world.store.read() as uow:
        assert all(code not in message.text for message in await uow.outbox.of_case(case.id))
        found = await uow.codes.find(opened.invitation.person_id, "sign")
    assert found is not None
    assert code not in found.code_hash


async def test_the_right_code_is_spent_once(scene: Stage) -> None:
    _, opened = await accepted(scene.world)
    await send_code.send(scene.world, opened.invitation, "sign")
    code = scene.notifier.last_code
    at = await send_code.spend(scene.world, opened.invitation, "sign", f" {code[:3]} {code[3:]}")
    assert at == scene.clock.now()
    with pytest.raises(TooManyTriesError):
        await send_code.spend(scene.world, opened.invitation, "sign", code)


async def test_of_fifty_who_give_the_right_code_one_wins(scene: Stage) -> None:
    _, opened = await accepted(scene.world)
    await send_code.send(scene.world, opened.invitation, "sign")
    code = scene.notifier.last_code
    tries = (send_code.spend(scene.world, opened.invitation, "sign", code) for _ in range(50))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in outcomes) == 1


async def test_five_wrong_tries_void_the_code(scene: Stage) -> None:
    _, opened = await accepted(scene.world)
    await send_code.send(scene.world, opened.invitation, "sign")
    code = scene.notifier.last_code
    wrong = "000000" if code != "000000" else "111111"
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongCodeError) as refused:
            await send_code.spend(scene.world, opened.invitation, "sign", wrong)
        assert refused.value.facts == {"left": left}
    for attempt in (wrong, code):
        with pytest.raises(TooManyTriesError):
            await send_code.spend(scene.world, opened.invitation, "sign", attempt)


async def test_a_code_is_for_one_purpose_and_five_minutes(scene: Stage) -> None:
    _, opened = await accepted(scene.world)
    await send_code.send(scene.world, opened.invitation, "sign")
    code = scene.notifier.last_code
    with pytest.raises(TooManyTriesError):
        await send_code.spend(scene.world, opened.invitation, "copy", code)
    await scene.clock.advance(300)
    with pytest.raises(TooManyTriesError):
        await send_code.spend(scene.world, opened.invitation, "sign", code)


async def test_codes_come_once_a_minute_and_ten_a_day(scene: Stage) -> None:
    _, opened = await accepted(scene.world)
    for _ in range(10):
        await send_code.send(scene.world, opened.invitation, "sign")
        with pytest.raises(TooManyTriesError):
            await send_code.send(scene.world, opened.invitation, "copy")
        await scene.clock.advance(60)
    with pytest.raises(TooManyTriesError) as refused:
        await send_code.send(scene.world, opened.invitation, "sign")
    assert refused.value.facts == {"retry_after_s": 86_400}
    assert len([m for m in scene.notifier.sent if m.kind == "code"]) == 10


async def test_without_a_channel_there_is_no_code_at_all(scene: Stage) -> None:
    notifier = KeepingNotifier(carries_codes=False)
    world = replace(scene.world, notifier=notifier)
    _, opened = await accepted(world)
    sent = await send_code.send(world, opened.invitation, "sign")
    assert not sent.sent
    async with world.store.read() as uow:
        assert await uow.codes.find(opened.invitation.person_id, "sign") is None


async def test_a_code_moves_the_seat_to_the_new_browser(scene: Stage) -> None:
    world = scene.world
    case, opened = await accepted(world)
    held = await take_seat.enter(world, opened.invitation, "old")
    await send_code.send(world, held, "move")
    with pytest.raises(WrongCodeError):
        await take_seat.move(world, held, "new", _other(scene.notifier.last_code))
    moved = await take_seat.move(world, held, "new", scene.notifier.last_code)
    assert (moved.device, moved.waiting_device) == ("new", None)
    assert (await cases.kinds(world, case.id))[-1] == "device.moved"


def _other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_a_party_stops_at_any_time_and_the_reason_is_not_logged(world: World) -> None:
    case, opened = await accepted(world)
    await end_case.stop(world, opened.invitation, "不想谈了")
    session = await sitting(world, case)
    assert (session.state, session.end_note) == (SessionState.CLOSED, "不想谈了")
    assert (await cases.stored(world, case.id)).state is CaseState.ENDED
    assert "不想谈了" not in str(await cases.logged(world, case.id))


async def test_stopping_without_a_sitting_refuses_the_invitation(world: World) -> None:
    case = await cases.registered(world, planned_at=None)
    opened = await cases.opened(world, case, "陈水根")
    await end_case.stop(world, opened.invitation, "")
    shown = await see_seat(world, opened.invitation, "")
    assert shown.invitation.answer is Answer.REFUSED


async def test_a_stop_said_of_one_sitting_ends_no_other(world: World) -> None:
    case, opened = await accepted(world)
    with pytest.raises(WrongStateError):
        await end_case.stop(world, opened.invitation, "", SessionId("another"))
    session = await sitting(world, case)
    assert session.state is SessionState.SCHEDULED
    await end_case.stop(world, opened.invitation, "", session.id)
    assert (await sitting(world, case)).state is SessionState.CLOSED
    with pytest.raises(WrongStateError):
        await end_case.stop(world, opened.invitation, "", session.id)
    assert (await cases.kinds(world, case.id)).count("session.stopped") == 1


async def test_a_stop_said_of_a_sitting_is_no_answer_to_the_invitation(world: World) -> None:
    case = await cases.registered(world, planned_at=None)
    opened = await cases.opened(world, case, "陈水根")
    with pytest.raises(WrongStateError):
        await end_case.stop(world, opened.invitation, "", SessionId("adjourned"))
    shown = await see_seat(world, opened.invitation, "")
    assert shown.invitation.answer is opened.invitation.answer


async def test_a_companion_stops_nothing(world: World) -> None:
    case, opened = await accepted(world, "刘春梅")
    with pytest.raises(ForbiddenError):
        await end_case.stop(world, opened.invitation, "")
    assert (await sitting(world, case)).state is SessionState.SCHEDULED


async def test_an_agent_stops_only_within_his_scope(world: World) -> None:
    narrow = agent(authority=power(scopes=frozenset({"evidence"})))
    case = await cases.registered(world, parties=(applicant(), company(narrow)))
    opened = await cases.opened(world, case, "林启航")
    with pytest.raises(ForbiddenError):
        await end_case.stop(world, opened.invitation, "")


async def test_the_agent_signs_while_his_power_runs(world: World) -> None:
    runs = agent(authority=power(valid_to=date(2025, 3, 10)))
    over = agent(authority=power(valid_from=date(2025, 3, 1), valid_to=date(2025, 3, 9)))
    for people, signs in ((runs, True), (over, False)):
        case = await cases.registered(world, parties=(applicant(), company(people)))
        opened = await cases.opened(world, case, "林启航")
        assert (await see_seat(world, opened.invitation, "")).signs is signs


async def test_a_mediator_ends_the_case_after_a_refusal(world: World) -> None:
    case, opened = await accepted(world)
    await answer_link.answer(world, opened.invitation, Answer.REFUSED, "")
    with pytest.raises(ForbiddenError):
        await end_case.end(world, actor("jiang"), case.id, "refused", "")
    facts = await end_case.end(world, actor("su"), case.id, "refused", "电话里说明了")
    assert facts.case.state is CaseState.ENDED
    assert facts.sessions[-1].state is SessionState.CLOSED
    assert (await cases.kinds(world, case.id))[-1] == "case.ended"
    assert "电话" not in str(await cases.logged(world, case.id))


async def test_a_case_does_not_end_beside_a_sitting_that_goes_on(world: World) -> None:
    case, _ = await accepted(world)
    session = await sitting(world, case)
    async with world.store.write() as uow:
        stored = await uow.sessions.get(SessionId(session.id))
        await uow.sessions.save(stored.move(SessionState.OPEN))
    with pytest.raises(WrongStateError) as refused:
        await end_case.end(world, actor("su"), case.id, "refused", "")
    assert refused.value.facts["state"] is SessionState.OPEN
