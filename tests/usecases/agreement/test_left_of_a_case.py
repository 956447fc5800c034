"""Of a case whose file was destroyed its row tells what a list of such files does, and no more."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from server.api.views.case import case_view
from server.domain.destroyed import listed
from server.domain.ids import CaseId
from server.domain.session_log import happened, verify
from server.ports.files import ShreddedError
from server.ports.store import CaseQuery
from server.usecases import (
    erase_words,
    forget_erased,
    invite_people,
    keep_files,
    remind_payments,
    renew_records,
    reveal_field,
    share_files,
)
from server.usecases.log_tree import place, sign_checkpoint
from server.usecases.read_case import see_case
from server.usecases.renew_records import Result
from server.usecases.share_files import Upload
from server.usecases.world import World
from tests.support import cases
from tests.support.signing import Sitting, stepped_up
from tests.support.world import COMMITTEE, Stage, actor
from tests.usecases.agreement.kept_files import past, sealed_with_papers
from tests.usecases.agreement.spoilt import spoil
from tests.usecases.agreement.test_keep_ended import given_up

HE, SU = actor("he"), actor("su")
NUMBER, NAME = "512099197904123018", "陈水根"
PRIVATE = (
    NUMBER,
    "512099********3018",
    "19900000001",
    "19900000003",
    "水口村",
    "湖滨区",
    "91350299MA0DEMX13U",
    "踩空坠落",
    "18 万元",
    "人事经理",
    "bedridden",
    "等我出院",
    "6200000000000001230",
)
"""What the example's case says of its people and of what happened, in its rows."""
DUE = date(2036, 1, 1)
KINDS: dict[str, Callable[[Stage], Awaitable[Sitting]]] = {
    "sealed": sealed_with_papers,
    "ended": given_up,
}


@pytest.fixture(params=KINDS)
async def made(request: pytest.FixtureRequest, office: Stage) -> Sitting:
    """Return a closed case in which somebody had answered in his own words to his link."""
    made = await KINDS[request.param](office)
    async with office.world.store.write() as uow:
        [link, *_] = await uow.invitations.of_case(made.case.id)
        await uow.invitations.save(replace(link, answer_text="等我出院"))
    past(office, DUE)
    return made


async def destroy(world: World, case: CaseId) -> None:
    await keep_files.propose(world, actor("officer"), case, "保管期满")
    await keep_files.confirm(world, stepped_up("he"), case)


async def rows(world: World, case: CaseId) -> str:
    """Return everything the database says of a case, its agreement's own words and keys aside."""
    async with world.store.read() as uow:
        found = await uow.cases.get(case)
        text = await uow.agreements.of_case(case)
        assert text is not None
        others = [
            await uow.sessions.of_case(case),
            await uow.invitations.of_case(case),
            await uow.outbox.of_case(case),
            await uow.register.of_case(case),
        ]
    return f"{found} {text.payments} {others}"


async def found(world: World, text: str) -> list[CaseId]:
    async with world.store.read() as uow:
        query = CaseQuery(committee_id=COMMITTEE, text=text)
        return [case.id for case in (await uow.cases.search(query))[0]]


async def test_numbers_addresses_and_what_happened_go(made: Sitting) -> None:
    world, case_id = made.world, made.case.id
    before = await cases.stored(world, case_id)
    told = await rows(world, case_id)
    assert [one for one in PRIVATE if one not in told] == []
    await destroy(world, case_id)
    told = await rows(world, case_id)
    assert [one for one in PRIVATE if one in told] == []
    after = await cases.stored(world, case_id)
    assert after == replace(listed(before), version=after.version, custody=after.custody)
    assert after.custody.destroyed_by == ("staff-officer", "staff-he")


async def test_it_is_found_by_name_and_case_number_and_not_by_an_identity(made: Sitting) -> None:
    world, case = made.world, made.case
    for text in (NAME, case.case_no, NUMBER, "91350299MA0DEMX13U"):
        assert await found(world, text) == [case.id]
    await destroy(world, case.id)
    for text in (NAME, case.case_no, "恒筑"):
        assert await found(world, text) == [case.id]
    for text in (NUMBER, "91350299MA0DEMX13U"):
        assert await found(world, text) == []


async def test_nothing_of_it_is_left_in_the_database(made: Sitting, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "heyi.db")) as database:
        before = _bodies(database, made.case.id)
    await destroy(made.world, made.case.id)
    left = b"".join(path.read_bytes() for path in tmp_path.glob("heyi.db*"))
    assert len(before) == 3
    assert not [one for one in before if one[:64] in left]


