"""Files whose period is over: held back, proposed by one, destroyed by another."""

import errno
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from server.api.views.record import record_view
from server.domain.custody import HeldError, NotDueError, SecondPersonError
from server.domain.errors import (
    ForbiddenError,
    InvalidValueError,
    NotFoundError,
    StepUpNeededError,
    WrongStateError,
)
from server.domain.ids import CaseId, FileId, MessageId, RecordId, RecordingId, StaffId
from server.domain.jurisdiction.texts import shown, text_version
from server.domain.session import MinutesAnswer, MinutesItem, MinutesMark, Recording
from server.domain.session_log import happened, verify
from server.ports.files import ShreddedError
from server.ports.notify import MessageKind, MessageState
from server.usecases import keep_files, retrieve_record, see_minutes, share_files
from server.usecases.log_tree import place, sign_checkpoint
from server.usecases.tell_sealed import NEWS
from tests.support import cases
from tests.support.signing import Sitting, agreement, stepped_up
from tests.support.world import COMMITTEE, OTHER_COMMITTEE, PACK, Stage, actor
from tests.usecases.agreement.kept_files import (
    DOCUMENT,
    PAPERS,
    TEN_YEARS,
    WHY,
    past,
    sealed_with_papers,
)


@pytest.fixture
async def made(office: Stage) -> Sitting:
    return await sealed_with_papers(office)


@pytest.fixture
def file(made: Sitting) -> CaseId:
    return made.case.id


async def record_of(made: Sitting) -> RecordId:
    seal = (await agreement(made.world, made.case.id)).seal
    assert seal is not None
    return seal.record_id


async def review(office: Stage) -> list[tuple[bool, int, bool]]:
    found = await keep_files.review(office.world, actor("officer"), 1)
    assert found.total == len(found.files)
    return [
        (one.due, len(one.custody.held), one.custody.proposal is not None) for one in found.files
    ]


async def kept(made: Sitting) -> list[FileId]:
    """Return every file that is left of the case: what was brought, and what sealing made."""
    async with made.world.store.read() as uow:
        files = await uow.files.of_case(made.case.id)
    assert {file.kind for file in files} > set(PAPERS)
    return [file.id for file in files if file.shredded_at is None]


async def test_a_file_shows_on_the_day_its_period_is_over(office: Stage, file: CaseId) -> None:
    assert file
    past(office, date(2035, 12, 31))
    assert await review(office) == []
    past(office, date(2036, 1, 1))
    assert await review(office) == [(True, 0, False)]


async def destroyed(office: Stage, file: CaseId) -> int:
    """Let one propose and another confirm, when the period is over."""
    past(office, date(2036, 1, 1))
    await keep_files.propose(office.world, actor("officer"), file, "保管期满")
    return await keep_files.confirm(office.world, stepped_up("he"), file)


async def test_it_takes_two_people_and_a_second_factor(
    office: Stage, made: Sitting, file: CaseId
) -> None:
    world, files = office.world, await kept(made)
    past(office, date(2036, 1, 1))
    with pytest.raises(WrongStateError):
        await keep_files.confirm(world, stepped_up("he"), file)
    await keep_files.propose(world, actor("officer"), file, "保管期满")
    assert await review(office) == [(True, 0, True)]
    with pytest.raises(WrongStateError):
        await keep_files.propose(world, actor("he"), file, "保管期满")
    with pytest.raises(SecondPersonError):
        await keep_files.confirm(world, stepped_up("officer"), file)
    with pytest.raises(StepUpNeededError):
        await keep_files.confirm(world, actor("he"), file)
    assert await keep_files.confirm(world, stepped_up("he"), file) == len(files)
    assert await review(office) == []
    with pytest.raises(WrongStateError):
        await keep_files.propose(world, actor("officer"), file, "再次")


