"""Files of a case that ended without an agreement: kept, held back and destroyed like any other."""

from dataclasses import replace
from datetime import date

import pytest

from server.domain import conduct
from server.domain.agreement import AgreementState
from server.domain.case import CaseState
from server.domain.custody import HeldError, NotDueError, SecondPersonError
from server.domain.errors import WrongStateError
from server.domain.ids import FileId
from server.domain.session_log import verify
from server.ports.files import ShreddedError
from server.usecases import conduct_session, end_case, keep_files, unlock_agreement
from server.usecases.log_tree import place, sign_checkpoint
from tests.support import cases, signing
from tests.support.beginnings import begun
from tests.support.signing import Sitting, stepped_up
from tests.support.world import Stage, actor
from tests.usecases.agreement.kept_files import (
    DOCUMENT,
    PAPERS,
    TEN_YEARS,
    WHY,
    bring_papers,
    keep_ten_years,
    past,
)
from tests.usecases.agreement.test_keep_files import review

MADE = {"locked_pdf", "agreement_json", "locked_blanks", "handwriting", "strokes", "added_bytes"}
"""What locking and one signature leave behind."""


@begun
async def given_up(office: Stage) -> Sitting:
    """Return a case whose text was locked, signed by one, opened again and given up."""
    await keep_ten_years(office)
    made = await signing.locked(office)
    await bring_papers(made)
    await made.worker.sign()
    await unlock_agreement.unlock(office.world, actor("su"), made.case.id, "谈不拢")
    await _close(made)
    return made


@pytest.fixture
async def made(office: Stage) -> Sitting:
    return await given_up(office)


async def _close(made: Sitting) -> None:
    close = conduct.close("not_agreed", "too_far_apart", "")
    await conduct_session.by_staff(made.world, actor("su"), made.session.id, close)
    assert (await cases.stored(made.world, made.case.id)).state is CaseState.ENDED


async def files_of(made: Sitting) -> dict[FileId, str]:
    async with made.world.store.read() as uow:
        found = await uow.files.of_case(made.case.id)
    return {file.id: file.kind for file in found if file.shredded_at is None}


async def test_it_shows_on_the_day_its_period_is_over(office: Stage, made: Sitting) -> None:
    past(office, date(2035, 12, 31))
    assert await review(office) == []
    with pytest.raises(NotDueError):
        await keep_files.propose(office.world, actor("officer"), made.case.id, "保管期满")
    past(office, date(2036, 1, 1))
    assert await review(office) == [(True, 0, False)]
    [found] = (await keep_files.review(office.world, actor("officer"), 1)).files
    assert (found.case.id, found.entry, found.keeping) == (made.case.id, None, TEN_YEARS)


async def test_two_people_destroy_all_its_files_and_the_log_verifies(
    office: Stage, made: Sitting
) -> None:
    world, case_id = office.world, made.case.id
    before = await files_of(made)
    assert set(before.values()) >= MADE | set(PAPERS)
    past(office, date(2036, 1, 1))
    await keep_files.propose(world, actor("officer"), case_id, "保管期满")
    with pytest.raises(SecondPersonError):
        await keep_files.confirm(world, stepped_up("officer"), case_id)
    assert await keep_files.confirm(world, stepped_up("he"), case_id) == len(before)
    assert await files_of(made) == {}
    async with world.store.read() as uow:
        for file in before:
            with pytest.raises(ShreddedError):
                await uow.files.content(file)
        verify(await uow.log.of_case(case_id))
    logged = await cases.logged(world, case_id)
    assert [one["kind"] for one in logged].count("file.shredded") == len(before)
    assert logged[-1 - len(before)]["facts"] == {}
    await place(world)
    await sign_checkpoint(world)
    assert await review(office) == []


async def test_a_hold_stops_it_and_shows_before_its_time(office: Stage, made: Sitting) -> None:
    await keep_files.hold(office.world, actor("he"), made.case.id, DOCUMENT, WHY)
    assert await review(office) == [(False, 1, False)]
    past(office, date(2036, 1, 1))
    with pytest.raises(HeldError):
        await keep_files.propose(office.world, actor("officer"), made.case.id, "保管期满")


async def test_a_case_that_goes_on_is_not_in_keeping(office: Stage) -> None:
    made = await signing.locked(office)
    with pytest.raises(WrongStateError):
        await keep_files.hold(office.world, actor("he"), made.case.id, DOCUMENT, WHY)
    text = await signing.agreement(office.world, made.case.id)
    assert text.state is AgreementState.LOCKED


async def test_a_case_ended_outside_a_sitting_is_kept_too(office: Stage) -> None:
    case = await cases.registered(office.world)
    why = "too_far_apart"
    await end_case.end(office.world, actor("su"), case.id, why, "")
    stored = await cases.stored(office.world, case.id)
    assert stored.closed_at == office.clock.now()
    past(office, date(2056, 1, 1))
    assert await review(office) == [(True, 0, False)]


async def test_what_an_earlier_release_ended_is_dated_by_its_log(
    office: Stage, made: Sitting
) -> None:
    async with office.world.store.write() as uow:
        case = await uow.cases.get(made.case.id)
        closed_at = case.closed_at
        await uow.cases.save(replace(case, closed_at=None))
    past(office, date(2036, 1, 1))
    [found] = (await keep_files.review(office.world, actor("officer"), 1)).files
    assert closed_at is not None
    assert abs((found.closed_at - closed_at).total_seconds()) < 1
    await keep_files.propose(office.world, actor("officer"), made.case.id, "保管期满")
    assert (await cases.stored(office.world, made.case.id)).closed_at == found.closed_at
