"""The live edge: parse, recognise, submit to the room, acknowledge.

Handlers of one browser run one after another; they never wait for a browser.
"""

import logging
from collections.abc import Mapping
from typing import Any, TypeVar

import socketio
from pydantic import ValidationError

from server.domain import access
from server.domain.access import Act
from server.domain.errors import (
    DomainError,
    ForbiddenError,
    InvalidValueError,
    NotFoundError,
    trail,
)
from server.domain.ids import SessionId, StaffId
from server.domain.invitation import Invitation
from server.rooms import attendance
from server.rooms.room import Room
from server.rooms.view import Absence, RoomView
from server.signalling.callers import Caller, recognise, why_gone, why_refused
from server.signalling.limits import Logged
from server.signalling.messages import Enter, Reply, Request
from server.signalling.plain_server import BrokenOffError, PlainServer
from server.signalling.requests import REQUESTS, Asked, By
from server.signalling.snapshots import snapshot
from server.usecases.conduct_session import may_watch
from server.usecases.identify import hash_token
from server.usecases.world import World

log = logging.getLogger(__name__)

S = TypeVar("S", bound=Request)
CHECK_EVERY = 5.0
_AMBIENT = frozenset({"media", "speaking"})
_FOR_ALL = frozenset({"agreement", "enter_again", "mute_please"})
"""What a party is told though it sees nothing new. Everything else would tell it that the other
side has come, answered or spoken, where it must not know."""
_LOGGED = frozenset({"enter", "minutes.confirm"})
"""What a person may change again and again, and is logged each time. The rest has its own end."""
_LEAVING: Mapping[str, Absence] = {"client namespace disconnect": "gone"}