async def test_the_course_of_the_record_names_who_held_proposed_and_destroyed_it(
    office: Stage, made: Sitting, file: CaseId
) -> None:
    world, officer = office.world, actor("officer")
    await keep_files.hold(world, officer, file, DOCUMENT, WHY)
    async with world.store.read() as uow:
        (held,) = (await uow.cases.get(file)).custody.held
    await keep_files.lift(world, officer, file, held.id)
    past(office, date(2036, 1, 1))
    await keep_files.propose(world, officer, file, "保管期满")
    await keep_files.decline(world, officer, file)
    await destroyed(office, file)
    opened = await retrieve_record.open_record(world, officer, await record_of(made), "查")
    course = [(one.kind, one.who) for one in record_view(opened).course]
    names = {login: opened.staff[actor(login).staff_id] for login in ("officer", "he")}
    assert [one for one in course if one[0].startswith(("keeping.", "destruction."))] == [
        ("keeping.held", names["officer"]),
        ("keeping.lifted", names["officer"]),
        ("destruction.proposed", names["officer"]),
        ("destruction.declined", names["officer"]),
        ("destruction.proposed", names["officer"]),
        ("destruction.confirmed", names["he"]),
    ]


async def test_the_course_of_the_record_says_what_was_consented_to(
    office: Stage, made: Sitting
) -> None:
    opened = await retrieve_record.open_record(
        office.world, actor("officer"), await record_of(made), "查"
    )
    course = record_view(opened).course
    given = {one.scope for one in course if one.kind == "consent.given" and one.who == "陈水根"}
    assert given >= {"online_mediation", "e_signature"}
    assert {one.scope for one in course if not one.kind.startswith("consent.")} == {None}


async def test_the_course_of_the_record_says_which_notices_were_read_in_which_words(
    office: Stage, made: Sitting
) -> None:
    world, warning = office.world, PACK.notices.sham_mediation
    what = happened("rights.read", actor("su").staff_id, block=6, **shown(warning))
    async with world.store.write() as uow:
        await uow.log.append(made.case.id, (what,), world.clock.now())
    opened = await retrieve_record.open_record(world, actor("officer"), await record_of(made), "查")
    said = {(one.kind, one.notice, one.version) for one in record_view(opened).course}
    assert ("rights.read", "sham_mediation", text_version(warning)) in said
    assert {one[1:] for one in said if one[0] == "consent.given"} == {(None, None)}


async def test_the_agreement_and_the_log_stay_and_verify(
    office: Stage, made: Sitting, file: CaseId
) -> None:
    world = office.world
    before, files = await cases.logged(world, made.case.id), await kept(made)
    await destroyed(office, file)
    for one in files:
        with pytest.raises(ShreddedError):
            await share_files.open_file(world, actor("officer"), made.case.id, one)
    issuer = await world.signer.issuer(COMMITTEE, office.clock.now())
    assert (await world.archive.verify(await record_of(made), (issuer,))).verified
    async with world.store.read() as uow:
        verify(await uow.log.of_case(made.case.id))
    after = await cases.logged(world, made.case.id)
    assert after[: len(before)] == before
    assert [entry["kind"] for entry in after[len(before) :]] == [
        "destruction.proposed",
        "destruction.confirmed",
        "particulars.erased",
        *["file.shredded"] * len(files),
    ]
    assert {entry["facts"]["file"] for entry in after[-len(files) :]} == set(files)
    await place(world)
    await sign_checkpoint(world)


async def test_nothing_of_what_was_shredded_is_left_in_the_database(
    office: Stage, made: Sitting, file: CaseId, tmp_path: Path
) -> None:
    files = await kept(made)
    with closing(sqlite3.connect(tmp_path / "heyi.db")) as database:
        wrapped, hidden = _stored(database, files)
    assert len(wrapped) == len(files)
    await destroyed(office, file)
    left = b"".join(path.read_bytes() for path in tmp_path.glob("heyi.db*"))
    with closing(sqlite3.connect(tmp_path / "heyi.db")) as database:
        assert _stored(database, files) == ([], [])
    assert not [one for one in (*wrapped, *hidden) if one[:64] in left]
    async with office.world.store.read() as uow:
        for one in files:
            gone = await uow.files.get(one)
            assert (gone.name, gone.sha256, gone.salt) == ("", "", "")


def _stored(database: sqlite3.Connection, ids: list[FileId]) -> tuple[list[bytes], list[bytes]]:
    marks = ", ".join("?" * len(ids))
    keys = f"SELECT wrapped FROM keys WHERE owner IN ({marks})"
    contents = f"SELECT content FROM file_contents WHERE file_id IN ({marks})"
    return (
        [row[0] for row in database.execute(keys, [f"file:{one}" for one in ids])],
        [row[0] for row in database.execute(contents, ids)],
    )


