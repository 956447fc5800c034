"""The table of live requests: message type, who may ask, what is done."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, TypeVar

from server.domain import access, conduct, minutes, relay, rights, spaces
from server.domain.access import Act
from server.domain.errors import ForbiddenError, SignedOutError
from server.domain.going import expect_going
from server.domain.ids import ConnectionId, PersonId, SeatId, SessionId
from server.domain.session import MinutesItem, MinutesMark
from server.domain.staff import Actor
from server.rooms import attendance
from server.rooms.room import Room
from server.signalling import messages as m
from server.signalling.callers import Caller
from server.usecases import conduct_session as steps, end_case, record_session
from server.usecases.identify import seat_of
from server.usecases.world import World

T = TypeVar("T")


class By(StrEnum):
    """Who may send a request at all."""

    ANY = "any"
    PARTY = "party"
    STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, parsed and from a known seat."""

    world: World
    caller: Caller
    session: SessionId
    say: Any

    @property
    def actor(self) -> Actor:
        """The member of staff; only for requests `By.STAFF`."""
        if self.caller.actor is None:
            raise ForbiddenError
        return self.caller.actor

    @property
    def person(self) -> PersonId:
        """The person; only for requests `By.PARTY`."""
        if self.caller.person is None:
            raise ForbiddenError
        return self.caller.person

    async def in_room(self, job: Callable[[Room], Awaitable[T]]) -> T:
        """Run something about the own seat in the room's turn."""
        return await self.world.rooms.within(self.session, job)

    async def decide(self, decision: conduct.Decision, act: Act = Act.CONDUCT) -> None:
        """Take a staff decision."""
        await steps.by_staff(self.world, self.actor, self.session, decision, act=act)

    async def own(self, decision: conduct.Decision) -> None:
        """Take a party's decision about himself."""
        await steps.by_party(self.world, self.person, self.session, decision)


