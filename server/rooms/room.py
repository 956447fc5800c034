"""One sitting's live side: who is there, where, and who hears whom.

Order of every change: what narrows is cut, logged, told, and never undone; what widens
is logged, opened, confirmed by the worker, told. All methods run in the mailbox's task.
Where the log cannot be written and a change parts people, everybody is in the own lobby
until it can; what ends a recording alone is owed to the log, and the talk goes on: see `owing`.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from enum import Enum, auto

from server.domain import conduct, pictures, recording, spaces
from server.domain.audience import Pair, hearing
from server.domain.case import Case, Side
from server.domain.case_course import follow
from server.domain.conduct import Decision, Facts, Step
from server.domain.errors import DomainError
from server.domain.ids import CaseId, ConnectionId, RoomId, SeatId, SessionId
from server.domain.session import Session, SpaceKind
from server.domain.session_log import SYSTEM, happened
from server.ports.store import UnitOfWork
from server.rooms.forwarding import Forwarding, both, taped_in
from server.rooms.owing import AGAIN_S, Owed, apart, behind, returned, unchanged, with_owed
from server.rooms.ports import RoomPorts
from server.rooms.routing import Legs
from server.rooms.view import Lamp, Presence, RoomView, Scene

log = logging.getLogger(__name__)

Beside = Callable[[UnitOfWork, Session], Awaitable[None]]
"""What is stored with a decision, given the sitting after it, or refused with it."""


class Cut(Enum):
    """What a change took away before it was stored: nothing, a recording's sources, or voices."""

    NOTHING = auto()
    TAPE = auto()
    VOICES = auto()