class Live(socketio.AsyncNamespace):
    """Every browser that is connected, and what it may ask."""

    def __init__(self, world: World) -> None:
        super().__init__("/")
        self._world = world
        self._callers: dict[str, Caller] = {}
        self._logged = Logged()

    async def trigger_event(self, event: str, *args: Any) -> Any:  # noqa: ANN401 - the library's own shape
        """Dispatch by the table; the library's own dispatch would run any `on_` method.

        Raises ConnectionRefusedError for whom nobody let in, BrokenOffError where we fail to tell.
        """
        try:
            if event == "connect":
                return await self._connect(*args)
            if event == "disconnect":
                return await self._disconnect(*args)
            return await self._request(event, *args)
        except socketio.exceptions.ConnectionRefusedError:
            raise
        # Our own fault, whatever it is: the server would take it for a hostile packet.
        except Exception as fault:  # noqa: BLE001
            log.error("%s failed: %s", event, trail(fault))  # noqa: TRY400 - never its words
        if event == "connect":
            raise BrokenOffError
        return _refusal("fault")

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> bool:
        wanted = auth.get("as") if isinstance(auth, dict) else None
        request = environ["aiohttp.request"]
        caller = await recognise(self._world, sid, request, wanted)
        if caller is None:
            why = await why_refused(self._world, request, wanted)
            raise socketio.exceptions.ConnectionRefusedError(why)
        self._callers[sid] = caller
        return True

    async def _disconnect(self, sid: str, reason: str = "") -> None:
        caller = self._callers.pop(sid, None)
        if caller is not None:
            await self._leave(caller, _LEAVING.get(reason, "network"))

    async def _request(self, event: str, sid: str, *args: object) -> dict[str, Any]:
        caller = self._callers.get(sid)
        if caller is None:
            return _refusal("signed_out")
        if not self._may_ask(event, caller):
            return await self._too_fast(caller)
        try:
            answer = await self._answer(event, caller, args[0] if args else {})
        except DomainError as refused:
            if refused.noted:
                log.warning("%s", refused.noted)
            facts = {k: v for k, v in refused.told.items() if isinstance(v, str | int | list)}
            return _refusal(refused.code, **facts)
        return Reply(ok=True, facts=answer or {}).model_dump(mode="json")

    def _may_ask(self, event: str, caller: Caller) -> bool:
        now = self._world.clock.monotonic()
        if not caller.bucket.take(now):
            return False
        if caller.person is None or event not in _LOGGED:
            return True
        return self._logged.take(caller.person, now)

    async def _too_fast(self, caller: Caller) -> dict[str, Any]:
        if caller.bucket.out_of_patience:
            await self._cut(caller.socket)
        return _refusal("too_fast")

    async def _answer(self, event: str, caller: Caller, say: object) -> dict[str, Any] | None:
        if event == "enter":
            await self._enter(caller, _parsed(event, Enter, say))
            return None
        if event == "leave":
            await self._leave(caller)
            return None
        row = REQUESTS.get(event)
        if row is None:
            raise NotFoundError
        self._authorise(row.by, caller)
        parsed = _parsed(event, row.say, say)
        assert caller.session is not None  # noqa: S101 - authorised above
        asked = Asked(world=self._world, caller=caller, session=caller.session, say=parsed)
        facts = await row.work(asked)
        if event == "media.start" and facts:
            await self.emit("media.offer", facts, to=caller.socket)
            return None
        return facts

    def _authorise(self, by: By, caller: Caller) -> None:
        if caller.session is None or not caller.holder:
            raise ForbiddenError
        if by is not By.ANY and (by is By.STAFF) != (caller.actor is not None):
            raise ForbiddenError

    async def _enter(self, caller: Caller, say: Enter) -> None:
        session = SessionId(say.session_id)
        holder = await self._may_hold(caller, session)
        if caller.session != session:
            await self._leave(caller)
        caller.holder, caller.session, caller.seen = holder, session, None
        await self._world.rooms.within(session, lambda room: self._seat(caller, room))

    async def _seat(self, caller: Caller, room: Room) -> None:
        watches = _watches(room, caller)
        attendance.expect(room, caller.seat, caller.staff_id, watches=watches)
        if caller.holder and not room.session.over:
            if (old := await attendance.enter(room, caller.seat, caller.socket)) is not None:
                await self._replaced(old)
            return
        await self._tell_one(caller, room.view(), ())
        if room.session.over:
            # Nobody sits there any more; the browser has seen how it ended, and goes.
            caller.session = None

    async def _may_hold(self, caller: Caller, session_id: SessionId) -> bool:
        async with self._world.store.read() as uow:
            session = await uow.sessions.get(session_id)
            if caller.actor is not None:
                may_watch(caller.actor, await uow.cases.get(session.case_id))
                return True
            if session.case_id != caller.case:
                raise NotFoundError
            invitation = await uow.invitations.by_seat(hash_token(caller.token))
        return _holds(invitation, caller)

    async def _replaced(self, old: str) -> None:
        gone = self._callers.get(old)
        if gone is not None:
            gone.session = None
        await self.emit("replaced", {}, to=old)
        await self._cut(old)

    async def _leave(self, caller: Caller, absence: Absence = "gone") -> None:
        session, caller.session = caller.session, None
        if session is None or not caller.holder:
            return
        await self._world.rooms.within(
            session,
            lambda room: attendance.leave(room, caller.seat, caller.socket, absence),
            always=True,
        )

    async def tell(self, view: RoomView, events: tuple[str, ...]) -> None:
        """Send everybody in the room what he may know; the senders' queues are bounded."""
        for caller in tuple(self._callers.values()):
            if caller.session == view.session.id and _seated(view, caller):
                await self._tell_one(caller, view, events)

    async def _tell_one(self, caller: Caller, view: RoomView, events: tuple[str, ...]) -> None:
        holder = caller.actor is not None or _is_holder(view, caller)
        if holder and not caller.holder:
            events = ("enter_again",)
        caller.holder = caller.holder and holder
        if isinstance(self.server, PlainServer) and self.server.overfull(caller.socket):
            await self._cut(caller.socket)
            return
        shown = snapshot(view, caller.seat, holder=caller.holder)
        if caller.person is not None and caller.seen and caller.seen.minutes == shown.minutes:
            events = tuple(event for event in events if event != "minutes")
        told = [event for event in events if holder and _for(caller, event)]
        if not caller.learns(shown) and not any(_concerns(caller, event) for event in told):
            return
        change = {"n": view.n, "events": told, "snapshot": shown.model_dump(mode="json")}
        await self.emit("change", change, to=caller.socket)

    async def _cut(self, socket: str) -> None:
        if isinstance(self.server, PlainServer):
            self.server.cut(socket)
        else:
            await self.disconnect(socket)

    async def part(self, session: SessionId, socket: str, reason: str) -> None:
        """Tell a browser why it is cut, and end its connection."""
        del session
        self._callers.pop(socket, None)
        await self.emit("parted", {"reason": reason}, to=socket)
        await self._cut(socket)

    def listens(self, session: SessionId) -> bool:
        """Return whether some browser is told of this room."""
        return any(caller.session == session for caller in self._callers.values())

    async def watch(self) -> None:
        """Cut browsers that never entered or may not stay, for ever."""
        unentered: set[str] = set()
        while True:
            await self._world.clock.sleep(CHECK_EVERY)
            if isinstance(self.server, PlainServer):
                await self.server.cut_silent()
            late = {s for s, c in self._callers.items() if c.session is None}
            for socket in late & unentered:
                await self._cut(socket)
            unentered = late
            for caller in tuple(self._callers.values()):
                await self._check(caller)

    async def _check(self, caller: Caller) -> None:
        try:
            reason = await why_gone(self._world, caller)
            if reason is not None:
                await self._unseat(caller, reason)
            elif caller.staff_id is not None and caller.session is not None:
                await self._judge(caller, caller.staff_id, caller.session)
        except DomainError as failed:
            log.warning("seat %s is looked at again later: %s", caller.seat, failed.code)

    async def _unseat(self, caller: Caller, reason: str) -> None:
        """Empty his seat in the room's turn, unless another browser of his has taken it."""
        if caller.session is None:
            await self.part(SessionId(""), caller.socket, reason)
            return

        async def job(room: Room) -> None:
            if attendance.presence(room, caller.seat).socket == caller.socket:
                await attendance.cut(room, caller.seat, reason)
            else:
                await self.part(room.session_id, caller.socket, reason)

        await self._world.rooms.within(caller.session, job, always=True)

    async def _judge(self, caller: Caller, staff: StaffId, session: SessionId) -> None:
        """Let him hear what his roles allow now; mostly that is what he hears anyway."""
        room = self._world.rooms.find(session)
        watches = _watches(room, caller)
        if room.session.participant(caller.seat).watches != watches:
            await self._world.rooms.within(
                session,
                lambda room: attendance.judge(room, caller.seat, staff, watches=watches),
                always=True,
            )


