"""A payer is reminded of each instalment once, by day, if he takes papers on the phone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from server.domain.case import PersonRole
from server.domain.committee import Committee
from server.domain.custody import Custody
from server.domain.invitation import Invitation
from server.domain.jurisdiction.packs import pack_of
from server.domain.jurisdiction.texts import text_version
from server.ports.notify import Message, MessageKind, MessageState
from server.ports.store import DiskFullError
from server.store.outbox import SqlOutbox
from server.usecases import give_consent
from server.usecases.remind_payments import keep_reminding, remind
from server.usecases.standing import STANDING
from server.usecases.tell_sealed import tell_untold
from server.usecases.wording import reminder_text
from tests.support import cases, signing
from tests.support.signing import Sitting
from tests.support.world import COMMITTEE, PACK, Stage

CHINA = timezone(timedelta(hours=8))
AGENT = "19900000003"
"""The telephone of who signed for the payer."""


def at(scene: Stage, day: str, clock: str) -> None:
    """Make it that time where the committee sits."""
    then = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=CHINA)
    scene.clock.jump((then - scene.clock.now()).total_seconds())


async def on(scene: Stage, day: str, hour: int = 9) -> Sequence[str]:
    """Look at that hour; return which telephones have been reminded in all."""
    at(scene, day, f"{hour:02}:30")
    await remind(scene.world)
    return [one.mobile for one in reminders(scene)]


def reminders(scene: Stage) -> list[Message]:
    return [one for one in scene.notifier.sent if one.kind is MessageKind.REMINDER]


async def logged(made: Sitting) -> list[dict[str, Any]]:
    every = await cases.logged(made.world, made.case.id)
    return [one for one in every if one["kind"].startswith("reminder.")]


async def takes_papers(phone: Invitation, scene: Stage, *, agreed: bool) -> None:
    version = text_version(PACK.consent("e_delivery"))
    await give_consent.consent(scene.world, phone, "e_delivery", version, agreed=agreed)


async def changed(made: Sitting, name: str, **changes: Any) -> None:
    """Change one of the people after the seal."""
    async with made.world.store.write() as uow:
        case = await uow.cases.get(made.case.id)
        people = [replace(one, **changes) if one.name == name else one for one in case.people]
        await uow.cases.save(replace(case, people=tuple(people)))


async def set_days(scene: Stage, days: int) -> None:
    async with scene.world.store.write() as uow:
        committee = await uow.committees.get(COMMITTEE)
        await uow.committees.save(replace(committee, remind_days=days))


async def test_the_payers_signer_is_reminded_three_days_before_and_once(office: Stage) -> None:
    made = await signing.sealed(office)
    assert await on(office, "2025-03-13", 19) == []
    assert await on(office, "2025-03-14") == [AGENT]
    for hour in (10, 19):
        assert await on(office, "2025-03-14", hour) == [AGENT]
    assert await on(office, "2025-03-16") == [AGENT]
    (sent,) = await logged(made)
    person = cases.person(made.case, "林启航").id
    assert (sent["kind"], sent["facts"]) == ("reminder.sent", {"person": person})
    async with office.world.store.read() as uow:
        (*_, kept) = await uow.outbox.of_case(made.case.id)
    assert (kept.kind, kept.state) == (MessageKind.REMINDER, MessageState.SENT)


async def test_every_instalment_has_its_own_reminder(office: Stage) -> None:
    await signing.sealed(office)
    await on(office, "2025-03-16")
    assert await on(office, "2025-04-06") == [AGENT]
    assert await on(office, "2025-04-07") == [AGENT] * 2
    assert await on(office, "2025-04-08") == [AGENT] * 3
    assert await on(office, "2025-05-01") == [AGENT] * 3


async def test_it_says_who_sends_it_which_day_and_whom_to_ask_and_names_no_party_and_no_amount(
    office: Stage,
) -> None:
    made = await signing.sealed(office)
    await on(office, "2025-03-14")
    (message,) = reminders(office)
    assert message.text == (
        "鹭岛市湖滨区禾溪街道人民调解委员会提醒：您的调解协议里，有一项约定的日子是"
        " 3 月 17 日（星期一）。已经办好的，不用管这条消息。问一问：0592-5550123。"
    )
    names = [one.name for one in made.case.people] + [one.name for one in made.case.parties]
    assert not any(name in message.text for name in names)
    assert message.link == ""


def test_it_is_in_english_where_the_law_is_and_leaves_out_a_telephone_that_there_is_not() -> None:
    committee = Committee(id=COMMITTEE, name="Hill Street", short_name="Hill", number_prefix="H")
    day, english = date(2025, 3, 17), pack_of("en_generic")
    said = reminder_text(committee, day, english)
    assert said == (
        "A reminder of Hill Street: something in your mediation agreement falls due on"
        " Monday, 17 March. If it is done, all is well."
    )
    called = replace(committee, office_phone="0592-5550123")
    assert reminder_text(called, day, english) == f"{said} Questions: 0592-5550123."
    assert reminder_text(committee, day, PACK).endswith("不用管这条消息。")


async def test_a_day_that_has_come_is_not_announced_any_more(office: Stage) -> None:
    await signing.sealed(office)
    assert await on(office, "2025-03-17") == []


@pytest.mark.parametrize("hour", [0, 8, 20, 23])
async def test_nobodys_phone_rings_in_the_evening_or_before_nine(office: Stage, hour: int) -> None:
    await signing.sealed(office)
    assert await on(office, "2025-03-14", hour) == []
    assert await on(office, "2025-03-15") == [AGENT]


async def test_the_committee_sets_the_days_or_wants_no_reminder(office: Stage) -> None:
    await signing.sealed(office)
    await set_days(office, 0)
    assert await on(office, "2025-03-16") == []
    await set_days(office, 1)
    assert await on(office, "2025-03-16") == [AGENT]
    await set_days(office, 25)
    assert await on(office, "2025-03-17") == [AGENT] * 3


async def test_who_takes_no_papers_on_the_phone_is_not_reminded(office: Stage) -> None:
    made = await signing.sealed(office)
    await takes_papers(made.agent.invitation, office, agreed=False)
    assert await on(office, "2025-03-14") == []
    await takes_papers(made.agent.invitation, office, agreed=True)
    assert await on(office, "2025-03-15") == [AGENT]


async def test_nothing_is_said_of_what_is_not_sealed(office: Stage) -> None:
    await signing.signed(office)
    assert await on(office, "2025-03-14") == []


async def test_nothing_is_said_of_a_destroyed_file(office: Stage) -> None:
    made = await signing.sealed(office)
    async with office.world.store.write() as uow:
        case = await uow.cases.get(made.case.id)
        gone = Custody(destroyed_at=office.clock.now())
        await uow.cases.save(replace(case, custody=gone))
    assert await on(office, "2025-03-14") == []


async def test_without_a_gateway_it_waits_for_staff_and_is_put_once(office: Stage) -> None:
    made = await signing.sealed(office)
    office.notifier.state = MessageState.WAITING
    for day in ("2025-03-14", "2025-03-15"):
        await on(office, day)
    async with office.world.store.read() as uow:
        every = await uow.outbox.of_case(made.case.id)
    assert [one.state for one in every if one.kind is MessageKind.REMINDER] == ["waiting"]
    assert await logged(made) == []


async def test_one_the_gateway_refused_is_logged_so(office: Stage) -> None:
    made = await signing.sealed(office)
    office.notifier.state = MessageState.FAILED
    await on(office, "2025-03-14")
    assert [one["kind"] for one in await logged(made)] == ["reminder.failed"]


async def test_one_case_that_cannot_be_reminded_holds_up_no_other(
    office: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = [await signing.sealed(office) for _ in range(2)]
    broken, *_ = sorted((first.case.id, second.case.id))
    add = SqlOutbox.add

    async def full(self: SqlOutbox, message: Message) -> None:
        if message.case_id == broken:
            raise DiskFullError
        await add(self, message)

    with monkeypatch.context() as patched:
        patched.setattr(SqlOutbox, "add", full)
        assert await on(office, "2025-03-14") == [AGENT]
    assert f"case {broken} was not reminded" in caplog.text
    assert await on(office, "2025-03-14", 10) == [AGENT] * 2
    assert keep_reminding in STANDING.values()


async def waiting(scene: Stage, day: str, hour: int = 9) -> None:
    """Put a reminder that hour, which a gateway takes only later."""
    scene.notifier.state = MessageState.WAITING
    assert await on(scene, day, hour) == [AGENT]
    scene.notifier.sent.clear()
    scene.notifier.state = MessageState.SENT


async def told(scene: Stage, day: str, clock: str) -> list[str]:
    """Hand over what waits at that time; return which telephones are reminded then."""
    at(scene, day, clock)
    await tell_untold(scene.world)
    return [one.mobile for one in reminders(scene)]


async def test_one_that_waited_rings_by_day_and_not_at_night(office: Stage) -> None:
    await signing.sealed(office)
    await waiting(office, "2025-03-14", 19)
    assert await told(office, "2025-03-14", "20:00") == []
    assert await told(office, "2025-03-15", "03:00") == []
    assert await told(office, "2025-03-15", "09:00") == [AGENT]


async def test_one_that_waited_is_not_sent_once_its_day_has_come(office: Stage) -> None:
    await signing.sealed(office)
    await waiting(office, "2025-03-16", 19)
    assert await told(office, "2025-03-17", "09:00") == []


async def test_one_that_waited_is_not_sent_where_papers_are_not_taken_any_more(
    office: Stage,
) -> None:
    made = await signing.sealed(office)
    await waiting(office, "2025-03-14")
    await takes_papers(made.agent.invitation, office, agreed=False)
    assert await told(office, "2025-03-14", "12:00") == []
    await takes_papers(made.agent.invitation, office, agreed=True)
    assert await told(office, "2025-03-14", "12:05") == [AGENT]


async def test_the_hour_is_looked_at_for_every_phone(
    office: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await signing.sealed(office)
    send = office.notifier.send

    async def slow(message: Message) -> MessageState:
        office.clock.jump(600)
        return await send(message)

    monkeypatch.setattr(office.notifier, "send", slow)
    at(office, "2025-03-14", "19:45")
    await remind(office.world)
    assert len(reminders(office)) == 2
    assert await on(office, "2025-03-15") == [AGENT] * 3


async def test_what_the_gateway_took_is_noted_at_night_and_not_sent_again(
    office: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await signing.sealed(office)
    save = SqlOutbox.save

    async def full(self: SqlOutbox, message: Message) -> None:
        if message.state is MessageState.SENT:
            raise DiskFullError
        await save(self, message)

    with monkeypatch.context() as patched:
        patched.setattr(SqlOutbox, "save", full)
        assert await on(office, "2025-03-14", 19) == [AGENT]
    assert await logged(made) == []
    assert await told(office, "2025-03-14", "23:00") == [AGENT]
    assert [one["kind"] for one in await logged(made)] == ["reminder.sent"]


async def test_an_agent_is_reminded_only_while_his_power_runs(office: Stage) -> None:
    made = await signing.sealed(office)
    await changed(made, "林启航", authority=cases.power(valid_to=date(2025, 4, 7)))
    assert await on(office, "2025-04-07") == [AGENT]
    assert await on(office, "2025-04-08") == [AGENT]


async def test_one_that_waited_is_not_sent_to_an_agent_whose_power_has_ended(
    office: Stage,
) -> None:
    made = await signing.sealed(office)
    await waiting(office, "2025-03-14")
    await changed(made, "林启航", authority=cases.power(valid_to=date(2025, 3, 14)))
    assert await told(office, "2025-03-15", "09:00") == []


async def test_the_payer_is_reminded_himself_and_not_the_agent_who_signed(office: Stage) -> None:
    made = await signing.sealed(office)
    boss = PersonRole.LEGAL_REPRESENTATIVE
    # As if the worker spoke for the company, so that there is a payer with a phone of his own.
    company = cases.person(made.case, "林启航").party_id
    await changed(made, "陈水根", party_id=company, role=boss)
    assert await on(office, "2025-03-14") == ["19900000001"]
    await takes_papers(made.worker.invitation, office, agreed=False)
    assert await on(office, "2025-04-07") == ["19900000001", AGENT]


async def test_a_companion_of_the_payer_is_not_reminded(office: Stage) -> None:
    made = await signing.sealed(office)
    company = cases.person(made.case, "林启航").party_id
    await changed(made, "陈水根", party_id=company, role=PersonRole.COMPANION)
    assert await on(office, "2025-03-14") == [AGENT]