class Room:
    """The live room of one session; see `attendance` for arrivals and media."""

    def __init__(self, scene: Scene, ports: RoomPorts) -> None:
        self.ports = ports
        self.scene = replace(scene, session=conduct.expect_people(scene.session, scene.case))
        self.presence: dict[SeatId, Presence] = {}
        self.forwarding = Forwarding(RoomId(scene.session.id), ports)
        # The worker may still do what an earlier app asked.
        self.forwarding.may_write = recording.going(scene.session) is not None
        self.hold_texts: dict[Side, str] = {}
        self._hold_minutes: int | None = None
        self._n = 0
        self._since = ports.clock.now()
        self._show_lamp(Lamp.NONE)
        self._log_ok, self._doubted = True, False
        self._owed: tuple[Owed, ...] = ()
        self._pay_at = 0.0
        self.chair_empty_since: float | None = ports.clock.monotonic()
        if self.forwarding.may_write:
            self._owe(Owed(recording.interrupted, self._facts(SYSTEM)))

    @property
    def session(self) -> Session:
        """The sitting as last stored."""
        return self.scene.session

    @property
    def session_id(self) -> SessionId:
        """The sitting's id, which is also the room's."""
        return self.session.id

    @property
    def case_id(self) -> CaseId:
        """The case the sitting belongs to."""
        return self.scene.case.id

    async def decide(
        self,
        actor: str,
        decision: Decision,
        *,
        hold_minutes: int | None = None,
        beside: Beside | None = None,
    ) -> Session:
        """Apply a decision in the fixed order; raise what the rule or the log refuses."""
        facts = self._facts(actor)
        try:
            stored = await self._stored()
        except Exception:
            await self._cut_unread(decision, facts)
            raise
        step = behind(with_owed(stored, self._owed, facts.case), decision, facts)
        before = self.session
        cut = await self._narrow(step.session)
        try:
            if cut is Cut.VOICES:
                # Not for a failure alone: the app may be stopped while the store hangs.
                await self._doubt()
            await self._write(step, beside, stored)
        except Exception:
            await self._unstored(cut, Owed(decision, facts), step.session)
            raise
        if (step.session.space, step.session.state) != (before.space, before.state):
            self._moved(hold_minutes)
        self._meet()
        await self._widen(step.events)
        return self.session

    async def _cut_unread(self, decision: Decision, facts: Facts) -> None:
        """Cut by what is known where nothing can be read: what narrows is never refused."""
        with suppress(DomainError):
            step = behind(Step(session=self.session), decision, facts)
            cut = await self._narrow(step.session)
            await self._unstored(cut, Owed(decision, facts), step.session)

    async def _unstored(self, cut: Cut, owed: Owed, after: Session) -> None:
        """Keep cut what was cut: where voices were, nobody is left together; see `owing`."""
        if cut is Cut.TAPE and recording.going(after) is None:
            self._owe(owed)
            await self.tell("recording")
        elif cut is not Cut.NOTHING:
            self._owe(*apart(owed, self.session, after))
            await self._alarm()

    def _owe(self, *owed: Owed) -> None:
        self._owed = (*self._owed, *owed)
        self._pay_at = self.ports.clock.monotonic() + AGAIN_S
        after = with_owed(self.session, owed, self.scene.case).session
        self.scene = replace(self.scene, session=after)

    def owe_return(self, seat: SeatId) -> None:
        """Let the log say later that somebody came back, once however often he did."""
        if all((one.decision, one.facts.actor) != (returned, seat) for one in self._owed):
            self._owe(Owed(returned, self._facts(seat)))

    @property
    def owes(self) -> bool:
        """Whether something holds of which the log could not say so until now."""
        return bool(self._owed)

    def begin_apart(self) -> None:
        """Let everybody wait to be let in anew: what an earlier app decided may be lost."""
        self._log_ok, self._doubted = False, True
        self._owe(Owed(spaces.part_all, self._facts(SYSTEM)))

    async def _stored(self) -> Session:
        # Consents and the like are saved by use cases outside the room.
        async with self.ports.store.read() as uow:
            stored = await uow.sessions.get(self.session_id)
        return self._expect(stored, self.scene.case)

    def _expect(self, session: Session, case: Case) -> Session:
        expected = conduct.expect_people(session, case)
        for one in self.session.participants:
            if one.staff_id is not None:
                expected = conduct.expect_staff(expected, one.staff_id, watches=one.watches)
        return expected

    def _facts(self, actor: str) -> Facts:
        return Facts(
            now=self.ports.clock.now(),
            actor=actor,
            case=self.scene.case,
            pack=self.ports.pack,
        )

    async def _narrow(self, after: Session) -> Cut:
        kept = hearing(self.session) & hearing(after)
        facts = self._facts(SYSTEM)
        taped = taped_in(self.session, facts)
        less = both(taped, taped_in(after, facts))
        if kept == hearing(self.session) and less == taped:
            return Cut.NOTHING
        await self.forwarding.apply(kept, self.legs(), less, self._ranks())
        return Cut.TAPE if kept == hearing(self.session) else Cut.VOICES

    async def _write(self, step: Step, beside: Beside | None, stored: Session) -> None:
        saved, case = step.session, self.scene.case
        if step.logged or saved != stored or beside is not None:
            saved, case = await self._save(step, beside)
        if self._doubted:
            await self.ports.partings.stored(self.session_id)
        self._log_ok, self._doubted, self._owed = True, False, ()
        self.scene = replace(self.scene, session=saved, case=case)

    async def _save(self, step: Step, beside: Beside | None) -> tuple[Session, Case]:
        case = self.scene.case
        async with self.ports.store.write() as uow:
            saved = await uow.sessions.save(step.session)
            if (after := follow(case, saved)) != case:
                case = await uow.cases.save(after)
            await uow.log.append(self.case_id, step.logged, self.ports.clock.now())
            if beside is not None:
                await beside(uow, saved)
        return saved, case

    async def _doubt(self) -> None:
        self._doubted = True
        await self.ports.partings.owed(self.session_id)

    async def _alarm(self) -> None:
        self._log_ok = False
        await self._doubt()
        self._moved(None)
        self._show_lamp(Lamp.NONE)
        await self.route()
        await self.tell("alarm")

    def _moved(self, hold_minutes: int | None) -> None:
        self._since = self.ports.clock.now()
        self._hold_minutes = hold_minutes
        self.hold_texts.clear()

    def _meet(self) -> None:
        """Whoever asked the mediator to come sits with him now: that call is answered."""
        for one in self.session.participants:
            here = self.presence.get(one.seat)
            apart = self.session.place(one).kind is SpaceKind.LOBBY
            if here is not None and here.wish == "come" and not apart:
                self.presence[one.seat] = replace(here, wish=None)

    async def _widen(self, events: tuple[str, ...]) -> None:
        if self.session.running and self.session.space.kind is SpaceKind.CAUCUS:
            await self._isolate(events)
            return
        self._show_lamp(Lamp.NONE)
        await self.route()
        try:
            if "moved" in events:
                await self._note_unopened()
        finally:
            await self.tell(*events)

    async def _note_unopened(self) -> None:
        """Log that nobody hears anybody although a space was opened; the screens say it too."""
        if self.forwarding.ok or self.session.space.kind is SpaceKind.LOBBY:
            return
        space = self.session.space
        await self.note("room.not_opened", SYSTEM, space=space.kind, side=space.side)

    async def _isolate(self, events: tuple[str, ...]) -> None:
        if "moved" in events:
            self._show_lamp(Lamp.CUTTING)
            await self.tell(*events)
        await self.route()
        await self._light_lamp()
        await self.tell(*(() if "moved" in events else events))

    def _show_lamp(self, lamp: Lamp, at: datetime | None = None) -> None:
        self._lamp, self._lamp_at, self._lamp_owed = lamp, at, False

    async def _light_lamp(self) -> None:
        """Show what the worker has confirmed: a warning at once, that all is well once logged.

        The caucus is open by then, so a log that fails refuses nothing: it is tried again.
        """
        lamp = Lamp.ISOLATED if self.forwarding.ok else Lamp.FAILED
        if lamp is self._lamp and not self._lamp_owed:
            return
        now = self.ports.clock.now()
        if lamp is Lamp.FAILED:
            self._show_lamp(lamp, now)
        if await self._note_lamp():
            self._show_lamp(lamp, now)

    async def _note_lamp(self) -> bool:
        kind = "room.isolated" if self.forwarding.ok else "room.not_isolated"
        try:
            await self.note(kind, SYSTEM, side=self.session.space.side)
        except DomainError as failed:
            log.warning("%s: %s is not in the log: %s", self.session_id, kind, failed.code)
            self._lamp_owed, self._pay_at = True, self.ports.clock.monotonic() + AGAIN_S
            return False
        return True

    async def note(self, kind: str, actor: str, **facts: str | int | bool | None) -> None:
        """Log something that changes nobody's place."""
        async with self.ports.store.write() as uow:
            what = happened(kind, actor, **facts)
            await uow.log.append(self.case_id, (what,), self.ports.clock.now())

    async def refresh(self, *events: str) -> None:
        """Read the scene again after a change made elsewhere, and tell everybody."""
        scene = await self.ports.read_scene(self.session_id)
        expected = self._expect(scene.session, scene.case)
        after = with_owed(expected, self._owed, scene.case).session
        await self._narrow(after)
        self.scene = replace(scene, session=after)
        if recording.must_stop(after, scene.case, self._facts(SYSTEM).wards):
            # Somebody came in elsewhere who has not agreed: `follow` says so in the log.
            await self.decide(SYSTEM, unchanged)
        await self._widen(events)

    def connections(self) -> dict[SeatId, ConnectionId]:
        """Return the connection that carries each seat's media."""
        return {
            one.seat: one.connection for one in self.presence.values() if one.connection is not None
        }

    def legs(self) -> Mapping[SeatId, Legs]:
        """Return by which connections each seat is heard and hears."""
        return {one.seat: legs for one in self.presence.values() if (legs := one.legs) is not None}

    async def route(self) -> None:
        """Ask the worker for what the rules allow now: nothing while a cut is not in the log."""
        allowed: frozenset[Pair] = frozenset()
        taped = None
        if self._log_ok:
            allowed, taped = hearing(self.session), taped_in(self.session, self._facts(SYSTEM))
        await self.forwarding.apply(allowed, self.legs(), taped, self._ranks())

    def _ranks(self) -> Mapping[SeatId, int]:
        return pictures.ranks(self.session, self.scene.case)

    async def reroute(self, *events: str) -> None:
        """Route anew because connections changed, and tell everybody."""
        await self.route()
        if self.session.running and self.session.space.kind is SpaceKind.CAUCUS:
            await self._light_lamp()
        await self.tell(*events)

    async def media_lost(self) -> None:
        """The worker is gone: nobody hears anybody, and every connection with it."""
        self.forwarding.lost()
        for seat, one in self.presence.items():
            self.presence[seat] = replace(one.without_media(), pending=frozenset())
        if self._lamp is Lamp.ISOLATED:
            self._lamp = Lamp.FAILED
        await self.tell("media_lost")

    async def writes_no_more(self) -> None:
        """Nobody writes this room's recording, whatever was confirmed: tell so."""
        if self.forwarding.may_write:
            self.forwarding.writing = self.forwarding.may_write = False
            await self.tell("recording")

    async def recorder_ended(self, why: str) -> None:
        """Show the recording as stopped, whether or not the log can say so now.

        Whoever wrote it has ended by himself: no voice may be cut for want of an entry.
        """
        self._owe(Owed(recording.stop(why), self._facts(SYSTEM)))
        try:
            await self.route()
            await self.decide(SYSTEM, unchanged)
        except Exception:
            await self.tell("recording")
            raise

    async def tick(self) -> None:
        """Freeze when the chair has been empty longer than the grace; store what is owed."""
        await self._freeze_in_time()
        owes = self._owed or self._lamp_owed
        if owes and self.ports.clock.monotonic() >= self._pay_at:
            self._pay_at = self.ports.clock.monotonic() + AGAIN_S
            await self.decide(SYSTEM, unchanged)

    async def _freeze_in_time(self) -> None:
        if self.chair_empty_since is None or not self.session.running:
            return
        if self.ports.clock.monotonic() - self.chair_empty_since >= self.ports.grace:
            await self.decide(SYSTEM, conduct.freeze)

    async def tell(self, *events: str) -> None:
        """Number the change and send it."""
        self._n += 1
        await self.ports.teller().tell(self.view(), events)

    def view(self) -> RoomView:
        """Return the room as it is now."""
        return RoomView(
            n=self._n,
            scene=self.scene,
            presence=dict(self.presence),
            heard=self.forwarding.heard,
            slots=self.forwarding.slots,
            since=self._since,
            lamp=self._lamp,
            lamp_at=self._lamp_at,
            hold_minutes=self._hold_minutes,
            hold_texts=dict(self.hold_texts),
            rights_blocks=self.ports.pack.rights_blocks,
            consents=self.ports.pack.consent_scopes,
            wards=self._facts(SYSTEM).wards,
            media_ok=self.forwarding.ok,
            log_ok=self._log_ok,
            writing=self.forwarding.writing,
            may_write=self.forwarding.may_write,
            now=self.ports.clock.now(),
        )