async def test_recordings_lose_their_key(office: Stage, made: Sitting, file: CaseId) -> None:
    world, began = office.world, office.clock.now()
    recording = Recording(
        id=RecordingId("recording-1"), started_at=began, by=StaffId("staff-su"), key="a2V5"
    )
    async with world.store.write() as uow:
        [session] = await uow.sessions.of_case(made.case.id)
        await uow.sessions.save(replace(session, recordings=(recording,)))
    files = await kept(made)
    assert await destroyed(office, file) == len(files) + 1
    async with world.store.read() as uow:
        [session] = await uow.sessions.of_case(made.case.id)
    assert session.recordings == (replace(recording, key=""),)
    last = (await cases.logged(world, made.case.id))[-1]
    assert (last["kind"], last["facts"]) == ("recording.shredded", {"recording": "recording-1"})


async def test_minutes_lose_their_words(office: Stage, made: Sitting, file: CaseId) -> None:
    world, said = office.world, "甲方让到十一万元"
    item = MinutesItem(
        id="m1", at=office.clock.now(), speaker="", text=said, mark=MinutesMark.CONCESSION
    )
    reply = MinutesAnswer(
        person_id=made.case.people[0].id, version=1, agreed=False, remark=said, at=item.at
    )
    async with world.store.write() as uow:
        [session] = await uow.sessions.of_case(file)
        await uow.sessions.save(replace(session, minutes=(item,), minutes_answers=(reply,)))
    await destroyed(office, file)
    async with world.store.read() as uow:
        [session] = await uow.sessions.of_case(file)
    assert (session.minutes, session.minutes_answers) == ((), ())
    last = (await cases.logged(world, file))[-1]
    assert (last["kind"], last["facts"]) == ("minutes.erased", {"session": session.id})
    with pytest.raises(ShreddedError):
        await see_minutes.see(world, actor("su"), file)


async def test_messages_lose_their_words_and_links(
    office: Stage, made: Sitting, file: CaseId
) -> None:
    world = office.world
    past(office, date(2036, 1, 1))
    just, since = office.clock.now() - NEWS + timedelta(seconds=1), office.clock.now() - NEWS
    async with world.store.write() as uow:
        [first, *_] = await uow.outbox.of_case(file)
        reminder = replace(first, kind=MessageKind.REMINDER, state=MessageState.WAITING)
        on_its_way = replace(reminder, id=MessageId("last"), at=just)
        for one in (on_its_way, replace(reminder, id=MessageId("late"), at=since)):
            await uow.outbox.add(one)
        before = await uow.outbox.of_case(file)
    assert any(one.link for one in before)
    await destroyed(office, file)
    async with world.store.read() as uow:
        after = {one.id: one for one in await uow.outbox.of_case(file)}
    gone = {one.id: replace(one, mobile="", text="", link="") for one in before}
    assert after == {**gone, on_its_way.id: on_its_way}


