"""A proposal to destroy a file ends with its time and with whoever made it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from server.domain.custody import PROPOSED_FOR, ProposalLapsedError
from server.domain.errors import WrongStateError
from server.domain.ids import CaseId
from server.domain.staff import Membership, Role
from server.usecases import keep_files
from server.usecases.world import World
from tests.support import cases
from tests.support.signing import stepped_up
from tests.support.world import Stage, actor
from tests.usecases.agreement.kept_files import past, sealed_with_papers

OFFICER = actor("officer")
DUE = date(2036, 1, 1)


@pytest.fixture
async def file(office: Stage) -> CaseId:
    """Return a sealed case whose period is over and whose destruction the officer proposed."""
    case = (await sealed_with_papers(office)).case.id
    past(office, DUE)
    await keep_files.propose(office.world, OFFICER, case, "保管期满")
    return case


async def change_officer(world: World, **changes: object) -> None:
    async with world.store.write() as uow:
        officer = await uow.staff.get(OFFICER.staff_id)
        await uow.staff.save(replace(officer, **changes))  # type: ignore[arg-type]  # a test names real fields


async def listed(world: World) -> tuple[str, bool]:
    """Return who proposed, as the list tells it, and whether that has lapsed."""
    [found] = (await keep_files.review(world, actor("he"), 1)).files
    assert found.custody.proposal is not None
    return found.custody.proposal.by, found.lapsed


async def expect_lapsed(world: World, file: CaseId) -> None:
    assert await listed(world) == (OFFICER.staff_id, True)
    before = await cases.logged(world, file)
    with pytest.raises(ProposalLapsedError):
        await keep_files.confirm(world, stepped_up("he"), file)
    assert await cases.logged(world, file) == before
    async with world.store.read() as uow:
        assert [one for one in await uow.files.of_case(file) if one.shredded_at is None]


async def expect_destroyed(world: World, file: CaseId) -> None:
    assert await keep_files.confirm(world, stepped_up("he"), file)
    custody = (await cases.stored(world, file)).custody
    assert custody.destroyed_by == (OFFICER.staff_id, actor("he").staff_id)


async def test_it_can_be_confirmed_until_its_last_second(office: Stage, file: CaseId) -> None:
    office.clock.jump((PROPOSED_FOR - timedelta(seconds=1)).total_seconds())
    assert await listed(office.world) == (OFFICER.staff_id, False)
    await expect_destroyed(office.world, file)


async def test_it_lapses_and_can_be_made_anew(office: Stage, file: CaseId) -> None:
    world = office.world
    with pytest.raises(WrongStateError):
        await keep_files.propose(world, actor("he"), file, "再议")
    office.clock.jump(PROPOSED_FOR.total_seconds())
    await expect_lapsed(world, file)
    await keep_files.propose(world, OFFICER, file, "再议")
    assert await listed(world) == (OFFICER.staff_id, False)
    await expect_destroyed(world, file)


@pytest.mark.parametrize(
    "changes",
    [
        {"membership": Membership.SUSPENDED},
        {"membership": Membership.LEFT},
        {"roles": frozenset({Role.MEDIATOR})},
    ],
)
async def test_it_ends_with_whoever_made_it(
    office: Stage, file: CaseId, changes: dict[str, object]
) -> None:
    world = office.world
    await change_officer(world, **changes)
    await expect_lapsed(world, file)
    await keep_files.propose(world, actor("he"), file, "再议")
    assert await listed(world) == (actor("he").staff_id, False)


async def test_what_has_lapsed_can_still_be_taken_down(office: Stage, file: CaseId) -> None:
    office.clock.jump(PROPOSED_FOR.total_seconds())
    await keep_files.decline(office.world, actor("he"), file)
    assert (await cases.stored(office.world, file)).custody.proposal is None