Work = Callable[[Asked], Awaitable[dict[str, Any] | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One row of the table."""

    say: type[m.Request]
    by: By
    work: Work


async def media_start(a: Asked) -> dict[str, Any]:
    connection, sdp = await a.in_room(lambda r: attendance.start_media(r, a.caller.seat))
    relays = relay.passes(a.world.relay, a.caller.seat, a.world.clock.now())
    shown = [m.IceServer(**asdict(one)) for one in relays]
    return m.Offer(connection=connection, sdp=sdp, ice_servers=shown).model_dump(mode="json")


async def check_line(a: Asked) -> None:
    """Answer: a client whose media is silent asks whether the server still hears it."""
    del a


async def media_answer(a: Asked) -> None:
    connection = ConnectionId(a.say.connection)
    seat, sdp = a.caller.seat, a.say.sdp
    await a.in_room(lambda r: attendance.answer_media(r, seat, connection, sdp))


async def media_stop(a: Asked) -> None:
    connection = ConnectionId(a.say.connection)
    await a.in_room(lambda r: attendance.stop_media(r, a.caller.seat, connection))


async def own_media(a: Asked) -> None:
    told = a.say.model_dump()
    await a.in_room(lambda r: attendance.own_media(r, a.caller.seat, **told))


async def call_mediator(a: Asked) -> None:
    await a.in_room(lambda r: attendance.ask_for_mediator(r, a.caller.seat, a.say.wish))


async def rights_heard(a: Asked) -> None:
    await a.own(rights.hear_rights(a.person, a.say.block))


async def environment(a: Asked) -> None:
    await a.own(conduct.declare_environment(a.person, a.say.present))


async def confirm_minutes(a: Asked) -> None:
    said = minutes.Confirmation(**a.say.model_dump())
    await steps.confirm_minutes(a.world, a.person, a.session, said)


async def stop(a: Asked) -> None:
    invitation = await seat_of(a.world, a.caller.token)
    if invitation is None:
        raise SignedOutError
    await end_case.stop(a.world, invitation, a.say.reason)


async def check_identity(a: Asked) -> None:
    check = steps.identity(
        a.world,
        a.actor,
        PersonId(a.say.seat),
        a.say.document,
        matches=a.say.matches,
        phone_confirmed=a.say.phone_confirmed,
    )
    await steps.check_identity(a.world, a.actor, a.session, check)


async def oral_consent(a: Asked) -> None:
    answer = (a.say.scope, a.say.agreed)
    await steps.oral_consent(a.world, a.actor, a.session, PersonId(a.say.seat), answer)


async def admit_device(a: Asked) -> None:
    await steps.admit_device(a.world, a.actor, a.session, SeatId(a.say.seat))


async def answer_call(a: Asked) -> None:
    await steps.answer_call(a.world, a.actor, a.session, SeatId(a.say.seat))


async def tell(a: Asked) -> None:
    await steps.tell_side(a.world, a.actor, a.session, a.say.side, a.say.text)


async def caucus(a: Asked) -> None:
    await steps.by_staff(
        a.world,
        a.actor,
        a.session,
        spaces.go_caucus(a.say.side),
        hold_minutes=a.say.minutes,
    )


async def add_minutes(a: Asked) -> None:
    item = _item(a, a.world.ids.new())
    await steps.write_minutes(a.world, a.actor, a.session, item, change=False)


async def change_minutes(a: Asked) -> None:
    await steps.write_minutes(a.world, a.actor, a.session, _item(a, a.say.id), change=True)


def _item(a: Asked, item_id: str) -> MinutesItem:
    return MinutesItem(
        id=item_id,
        at=a.world.clock.now(),
        speaker=a.say.speaker,
        text=a.say.text,
        mark=MinutesMark(a.say.mark),
    )


async def adjourn(a: Asked) -> None:
    await steps.adjourn(a.world, a.actor, a.session, a.say.next_at)


async def close(a: Asked) -> None:
    how = (a.say.outcome, a.say.end_reason, a.say.note)
    await steps.close(a.world, a.actor, a.session, how)


async def mute_please(a: Asked) -> None:
    seat = SeatId(a.say.seat)

    async def ask(room: Room) -> None:
        access.allow(a.actor, Act.CONDUCT, access.of_case(room.scene.case, a.actor))
        expect_going(room.session)
        room.session.participant(seat)
        await room.tell(f"mute_please:{seat}")

    await a.in_room(ask)


async def record(a: Asked) -> None:
    await record_session.start(a.world, a.actor, a.session)


async def stop_recording(a: Asked) -> None:
    await record_session.stop(a.world, a.actor, a.session)


def _party(say: type[m.Request], work: Work) -> Request:
    return Request(say=say, by=By.PARTY, work=work)


def _staff(say: type[m.Request], work: Work) -> Request:
    return Request(say=say, by=By.STAFF, work=work)


def _plain(decision: conduct.Decision, act: Act = Act.CONDUCT) -> Request:
    return _staff(m.Empty, lambda a: a.decide(decision, act))


REQUESTS: dict[str, Request] = {
    "media.start": Request(say=m.Empty, by=By.ANY, work=media_start),
    "media.answer": Request(say=m.MediaAnswer, by=By.ANY, work=media_answer),
    "media.stop": Request(say=m.MediaStop, by=By.ANY, work=media_stop),
    "line.check": Request(say=m.Empty, by=By.ANY, work=check_line),
    "own.media": Request(say=m.OwnMedia, by=By.ANY, work=own_media),
    "rights.heard": _party(m.RightsHeard, rights_heard),
    "environment.declare": _party(m.DeclareEnvironment, environment),
    "call.mediator": _party(m.CallMediator, call_mediator),
    "minutes.confirm": _party(m.ConfirmMinutes, confirm_minutes),
    "stop": _party(m.Stop, stop),
    "session.open": _plain(conduct.open_session, Act.TAKE_OVER),
    "session.resume": _plain(conduct.resume, Act.RUN_ROOM),
    "session.pause": _plain(conduct.pause, Act.RUN_ROOM),
    "session.take_over": _plain(conduct.take_over, Act.TAKE_OVER),
    "space.lobby": _plain(spaces.go_lobby, Act.RUN_ROOM),
    "space.joint": _plain(spaces.go_joint, Act.RUN_ROOM),
    "space.reception": _staff(m.WhichSide, lambda a: a.decide(spaces.go_reception(a.say.side))),
    "space.caucus": _staff(m.WhichSide, caucus),
    "admit": _staff(m.WhichSeat, lambda a: a.decide(conduct.admit(SeatId(a.say.seat)), Act.ADMIT)),
    "return": _staff(
        m.WhichSeat, lambda a: a.decide(conduct.send_back(SeatId(a.say.seat)), Act.ADMIT)
    ),
    "device.admit": _staff(m.WhichSeat, admit_device),
    "identity.check": _staff(m.CheckIdentity, check_identity),
    "consent.oral": _staff(m.OralConsent, oral_consent),
    "rights.read": _staff(m.ReadRights, lambda a: a.decide(rights.read_rights(a.say.block))),
    "rights.skip": _staff(m.SkipRights, lambda a: a.decide(rights.skip_rights(a.say.reason))),
    "tell": _staff(m.TellSide, tell),
    "call.answer": _staff(m.WhichSeat, answer_call),
    "mute.please": _staff(m.WhichSeat, mute_please),
    "recorder.caucus": _staff(
        m.RecorderSetting,
        lambda a: a.decide(spaces.recorder_goes_along(along=a.say.along), Act.TAKE_RECORDER_ALONG),
    ),
    "recording.start": _staff(m.Empty, record),
    "recording.stop": _staff(m.Empty, stop_recording),
    "minutes.add": _staff(m.AddMinutes, add_minutes),
    "minutes.change": _staff(m.ChangeMinutes, change_minutes),
    "minutes.ready": _plain(minutes.ready),
    "adjourn": _staff(m.Adjourn, adjourn),
    "close": _staff(m.Close, close),
}
