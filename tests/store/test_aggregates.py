"""Every kind of thing comes back as it was saved, and a late writer is refused."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from server.domain.agreement import AgreementState
from server.domain.case import CaseState
from server.domain.errors import NotFoundError
from server.domain.ids import (
    AgreementId,
    CaseId,
    CommitteeId,
    FileId,
    InvitationId,
    MessageId,
    RecordId,
    SessionId,
    StaffId,
)
from server.domain.session import SessionState
from server.ports.notify import MessageKind, MessageState
from server.ports.store import CalendarYear, ConflictError, UnitOfWork
from server.store.store import SqlStore
from tests.store import examples
from tests.store.examples import AT, CASE, COMMITTEE, SEAL, Story


async def test_everything_comes_back_as_it_was_saved(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).tell()
    async with store.read() as uow:
        assert await uow.committees.get(COMMITTEE) == examples.committee()
        assert await uow.staff.get(StaffId("staff-1")) == examples.member()
        assert await uow.staff.session("t" * 64) == examples.console()
        assert await uow.cases.get(CASE) == examples.case()
        invitation = examples.invitation(seats=("seat-1",))
        assert await uow.invitations.get(InvitationId("inv-1")) == invitation
        assert await uow.sessions.get(SessionId("session-1")) == examples.session()
        agreement = examples.agreement(sealing=SEAL)
        assert await uow.agreements.get(AgreementId("agreement-1")) == agreement
        assert await uow.register.get(RecordId("record-12")) == examples.entry()
        assert await uow.register.opening("opening-1") == examples.opening()
        assert await uow.outbox.get(MessageId("message-1")) == examples.message()
        assert await uow.codes.find("19900000001", "sign") == examples.code()
        assert await uow.files.get(FileId("file-1")) == examples.file(size=18)
        assert await uow.files.content(FileId("file-1")) == "小声说的话123".encode()
        assert await uow.replies.find("key-1") == "stored answer canary"


async def test_what_is_not_there_is_not_found(store: SqlStore) -> None:
    async with store.read() as uow:
        for search in (
            uow.committees.get(CommitteeId("none")),
            uow.staff.get(StaffId("none")),
            uow.cases.get(CaseId("none")),
            uow.invitations.get(InvitationId("none")),
            uow.sessions.get(SessionId("none")),
            uow.agreements.get(AgreementId("none")),
            uow.register.get(RecordId("none")),
            uow.outbox.get(MessageId("none")),
            uow.files.get(FileId("none")),
        ):
            with pytest.raises(NotFoundError):
                await search
        assert await uow.staff.by_login("none") is None
        assert await uow.staff.session("none") is None
        assert await uow.invitations.by_token("none") is None
        assert await uow.invitations.by_seat("none") is None
        assert await uow.agreements.of_case(CaseId("none")) is None
        assert await uow.register.of_case(CaseId("none")) is None
        assert await uow.register.opening("none") is None
        assert await uow.log.head(CaseId("none")) is None
        assert await uow.codes.find("none", "sign") is None
        assert await uow.replies.find("none") is None


async def test_a_save_is_the_next_version(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).tell()
    async with store.write() as uow:
        case = await uow.cases.save(examples.case().move(CaseState.MEDIATING))
        session = await uow.sessions.save(examples.session().move(SessionState.OPEN))
        agreement = await uow.agreements.save(examples.agreement(state=AgreementState.LOCKED))
        staff = await uow.staff.save(examples.member(name="王五"))
        committee = await uow.committees.save(replace(examples.committee(), court="东湖法院"))
    async with store.read() as uow:
        assert case.version == 1
        assert await uow.cases.get(CASE) == case
        assert await uow.sessions.get(session.id) == session
        assert await uow.agreements.get(agreement.id) == agreement
        assert await uow.staff.get(staff.id) == staff
        assert await uow.committees.all() == [committee]


async def test_a_stale_version_is_refused_and_changes_nothing(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        newer = await uow.cases.save(examples.case())
    with pytest.raises(ConflictError):
        async with store.write() as uow:
            await uow.cases.save(examples.case(matter="晚到"))
    async with store.read() as uow:
        assert await uow.cases.get(CASE) == newer


async def test_saving_what_was_never_added_is_not_found(store: SqlStore) -> None:
    with pytest.raises(NotFoundError):
        async with store.write() as uow:
            await uow.cases.save(examples.case())
    async with store.write() as uow:
        await Story(uow).begin()
    with pytest.raises(NotFoundError):
        async with store.write() as uow:
            await uow.sessions.save(examples.session())


async def test_the_same_thing_is_not_added_twice(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).tell()
    with pytest.raises(ConflictError):
        async with store.write() as uow:
            await uow.cases.add(examples.case())
    with pytest.raises(ConflictError):
        async with store.write() as uow:
            await uow.cases.add(examples.case("case-2", case_no=examples.case().case_no))
    with pytest.raises(ConflictError):
        async with store.write() as uow:
            await uow.agreements.add(examples.agreement("agreement-2"))
    with pytest.raises(ConflictError):
        async with store.write() as uow:
            await uow.staff.add(examples.member("staff-2", login="LOGIN-Canary-staff-1"))
    with pytest.raises(ConflictError):
        async with store.write() as uow:
            await uow.replies.put("key-1", "another", AT)


async def test_a_login_is_found_in_any_casing(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.staff.add(examples.member("staff-2"))
    async with store.read() as uow:
        assert await uow.staff.by_login("Login-Canary-STAFF-2") == examples.member("staff-2")
        assert len(await uow.staff.of_committee(COMMITTEE)) == 2


async def test_signed_in_consoles_are_saved_and_revoked(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.staff.sign_in(examples.console("a" * 64))
        await uow.staff.sign_in(examples.console("b" * 64))
        await uow.staff.save_session(replace(examples.console("a" * 64), step_up_at=AT))
        assert await uow.staff.see_session("a" * 64, AT + timedelta(minutes=1))
        await uow.staff.revoke_sessions(StaffId("staff-1"), AT + timedelta(hours=1))
        await uow.staff.revoke_sessions(StaffId("staff-1"), AT + timedelta(hours=2))
    async with store.read() as uow:
        first = await uow.staff.session("a" * 64)
        second = await uow.staff.session("b" * 64)
    assert first == replace(
        examples.console("a" * 64),
        seen_at=AT + timedelta(minutes=1),
        step_up_at=AT,
        revoked_at=AT + timedelta(hours=1),
    )
    assert second is not None
    assert second.revoked_at == AT + timedelta(hours=1)
    for over in (64 * "b", 64 * "c"):
        async with store.write() as uow:
            assert not await uow.staff.see_session(over, AT)
        with pytest.raises(NotFoundError):
            async with store.write() as uow:
                await uow.staff.save_session(examples.console(over))


async def test_invitations_are_found_by_link_and_by_browser(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.invitations.add(examples.invitation("inv-1", seats=("old", "kept")))
        await uow.invitations.add(examples.invitation("inv-2", seats=("kept",)))
        saved = await uow.invitations.save(examples.invitation("inv-1", seats=("kept", "new")))
    async with store.read() as uow:
        assert await uow.invitations.by_token("token-inv-1") == saved
        assert await uow.invitations.by_seat("old") is None
        assert await uow.invitations.by_seat("new") == saved
        assert await uow.invitations.by_seat("kept") == examples.invitation(
            "inv-2", seats=("kept",)
        )
        assert [one.id for one in await uow.invitations.of_case(CASE)] == ["inv-1", "inv-2"]


async def test_sessions_are_listed_by_plan_and_by_what_is_unfinished(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        for hours, state in enumerate(SessionState):
            await uow.sessions.add(
                examples.session(state, state=state, planned_at=AT + timedelta(hours=hours))
            )
    async with store.read() as uow:
        unfinished = await uow.sessions.unfinished()
        planned = await uow.sessions.planned(COMMITTEE, AT, AT + timedelta(hours=2))
        assert len(await uow.sessions.of_case(CASE)) == len(SessionState)
        ids = await uow.sessions.planned_ids(AT, AT + timedelta(hours=2))
    assert unfinished == ["open", "paused", "frozen", "signing"]
    assert [one.id for one in planned] == ids == ["scheduled", "open"]


async def test_the_last_sitting_of_a_case_waits_for_a_time_where_it_was_adjourned(
    store: SqlStore,
) -> None:
    """Of each case its sittings, by days: only of the first three does the last one wait."""
    adjourned, closed, days = SessionState.ADJOURNED, SessionState.CLOSED, timedelta(days=1)
    told = {
        "once": (adjourned,),
        "twice": (adjourned, adjourned),
        "closed": (adjourned, closed),
        "planned": (adjourned, SessionState.SCHEDULED),
        "planned before": (SessionState.SCHEDULED, adjourned),
        "begun": (adjourned, SessionState.PAUSED),
        "never": (),
        "only closed": (closed,),
    }
    lin = StaffId("staff-lin")
    async with store.write() as uow:
        await uow.committees.add(examples.committee())
        for name, states in told.items():
            mine = {"mediator_id" if name == "once" else "recorder_id": lin}
            await _mediated(uow, name, states, **(mine if name != "closed" else {}))
        await _mediated(uow, "over", (adjourned,), state=CaseState.ENDED)
        await uow.committees.add(examples.committee("c-2"))
        await _mediated(uow, "foreign", (adjourned,), committee_id=CommitteeId("c-2"))

    async def waits(own: StaffId | None, since: timedelta = -days) -> list[str]:
        async with store.read() as uow:
            return [one.id for one in await uow.sessions.unplanned(COMMITTEE, own, AT + since)]

    assert await waits(None) == ["closed 0", "once 0", "twice 1"]
    assert await waits(lin) == ["once 0", "twice 1"]
    assert await waits(StaffId("staff-1")) == []
    assert await waits(None, days) == ["twice 1"]


async def _mediated(
    uow: UnitOfWork, name: str, states: Sequence[SessionState], **changes: object
) -> None:
    case = examples.case(name, **{"state": CaseState.MEDIATING, **changes})
    await uow.cases.add(case)
    for day, state in enumerate(states):
        await uow.sessions.add(
            examples.session(
                f"{name} {day}",
                case_id=case.id,
                committee_id=case.committee_id,
                state=state,
                planned_at=AT + timedelta(days=day),
            )
        )


async def test_several_cases_and_their_agreements_are_read_at_once(store: SqlStore) -> None:
    async with store.write() as uow:
        await uow.committees.add(examples.committee())
        for name in ("one", "two", "three"):
            await uow.cases.add(examples.case(name))
        agreement = examples.agreement(case_id=CaseId("one"))
        await uow.agreements.add(agreement)
    asked = [CaseId("two"), CaseId("none"), CaseId("one")]
    async with store.read() as uow:
        found = await uow.cases.several(asked)
        assert found == {name: await uow.cases.get(name) for name in (asked[0], asked[2])}
        assert await uow.cases.several([]) == {}
        assert await uow.agreements.of_cases(asked) == {"one": agreement}
        assert await uow.agreements.of_cases([]) == {}


async def test_agreements_being_sealed_are_found_until_they_are_sealed(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.agreements.add(examples.agreement())
        assert await uow.agreements.sealing() == []
        begun = await uow.agreements.save(examples.agreement(sealing=SEAL))
    async with store.write() as uow:
        assert await uow.agreements.sealing() == [begun.case_id]
        await uow.agreements.save(replace(begun, seal=SEAL))
        assert await uow.agreements.sealing() == []


async def test_cases_with_a_locked_text_are_found_unless_closed_long_ago(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.agreements.add(examples.agreement())
        assert await uow.agreements.signing(AT) == []
        await uow.agreements.save(examples.agreement(state=AgreementState.LOCKED))
        assert await uow.agreements.signing(AT) == [CASE]
        case = await uow.cases.get(CASE)
        await uow.cases.save(replace(case, state=CaseState.ENDED, closed_at=AT))
    async with store.write() as uow:
        assert await uow.agreements.signing(AT) == [CASE]
        assert await uow.agreements.signing(AT + timedelta(seconds=1)) == []


async def test_cases_are_found_by_the_days_of_their_sealed_agreement(store: SqlStore) -> None:
    seal = {"state": AgreementState.SEALED, "seal": SEAL}
    async with store.write() as uow:
        for committee, names in {COMMITTEE: ("sealed", "draft"), "c-2": ("foreign",)}.items():
            await uow.committees.add(examples.committee(committee))
            for name in names:
                mine = {"committee_id": CommitteeId(committee)}
                await uow.cases.add(examples.case(name, **mine))
                changes = {} if name == "draft" else seal
                text = examples.agreement(name, case_id=CaseId(name), **mine, **changes)
                await uow.agreements.add(text)
    payment, day = date(2025, 3, 31), timedelta(days=1)

    async def due(first: date, last: date) -> Sequence[CaseId]:
        async with store.read() as uow:
            return await uow.agreements.due(COMMITTEE, first, last)

    assert await due(payment, payment) == ["sealed"]
    assert await due(payment - day, payment + 30 * day) == ["sealed"]
    assert await due(payment + day, payment + 2 * day) == []
    assert await due(payment - 2 * day, payment - day) == []


async def test_what_waits_for_the_gateway_is_found_but_no_invitation(store: SqlStore) -> None:
    async with store.write() as uow:
        await uow.committees.add(examples.committee())
        for kind in MessageKind:
            message = replace(examples.message(kind), kind=kind, case_id=CaseId(kind))
            await uow.outbox.add(message)
            sent = replace(message, id=MessageId(f"sent {kind}"), case_id=CaseId(f"sent {kind}"))
            await uow.outbox.add(replace(sent, state=MessageState.SENT))
    async with store.read() as uow:
        assert await uow.outbox.untold(AT) == ["reminder", "sealed"]
        assert await uow.outbox.untold(AT + timedelta(seconds=1)) == []


async def test_a_message_changes_its_state(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).tell()
    sent = replace(examples.message(), state=MessageState.SENT)
    async with store.write() as uow:
        await uow.outbox.save(sent)
        await uow.outbox.save(sent)
    async with store.read() as uow:
        assert await uow.outbox.of_case(CASE) == [sent]
    with pytest.raises(NotFoundError):
        async with store.write() as uow:
            await uow.outbox.save(examples.message("none"))


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (5 << 19) + 3])
async def test_a_file_of_any_size_comes_back_whole(store: SqlStore, size: int) -> None:
    content = bytes(at * 7 % 251 for at in range(1024)) * (size // 1024 + 1)
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.files.add(examples.file(size=size), content[:size])
    async with store.read() as uow:
        assert await uow.files.content(FileId("file-1")) == content[:size]
        assert await uow.files.of_case(CASE) == [examples.file(size=size)]


async def test_a_committee_keeps_files_of_its_own(store: SqlStore) -> None:
    async with store.write() as uow:
        await Story(uow).begin()
        await uow.files.add(examples.file(size=4, case_id=COMMITTEE), b"seal")
    async with store.read() as uow:
        assert await uow.files.content(FileId("file-1")) == b"seal"


async def test_a_year_of_the_calendar_is_replaced(store: SqlStore) -> None:
    year = CalendarYear(
        year=2025, holidays=frozenset({AT.date()}), working_days=frozenset({AT.date()})
    )
    other = replace(year, working_days=frozenset())
    async with store.write() as uow:
        await uow.calendar.put(year)
        await uow.calendar.put(replace(year, year=2024))
        await uow.calendar.put(other)
    async with store.read() as uow:
        assert await uow.calendar.years() == [replace(year, year=2024), other]


async def test_a_reply_takes_the_place_of_another(store: SqlStore) -> None:
    for reply in ("one", "two"):
        async with store.write() as uow:
            await uow.replies.replace("key", reply, AT)
    async with store.read() as uow:
        assert await uow.replies.find("key") == "two"


async def test_replies_are_forgotten_after_a_week(store: SqlStore) -> None:
    async with store.write() as uow:
        await uow.replies.put("old", "one", AT)
        await uow.replies.put("new", "two", AT + timedelta(days=8))
    async with store.read() as uow:
        assert await uow.replies.find("old") is None
        assert await uow.replies.find("new") == "two"
