"""What staff are shown as: by the case and their office, whoever is in the chair."""

from dataclasses import replace

import pytest

from server.domain.conduct import Facts, expect_staff, take_over
from server.domain.ids import SeatId, StaffId
from server.rooms.view import RoomView, StaffName
from server.signalling.snapshots import snapshot
from tests.rooms.stage import Stage
from tests.support.builders import HEAD, MEDIATOR, NOW, PACK, RECORDER, WORKER

DEPUTY, OTHER = StaffId("deputy"), StaffId("other")
OFFICES = {HEAD: "head", DEPUTY: "recorder", OTHER: "mediator"}
CASES = {MEDIATOR: "mediator", RECORDER: "recorder"}


def _with(view: RoomView, *staff: StaffId) -> RoomView:
    """Return the view with more members of the committee in the room."""
    session = view.session
    for one in staff:
        session = expect_staff(session, one)
    names = {one: StaffName(name=str(one), role=OFFICES[one]) for one in staff}
    return replace(
        view, scene=replace(view.scene, session=session, staff={**view.scene.staff, **names})
    )


def _taken_over(view: RoomView, by: StaffId) -> RoomView:
    facts = Facts(now=NOW, actor=str(by), case=view.scene.case, pack=PACK)
    taken = take_over(view.session, facts).session
    # The chair goes back to the joint session, where the party sees everybody.
    session = replace(taken, space=view.session.space)
    return replace(view, scene=replace(view.scene, session=session))


def _shown(view: RoomView) -> dict[str, tuple[str | None, bool]]:
    seats = snapshot(view, SeatId(WORKER)).seats
    return {one.seat: (one.staff_role, one.chair) for one in seats if one.side is None}


@pytest.mark.parametrize("chair", [HEAD, DEPUTY, OTHER])
async def test_who_takes_the_chair_makes_nobody_something_else(
    joint: Stage, chair: StaffId
) -> None:
    view = _with(joint.teller.views[-1], *OFFICES)
    roles = CASES | OFFICES
    before, after = _shown(view), _shown(_taken_over(view, chair))
    assert before == {one: (role, one == MEDIATOR) for one, role in roles.items() if one in before}
    assert after == {one: (role, one == chair) for one, role in roles.items() if one in after}
    assert {MEDIATOR, chair} <= set(after)


async def test_a_party_is_no_staff_and_never_in_the_chair(joint: Stage) -> None:
    seats = snapshot(joint.teller.views[-1], SeatId(WORKER)).seats
    assert {(one.staff_role, one.chair) for one in seats if one.side is not None} == {(None, False)}