class _Stuck:
    """Where the folder of the first recording cannot be removed; keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    async def cancel(self, recording: RecordingId) -> bool:
        self.told.append(("cancel", recording))
        return False

    async def remove(self, recording: RecordingId) -> None:
        self.told.append(("remove", recording))
        if recording == "recording-1":
            raise OSError(errno.ENOTEMPTY, "not empty")


async def test_a_folder_that_cannot_be_removed_stops_no_other(
    office: Stage, made: Sitting, file: CaseId
) -> None:
    names = [RecordingId(f"recording-{n}") for n in (1, 2)]
    began, by = office.clock.now(), StaffId("staff-su")
    async with office.world.store.write() as uow:
        [session] = await uow.sessions.of_case(made.case.id)
        kept = tuple(Recording(id=one, started_at=began, by=by, key="a2V5") for one in names)
        await uow.sessions.save(replace(session, recordings=kept))
    stuck = _Stuck()
    world = replace(office.world, grids=stuck, recordings=stuck)  # type: ignore[arg-type]  # no more is asked
    await destroyed(replace(office, world=world), file)
    assert stuck.told == [(act, one) for one in names for act in ("cancel", "remove")]


async def test_a_hold_stops_everything_until_it_is_lifted(
    office: Stage, made: Sitting, file: CaseId
) -> None:
    world = office.world
    past(office, date(2036, 1, 1))
    await keep_files.propose(world, actor("officer"), file, "保管期满")
    await keep_files.hold(world, actor("he"), file, DOCUMENT, WHY)
    assert await review(office) == [(True, 1, False)]
    with pytest.raises(HeldError):
        await keep_files.propose(world, actor("officer"), file, "保管期满")
    with pytest.raises(HeldError):
        await keep_files.confirm(world, stepped_up("he"), file)
    [held] = (await cases.stored(world, made.case.id)).custody.held
    assert (held.document, held.reason) == (DOCUMENT, WHY)
    with pytest.raises(WrongStateError):
        await keep_files.lift(world, actor("officer"), file, "another")
    await keep_files.lift(world, actor("officer"), file, held.id)
    await keep_files.propose(world, actor("officer"), file, "保管期满")
    logged = await cases.logged(world, made.case.id)
    assert [entry["kind"] for entry in logged[-3:]] == [
        "keeping.held",
        "keeping.lifted",
        "destruction.proposed",
    ]
    assert DOCUMENT not in str(logged)
    assert WHY not in str(logged)


async def test_a_held_file_shows_before_its_time(office: Stage, file: CaseId) -> None:
    await keep_files.hold(office.world, actor("officer"), file, DOCUMENT, WHY)
    assert await review(office) == [(False, 1, False)]
    for document, reason in ((" ", WHY), (DOCUMENT, " ")):
        with pytest.raises(InvalidValueError):
            await keep_files.hold(office.world, actor("officer"), file, document, reason)


async def test_a_proposal_can_be_turned_down(office: Stage, file: CaseId) -> None:
    past(office, date(2036, 1, 1))
    with pytest.raises(WrongStateError):
        await keep_files.decline(office.world, actor("he"), file)
    await keep_files.propose(office.world, actor("officer"), file, "保管期满")
    await keep_files.decline(office.world, actor("he"), file)
    assert await review(office) == [(True, 0, False)]


async def test_before_its_time_nothing_is_destroyed(office: Stage, file: CaseId) -> None:
    past(office, date(2035, 12, 31))
    with pytest.raises(NotDueError):
        await keep_files.propose(office.world, actor("officer"), file, "保管期满")
    past(office, date(2036, 1, 1))
    await keep_files.propose(office.world, actor("officer"), file, "保管期满")
    async with office.world.store.write() as uow:
        committee = await uow.committees.get(COMMITTEE)
        for_good = (replace(TEN_YEARS, years=None),)
        await uow.committees.save(replace(committee, keeping=for_good))
    with pytest.raises(NotDueError):
        await keep_files.confirm(office.world, stepped_up("he"), file)


async def test_only_head_and_officer_of_the_committee(office: Stage, file: CaseId) -> None:
    for login in ("su", "jiang", "admin", "auditor"):
        with pytest.raises(ForbiddenError):
            await keep_files.review(office.world, actor(login), 1)
        with pytest.raises(ForbiddenError):
            await keep_files.hold(office.world, actor(login), file, DOCUMENT, WHY)
    with pytest.raises(NotFoundError):
        await keep_files.hold(office.world, actor("officer", OTHER_COMMITTEE), file, DOCUMENT, WHY)


async def test_the_head_enters_what_the_committee_decided(office: Stage, file: CaseId) -> None:
    rule = replace(TEN_YEARS, years=3)
    await keep_files.set_rules(office.world, actor("he"), (rule,))
    past(office, date(2029, 1, 1))
    [found] = (await keep_files.review(office.world, actor("officer"), 1)).files
    assert (found.case.id, found.keeping.decided_by) == (file, "staff-he")
    for login in ("officer", "admin", "su"):
        with pytest.raises(ForbiddenError):
            await keep_files.set_rules(office.world, actor(login), ())
    with pytest.raises(InvalidValueError):
        await keep_files.set_rules(office.world, actor("he"), (rule, rule))