def _bodies(database: sqlite3.Connection, case: CaseId) -> list[bytes]:
    of = {"cases": "id", "sessions": "case_id", "agreements": "case_id"}
    ask = [f"SELECT body FROM {table} WHERE {key} = ?" for table, key in of.items()]
    return [row[0] for one in ask for row in database.execute(one, (case,))]


async def test_the_case_page_says_when_it_was_destroyed(made: Sitting) -> None:
    world, case_id = made.world, made.case.id
    view = case_view(world, await see_case(world, HE, case_id))
    assert (view.destroyed_on, view.summary != "") == (None, True)
    await destroy(world, case_id)
    view = case_view(world, await see_case(world, HE, case_id))
    assert (view.destroyed_on, view.summary, view.claims) == (DUE, "", [])
    assert [party.name for party in view.parties] == [one.name for one in made.case.parties]
    shown = [(one.id_no_masked, one.mobile_masked) for one in view.parties[0].people]
    assert shown == [("", "")] * len(shown)


async def test_nothing_is_revealed_brought_or_sent_any_more(made: Sitting) -> None:
    world, case_id = made.world, made.case.id
    who = made.case.people[0].id
    await destroy(world, case_id)
    before = await cases.logged(world, case_id)
    for field in ("id_no", "mobile", "address"):
        with pytest.raises(ShreddedError):
            await reveal_field.reveal(world, HE, case_id, who, field, "核对身份")
    given = Upload(name="身份证.pdf", content=b"%PDF-1.7")
    with pytest.raises(ShreddedError):
        await share_files.upload(world, SU, case_id, "identity", given)
    with pytest.raises(ShreddedError):
        await invite_people.invite(world, SU, case_id, who, "qr")
    assert await cases.logged(world, case_id) == before


async def test_the_log_says_so_and_verifies_and_what_comes_later_goes_on(made: Sitting) -> None:
    world, case_id = made.world, made.case.id
    await destroy(world, case_id)
    logged = await cases.logged(world, case_id)
    at = [one["kind"] for one in logged].index("particulars.erased")
    assert logged[at - 1]["kind"] == "destruction.confirmed"
    assert (logged[at]["actor"], logged[at]["facts"]) == ("system", {})
    await place(world)
    await sign_checkpoint(world)
    await remind_payments.remind(world)
    renewed = [one.result async for one in renew_records.renew_records(world)]
    assert renewed == [Result.RENEWED] * len(renewed)
    async with world.store.read() as uow:
        verify(await uow.log.of_case(case_id))


async def destroyed_before(world: World, case: CaseId) -> None:
    """Leave a case as an earlier release destroyed it: without files, with its particulars."""
    async with world.store.write() as uow:
        stored = await uow.cases.get(case)
        gone = replace(stored.custody, destroyed_at=world.clock.now())
        await uow.cases.save(replace(stored, custody=gone))
        what = happened("destruction.confirmed", HE.staff_id)
        await uow.log.append(case, (what,), world.clock.now())


async def test_what_an_earlier_release_left_goes_at_the_next_start(
    made: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, case_id = made.world, made.case.id
    await destroyed_before(world, case_id)

    async def stops(_: float) -> None:
        raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(world.clock, "sleep", stops)
        with pytest.raises(TimeoutError):
            await forget_erased.keep_sweeping(world)
    told = await rows(world, case_id)
    assert [one for one in PRIVATE if one in told] == []
    assert (await cases.logged(world, case_id))[-1]["kind"] == "particulars.erased"
    assert await erase_words.erase_left(world) == 0


async def test_a_kept_case_keeps_its_particulars(made: Sitting) -> None:
    before = await cases.stored(made.world, made.case.id)
    assert await erase_words.erase_left(made.world) == 0
    assert await cases.stored(made.world, made.case.id) == before


async def test_one_that_cannot_be_read_stops_no_other(
    made: Sitting, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = made.world
    broken = await cases.registered(world, planned_at=None)
    for case in (broken.id, made.case.id):
        await destroyed_before(world, case)
    spoil(tmp_path, "UPDATE cases SET body = x'00' WHERE id = ?", broken.id)
    assert await erase_words.erase_left(world) == 1
    assert f"destroyed case {broken.id}" in caplog.text
