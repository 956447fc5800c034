"""Who may not be in the room any more: his sound and picture end, and the seat is empty."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from server.domain.ids import ConnectionId, SeatId, SessionId, StaffId
from server.domain.session import SessionState
from server.domain.staff import Membership, Role
from server.ports.store import DiskFullError
from server.rooms.room import Room
from server.signalling import namespace
from server.signalling.callers import why_gone
from tests.access import callers
from tests.access.office import ORIGIN, Office
from tests.access.prepare import staff_id
from tests.access.socket import PATIENCE, knock
from tests.hostile.test_cunning_frames import entered, is_well, logged, pass_time, watched

__all__ = ["watched"]

Act = Callable[[Office], Awaitable[None]]
GRACE = 20.0


@pytest.fixture
def moment() -> str:
    return "open"


@pytest.fixture
def hung_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> list[ConnectionId]:
    """What the media plane was told to close."""
    closed: list[ConnectionId] = []

    async def disconnect(connection: ConnectionId) -> None:
        closed.append(connection)

    monkeypatch.setattr(office.stage.media, "disconnect", disconnect)
    return closed


async def suspended(office: Office) -> None:
    await callers.set_membership(office.world, Membership.SUSPENDED)


async def no_mediator(office: Office) -> None:
    await change_member(office, "su", roles=frozenset({Role.OFFICER}))


async def off_the_case(office: Office) -> None:
    async with office.world.store.write() as uow:
        case = await uow.cases.get(office.facts["case"])
        await uow.cases.save(replace(case, mediator_id=StaffId("staff-lin")))


async def link_expired(office: Office) -> None:
    async with office.world.store.write() as uow:
        link = await uow.invitations.get(office.facts["invitations"]["P"])
        await uow.invitations.save(replace(link, expires_at=office.world.clock.now()))


async def change_member(office: Office, login: str, **changes: Any) -> None:
    async with office.world.store.write() as uow:
        member = await uow.staff.get(staff_id(login))
        await uow.staff.save(replace(member, **changes))


def present(office: Office) -> set[str]:
    seats = office.world.rooms.presence(SessionId(office.facts["session"])).values()
    return {one.seat for one in seats if one.present}


def room_of(office: Office) -> Room:
    return office.world.rooms.find(SessionId(office.facts["session"]))


async def turn_of_the_case(office: Office) -> None:
    """Wait until the room has done what it was asked before."""

    async def nothing() -> None: ...

    await office.world.rooms.run(office.facts["case"], nothing)


PARTED = [
    pytest.param("M", suspended, "signed_out", id="suspended"),
    pytest.param("M", no_mediator, "no_access", id="without-his-role"),
    pytest.param("M", off_the_case, "no_access", id="taken-off-the-case"),
    pytest.param("P", link_expired, "link_ended", id="link-expired"),
]


@pytest.mark.parametrize(("letter", "act", "reason"), PARTED)
async def test_who_may_not_stay_loses_seat_and_media_within_five_seconds(
    watched: Office, hung_up: list[ConnectionId], letter: str, act: Act, reason: str
) -> None:
    other, goes = await entered(watched, "A"), await entered(watched, letter)
    await goes.ask("media.start")
    connection = (await goes.hears("media.offer"))["connection"]
    await act(watched)
    await pass_time(watched, namespace.CHECK_EVERY)
    assert (await goes.hears("parted"))["reason"] == reason
    await goes.ended()
    await turn_of_the_case(watched)
    assert hung_up == [connection]
    assert present(watched) == {watched.facts["people"]["A"]}
    assert (await logged(watched))[-1] == ("leave", reason)
    assert await is_well(other)


def invented(facts: dict[str, Any]) -> callers.Caller:
    return callers.strangers(facts)[1]


REFUSED = [
    pytest.param("staff", lambda _: {}, "signed_out", id="console-without-cookie"),
    pytest.param("staff", lambda f: invented(f).cookies, "signed_out", id="console-unknown"),
    pytest.param("staff", lambda f: callers.seat("expired", f).cookies, "signed_out", id="no-seat"),
    pytest.param("seat", lambda f: invented(f).cookies, "signed_out", id="phone-unknown"),
    pytest.param("seat", lambda f: callers.seat("revoked", f).cookies, "signed_out", id="revoked"),
    pytest.param("seat", lambda f: callers.seat("expired", f).cookies, "link_ended", id="expired"),
]


@pytest.mark.parametrize(("kind", "cookies", "code"), REFUSED)
async def test_who_is_not_let_in_is_told_why(
    office: Office, kind: str, cookies: Callable[[dict[str, Any]], dict[str, str]], code: str
) -> None:
    ws = await knock(office.http, office.base, cookies(office.facts), origin=ORIGIN)
    await ws.send_str("40" + json.dumps({"as": kind}))
    told = await ws.receive_str(timeout=PATIENCE)
    assert told == "44" + json.dumps({"message": code}, separators=(",", ":"))
    await ws.close()


async def test_the_room_freezes_without_a_mediator_who_was_suspended(watched: Office) -> None:
    watched.tasks.start(watched.world.rooms.keep_time(), name="room clocks")
    mediator, _worker = await entered(watched, "M"), await entered(watched, "P")
    await suspended(watched)
    await pass_time(watched, namespace.CHECK_EVERY)
    await mediator.ended()
    await pass_time(watched, GRACE + 1.0)
    await turn_of_the_case(watched)
    assert room_of(watched).session.state is SessionState.FROZEN


async def test_who_may_only_take_over_from_now_on_watches(watched: Office) -> None:
    recorder = await entered(watched, "R")
    await change_member(watched, "jiang", roles=frozenset({Role.HEAD}))
    await pass_time(watched, namespace.CHECK_EVERY)
    await pass_time(watched, 0.0)
    assert room_of(watched).session.participant(SeatId(staff_id("jiang"))).watches
    assert await is_well(recorder)


async def test_who_cannot_be_judged_now_keeps_nobody_else_in(
    watched: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await entered(watched, "A")
    worker = await entered(watched, "P")
    judge = why_gone

    async def judged(world: Any, caller: Any) -> str | None:
        if caller.person == watched.facts["people"]["A"]:
            raise DiskFullError
        return await judge(world, caller)

    monkeypatch.setattr(namespace, "why_gone", judged)
    await link_expired(watched)
    await pass_time(watched, namespace.CHECK_EVERY)
    assert (await worker.hears("parted"))["reason"] == "link_ended"
