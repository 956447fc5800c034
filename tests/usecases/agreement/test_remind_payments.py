"""Whoever signed for the payer is reminded of each instalment once, by day, if he agreed to it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from server.domain.custody import Custody
from server.domain.jurisdiction.texts import text_version
from server.ports.notify import Message, MessageKind, MessageState
from server.ports.store import DiskFullError
from server.store.outbox import SqlOutbox
from server.usecases import give_consent
from server.usecases.remind_payments import keep_reminding, remind
from server.usecases.standing import STANDING
from tests.support import cases, signing
from tests.support.signing import Sitting
from tests.support.world import COMMITTEE, PACK, Stage

CHINA = timezone(timedelta(hours=8))
AGENT = "19900000003"
"""The telephone of who signed for the payer."""


async def on(scene: Stage, day: str, hour: int = 9) -> Sequence[str]:
    """Look at that hour; return which telephones have been reminded in all."""
    at = datetime.fromisoformat(f"{day}T{hour:02}:30").replace(tzinfo=CHINA)
    scene.clock.jump((at - scene.clock.now()).total_seconds())
    await remind(scene.world)
    return [one.mobile for one in reminders(scene)]


def reminders(scene: Stage) -> list[Message]:
    return [one for one in scene.notifier.sent if one.kind is MessageKind.REMINDER]


async def logged(made: Sitting) -> list[dict[str, Any]]:
    every = await cases.logged(made.world, made.case.id)
    return [one for one in every if one["kind"].startswith("reminder.")]


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


async def test_a_phones_screen_shows_no_name_and_no_amount(office: Stage) -> None:
    made = await signing.sealed(office)
    await on(office, "2025-03-14")
    (message,) = reminders(office)
    assert "协议" in message.text
    assert not any(sign.isdigit() for sign in message.text)
    names = [one.name for one in made.case.people] + [one.name for one in made.case.parties]
    assert not any(name in message.text for name in names)
    assert message.link == ""


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
    version = text_version(PACK.consent("e_delivery"))
    phone = made.agent.invitation
    await give_consent.consent(office.world, phone, "e_delivery", version, agreed=False)
    assert await on(office, "2025-03-14") == []
    await give_consent.consent(office.world, phone, "e_delivery", version, agreed=True)
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
