"""Going on another day: the sitting ends and the next one is planned in one step, or neither."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import CursorResult, Executable

from server.domain import conduct
from server.domain.access import Act
from server.domain.case import Case, CaseState
from server.domain.errors import InvalidValueError, WrongStateError
from server.domain.ids import SessionId
from server.domain.session import Session, SessionState
from server.domain.staff import Actor
from server.ports.store import DiskFullError
from server.store.session import SqlSessions
from server.store.transaction import Transaction
from server.usecases import conduct_session, end_case, plan_session, see_today
from server.usecases.read_case import gather
from server.usecases.see_seat import rests
from server.usecases.world import World
from tests.support import cases
from tests.support.clock import START
from tests.support.world import Stage, actor

LATER = cases.PLANNED + timedelta(days=7)
SU = actor("su")


async def opened(world: World, by: Actor = SU) -> tuple[Case, SessionId]:
    """Return the example with its sitting open."""
    case = await cases.registered(world)
    (session,) = await sittings(world, case)
    await conduct_session.by_staff(world, by, session.id, conduct.open_session, act=Act.TAKE_OVER)
    return case, session.id


async def sittings(world: World, case: Case) -> list[Session]:
    async with world.store.read() as uow:
        return list(await uow.sessions.of_case(case.id))


async def states(world: World, case: Case) -> list[SessionState]:
    return [one.state for one in await sittings(world, case)]


async def test_the_next_sitting_is_planned_as_any_other(world: World) -> None:
    head = actor("he")
    case, session = await opened(world, head)
    in_china = LATER.astimezone(timezone(timedelta(hours=8)))
    await conduct_session.adjourn(world, head, session, in_china)
    ended, stored = await sittings(world, case)
    assert (stored.planned_at, stored.planned_at.utcoffset()) == (LATER, timedelta())
    assert (ended.state, stored.state) == (SessionState.ADJOURNED, SessionState.SCHEDULED)
    assert (ended.chair, stored.chair) == ("staff-he", "staff-su")
    *_, adjourned, scheduled = await cases.logged(world, case.id)
    assert adjourned["kind"] == "session.adjourn"
    assert scheduled["kind"] == "session.scheduled"
    assert scheduled["facts"] == {"session": stored.id, "planned_at": LATER.isoformat()}


async def test_the_next_time_may_be_left_open_and_fixed_later(world: World) -> None:
    case, session = await opened(world)
    await conduct_session.adjourn(world, SU, session, None)
    assert await states(world, case) == [SessionState.ADJOURNED]
    *_, last = await cases.logged(world, case.id)
    assert last["kind"] == "session.adjourn"
    await plan_session.schedule(world, SU, case.id, LATER)
    assert await states(world, case) == [SessionState.ADJOURNED, SessionState.SCHEDULED]


async def test_the_day_reminds_of_what_was_adjourned_until_its_next_time_is_fixed(
    world: World,
) -> None:
    case, session = await opened(world)

    async def reminded(who: Actor) -> list[str]:
        return [one.case.id for one in (await see_today.see_today(world, who)).unplanned]

    assert await reminded(SU) == []
    await conduct_session.adjourn(world, SU, session, None)
    assert await reminded(SU) == [case.id]
    assert await reminded(actor("lin")) == []
    await plan_session.schedule(world, SU, case.id, LATER)
    assert await reminded(SU) == []


async def test_a_next_time_before_the_day_that_was_planned_first_is_a_time_as_well(
    world: World,
) -> None:
    case, session = await opened(world)
    await conduct_session.adjourn(world, SU, session, None)
    await plan_session.schedule(world, SU, case.id, cases.PLANNED - timedelta(hours=1))
    assert (await see_today.see_today(world, SU)).unplanned == ()


async def test_the_day_asks_no_more_of_the_store_the_more_was_adjourned(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[object] = []
    run = Transaction.run

    async def counted(
        self: Transaction, statement: Executable, **values: object
    ) -> CursorResult[Any]:
        ran.append(statement)
        return await run(self, statement, **values)

    async def asked() -> tuple[int, int]:
        ran.clear()
        today = await see_today.see_today(world, SU)
        return len(today.unplanned), len(ran)

    await _adjourn_one(world, 0)
    monkeypatch.setattr(Transaction, "run", counted)
    one, statements = await asked()
    for days in range(1, 4):
        await _adjourn_one(world, days)
    assert (one, await asked()) == (1, (4, statements))


async def _adjourn_one(world: World, days: int) -> None:
    """Adjourn a case of which today shows nothing else: neither a sitting nor a duty."""
    case = await cases.registered(world)
    async with world.store.write() as uow:
        (session,) = await uow.sessions.of_case(case.id)
        past = START - timedelta(days=days + 2)
        await uow.sessions.save(
            replace(session, planned_at=past, state=SessionState.ADJOURNED, closed_at=past)
        )
        await uow.cases.save((await uow.cases.get(case.id)).move(CaseState.MEDIATING))


async def test_nothing_is_asked_of_a_party_before_the_day_of_the_next_sitting(scene: Stage) -> None:
    world = scene.world
    case, session = await opened(world)
    assert not await _rests(world, case)
    await conduct_session.adjourn(world, SU, session, LATER)
    assert await _rests(world, case)
    await scene.clock.advance((LATER - world.clock.now()).total_seconds() - 3600)
    assert not await _rests(world, case)


async def _rests(world: World, case: Case) -> bool:
    async with world.store.read() as uow:
        return rests(await gather(world, uow, await uow.cases.get(case.id)), world.pack)


async def test_an_adjourned_case_that_has_ended_waits_for_no_time(world: World) -> None:
    case, session = await opened(world)
    await conduct_session.adjourn(world, SU, session, None)
    await end_case.end(world, SU, case.id, "too_far_apart", "")
    assert (await see_today.see_today(world, SU)).unplanned == ()


async def test_a_sitting_whose_next_one_cannot_be_kept_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, session = await opened(world)
    before = await cases.kinds(world, case.id)

    async def full(self: SqlSessions, session: Session) -> None:
        raise DiskFullError

    with monkeypatch.context() as broken:
        broken.setattr(SqlSessions, "add", full)
        with pytest.raises(DiskFullError):
            await conduct_session.adjourn(world, SU, session, LATER)
    assert await states(world, case) == [SessionState.OPEN]
    assert await cases.kinds(world, case.id) == before
    await conduct_session.adjourn(world, SU, session, LATER)
    assert await states(world, case) == [SessionState.ADJOURNED, SessionState.SCHEDULED]


async def test_whoever_plans_a_sitting_meanwhile_comes_before_or_after(world: World) -> None:
    case, session = await opened(world)
    done = await asyncio.gather(
        conduct_session.adjourn(world, SU, session, LATER),
        plan_session.schedule(world, SU, case.id, LATER + timedelta(days=1)),
        return_exceptions=True,
    )
    assert isinstance(done[1], WrongStateError)
    assert [one.planned_at for one in await sittings(world, case)] == [cases.PLANNED, LATER]


REFUSED = {
    "past": (START - timedelta(days=30), "in_the_past"),
    "this moment": (START, "in_the_past"),
    "mistyped year": (LATER.replace(year=2205), "too_far_ahead"),
    "no zone": (LATER.replace(tzinfo=None), "no_time_zone"),
}


@pytest.mark.parametrize(("at", "reason"), REFUSED.values(), ids=REFUSED.keys())
async def test_a_wrong_time_ends_nothing(world: World, at: datetime, reason: str) -> None:
    case, session = await opened(world)
    with pytest.raises(InvalidValueError) as refused:
        await conduct_session.adjourn(world, SU, session, at)
    assert refused.value.facts == {"field": "next_at", "reason": reason}
    assert await states(world, case) == [SessionState.OPEN]


async def test_a_sealed_case_gets_no_further_sitting(world: World) -> None:
    case, session = await opened(world)
    async with world.store.write() as uow:
        agreed = (await uow.cases.get(case.id)).move(CaseState.AGREED)
        await uow.cases.save((await uow.cases.save(agreed)).move(CaseState.SEALED))
    await world.rooms.within(session, lambda room: room.refresh())
    with pytest.raises(WrongStateError):
        await conduct_session.adjourn(world, SU, session, LATER)
    assert await states(world, case) == [SessionState.OPEN]