def _parsed(event: str, kind: type[S], say: object) -> S:
    """Return what was said; only here is it the asker's fault where a value does not fit."""
    try:
        return kind.model_validate(say)
    except ValidationError:
        raise InvalidValueError(event=event) from None


def _holds(invitation: Invitation | None, caller: Caller) -> bool:
    if invitation is None:
        raise ForbiddenError
    return invitation.device == caller.device


def _watches(room: Room, caller: Caller) -> bool:
    """Whether he is there only to take over: he may not conduct."""
    if caller.actor is None:
        return False
    thing = access.of_case(room.scene.case, caller.actor)
    return not access.covers(caller.actor, Act.CONDUCT, thing)


def _seated(view: RoomView, caller: Caller) -> bool:
    """Whether he has come in; who still waits for his turn to enter is told when he has."""
    return any(one.seat == caller.seat for one in view.session.participants)


def _is_holder(view: RoomView, caller: Caller) -> bool:
    return caller.person is not None and view.scene.holders.get(caller.person) == caller.device


def _for(caller: Caller, event: str) -> bool:
    name, _, seat = event.partition(":")
    if seat:
        return seat == caller.seat
    return name != "called" or caller.actor is not None


def _concerns(caller: Caller, event: str) -> bool:
    """Whether it is said to somebody for whom nothing looks otherwise."""
    name, _, _ = event.partition(":")
    return name not in _AMBIENT if caller.actor is not None else name in _FOR_ALL


def _refusal(code: str, **facts: object) -> dict[str, Any]:
    return Reply(ok=False, code=code, facts=facts).model_dump(mode="json")
