"""The lists of the desk: search within the own reach, the day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from server.api.views.case import case_view
from server.domain.case import CaseState
from server.domain.errors import ForbiddenError
from server.domain.ids import CaseId, SeatId
from server.domain.invitation import Answer
from server.domain.jurisdiction.texts import text_version
from server.domain.owed import ONLINE
from server.rooms import attendance
from server.usecases import (
    answer_link,
    end_case,
    find_cases,
    give_consent,
    read_case,
    see_logs,
    see_today,
    take_seat,
)
from server.usecases.take_seat import DeviceCheck
from server.usecases.world import World
from tests.support import cases
from tests.support.world import OTHER_COMMITTEE, Stage, actor

EVERY_LOG = see_logs.LogQuery(number="", first=None, last=None, page=1)
TODAY = datetime(2025, 3, 10, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["陈水根", "恒筑", "512099197904123018", "禾溪调受〔2025〕001号"])
async def test_a_case_is_found_by_name_number_and_identity(world: World, text: str) -> None:
    case = await cases.registered(world)
    found = await find_cases.search(world, actor("jiang"), text, None, 1)
    assert [line.case.id for line in found.lines] == [case.id]
    assert (found.total, found.lines[0].mediator) == (1, "苏慧珍")


async def test_a_mediator_finds_his_own_cases_and_a_head_all_of_the_committee(
    world: World,
) -> None:
    await cases.registered(world)
    for login, count in (("su", 1), ("lin", 0), ("he", 1), ("officer", 1)):
        assert (await find_cases.search(world, actor(login), "", None, 1)).total == count
    stranger = actor("he", OTHER_COMMITTEE)
    assert (await find_cases.search(world, stranger, "陈水根", None, 1)).total == 0
    with pytest.raises(ForbiddenError):
        await find_cases.search(world, actor("admin"), "", None, 1)


async def test_who_records_a_case_finds_what_he_may_open(world: World) -> None:
    lin = actor("lin")
    case = await cases.registered(world, recorder_id=lin.staff_id)
    await read_case.see_case(world, lin, case.id)
    assert (await find_cases.search(world, lin, "陈水根", None, 1)).total == 1
    assert (await see_logs.find(world, lin, EVERY_LOG)).total == 1
    duties = (await see_today.see_today(world, lin)).duties
    assert {duty.case.id for duty in duties} == {case.id}


async def test_cases_are_filtered_by_state(world: World) -> None:
    await cases.registered(world)
    for state, count in ((CaseState.ACCEPTED, 1), (CaseState.SEALED, 0)):
        assert (await find_cases.search(world, actor("he"), "", state, 1)).total == count


async def test_the_day_says_who_is_here_and_what_is_owed(scene: Stage) -> None:
    world = scene.world
    case = await cases.registered(world, planned_at=TODAY)
    opened = await cases.opened(world, case, "陈水根")
    await answer_link.answer(world, opened.invitation, Answer.ACCEPTED, "")
    weak = DeviceCheck(camera="ok", microphone="ok", network="fair", websocket=True)
    await take_seat.check_device(world, opened.invitation, weak)
    (sitting,) = (await see_today.see_today(world, actor("su"))).sittings
    arrivals = {one.person.name: one for one in sitting.arrivals}
    assert arrivals["陈水根"].answer is Answer.ACCEPTED
    assert arrivals["陈水根"].device == "yellow"
    assert not arrivals["陈水根"].here
    assert sitting.missing == ("consents", "not_invited")
    assert [name for name, one in arrivals.items() if one.invited] == ["陈水根"]
    seat = SeatId(opened.invitation.person_id)
    await world.rooms.within(
        sitting.session.id, lambda room: attendance.enter(room, seat, "socket")
    )
    (sitting,) = (await see_today.see_today(world, actor("su"))).sittings
    assert [one.person.name for one in sitting.arrivals if one.here] == ["陈水根"]


async def test_who_refuses_video_is_named_and_not_counted_as_still_coming(world: World) -> None:
    case = await cases.registered(world, planned_at=TODAY)
    opened = await cases.opened(world, case, "陈水根")
    await answer_link.answer(world, opened.invitation, Answer.ACCEPTED, "")
    version = text_version(world.pack.consent(ONLINE))
    for agreed, owed in ((False, "refuses_online:陈水根"), (True, "consents")):
        await give_consent.consent(world, opened.invitation, ONLINE, version, agreed=agreed)
        (sitting,) = (await see_today.see_today(world, actor("su"))).sittings
        refusing = [one.person.name for one in sitting.arrivals if one.refuses_online]
        assert refusing == ([] if agreed else ["陈水根"])
        assert sitting.missing == (owed, "not_invited")
        shown = case_view(world, await read_case.see_case(world, actor("su"), case.id))
        people = {one.name: one.refuses_online for party in shown.parties for one in party.people}
        assert people["陈水根"] is not agreed
        assert not people["林启航"]


async def test_a_companion_at_anothers_phone_is_owed_no_invitation(world: World) -> None:
    case = await cases.registered(world, planned_at=TODAY)
    for name in ("陈水根", "林启航"):
        await cases.opened(world, case, name)
    (sitting,) = (await see_today.see_today(world, actor("su"))).sittings
    assert {one.person.name for one in sitting.arrivals if not one.invited} == {"刘春梅"}
    assert sitting.missing == ("no_answer",)


async def test_later_sittings_stand_apart_from_todays(world: World) -> None:
    await cases.registered(world, planned_at=TODAY)
    later = await cases.registered(world, planned_at=TODAY + timedelta(days=3))
    day = await see_today.see_today(world, actor("su"))
    assert len(day.sittings) == 1
    assert [line.case.id for line in day.later] == [later.id]
    assert (await see_today.see_today(world, actor("lin"))).sittings == ()


async def test_the_day_ends_at_midnight_where_the_committee_sits(world: World) -> None:
    before = datetime(2025, 3, 10, 15, 59, tzinfo=UTC)
    await cases.registered(world, planned_at=before)
    await cases.registered(world, planned_at=before + timedelta(minutes=1))
    day = await see_today.see_today(world, actor("su"))
    assert [one.session.planned_at for one in day.sittings] == [before]
    assert day.today == date(2025, 3, 10)


async def test_dated_duties_come_nearest_first(world: World) -> None:
    await cases.registered(world)
    duties = (await see_today.see_today(world, actor("su"))).duties
    assert [(duty.code, duty.on) for duty in duties] == [
        ("recognition_employer", date(2025, 2, 17)),
        ("labour_arbitration_open", date(2025, 3, 24)),
        ("mediation", date(2025, 4, 9)),
        ("recognition_worker", date(2026, 1, 19)),
        ("labour_arbitration", date(2026, 3, 9)),
    ]


async def test_what_is_due_first_is_shown_however_old_the_case(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [date(2025, 3, day) for day in (1, 9, 9)]
    first, *_ = [await cases.registered(world, labour=None, accepted_on=day) for day in days]

    async def shown(most: int) -> tuple[list[CaseId], int]:
        monkeypatch.setattr(see_today, "MOST_CASES", most)
        day = await see_today.see_today(world, actor("su"))
        return [duty.case.id for duty in day.duties], day.more_duties

    assert await shown(1) == ([first.id], 2)
    assert await shown(2) == ([first.id, await _second(world)], 1)
    assert (await shown(3))[1] == 0


async def _second(world: World) -> CaseId:
    found = await find_cases.search(world, actor("su"), "禾溪调受〔2025〕002号", None, 1)
    return found.lines[0].case.id


async def test_more_duties_than_are_shown_are_told_of(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cases.registered(world)
    for most, told in ((3, 2), (5, 0)):
        monkeypatch.setattr(see_today, "MOST_DUTIES", most)
        day = await see_today.see_today(world, actor("su"))
        assert (len(day.duties), day.more_duties) == (most, told)


async def test_a_duty_of_a_case_that_ended_takes_no_place(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = await cases.registered(world, labour=None)
    await end_case.end(world, actor("su"), (await cases.registered(world)).id, "other", "")
    monkeypatch.setattr(see_today, "MOST_CASES", 1)
    day = await see_today.see_today(world, actor("su"))
    assert [duty.case.id for duty in day.duties] == [due.id]
    assert day.more_duties == 0


async def test_what_an_open_case_owes_comes_first_however_late_it_is(world: World) -> None:
    later = await cases.registered(world, labour=None)
    longest = await cases.registered(world, labour=None, accepted_on=date(2023, 1, 2))
    day = await see_today.see_today(world, actor("su"))
    assert [duty.case.id for duty in day.duties] == [longest.id, later.id]
    assert longest.due_on < date(2025, 3, 10) - see_today.BEHIND


async def test_the_current_sitting_is_the_latest_that_is_not_over(world: World) -> None:
    case = await cases.registered(world)
    facts = await read_case.see_case(world, actor("officer"), case.id)
    session = facts.sessions[0]
    closed = replace(session, state=type(session.state).CLOSED)
    assert read_case.current([closed, session]) == session
    assert read_case.current([closed]) is None
    assert replace(facts, sessions=(closed,)).shown == closed
