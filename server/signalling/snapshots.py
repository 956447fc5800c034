"""Renders a room for one viewer: whole, versioned, and no more than he may know."""

from datetime import datetime
from typing import Literal, cast

from server.domain import minutes, owed, recording, surroundings
from server.domain.audience import visible_to
from server.domain.case import Person
from server.domain.errors import NotFoundError
from server.domain.ids import SeatId
from server.domain.session import Participant, Session, SessionState, SpaceKind
from server.domain.wards import decided, wish
from server.rooms.view import Absence, Lamp, Presence, RoomView
from server.signalling.beside import beside, companions
from server.signalling.messages import (
    DeskConsent,
    DeskSeat,
    DeskState,
    MinutesItemState,
    MinutesState,
    RecordingState,
    SeatState,
    SlotState,
    Snapshot,
    StaffRole,
)

Hold = Literal["none", "other_side_talks", "paused", "mediator_lost"]


def snapshot(view: RoomView, seat: SeatId, *, holder: bool = True) -> Snapshot:
    """Return the state as the seat's browser may know it.

    A second browser that waits for the mediator (`holder` False) learns nothing but
    that it waits, or that there is nothing left to wait for.
    """
    if not holder:
        return _waiting(view)
    session = view.session
    viewer = session.participant(seat)
    place = session.place(viewer)
    staff = viewer.staff_id is not None
    return Snapshot(
        n=view.n,
        session_id=session.id,
        state=session.state,
        space=session.space.kind if staff else place.kind,
        caucus_side=session.space.side if staff else place.side,
        since=view.since,
        hold=_hold(session, viewer),
        hold_minutes=view.hold_minutes,
        hold_text=view.hold_texts.get(viewer.side, "") if viewer.side else "",
        lamp=_lamp(view, viewer).value,
        lamp_at=view.lamp_at,
        audience=_audience(view, seat),
        unseen_by=_unseen_by(view, seat),
        seats=_seats(view, viewer),
        slots=_slots(view, seat),
        device="holder",
        rights_block=session.rights_block,
        rights_total=view.rights_blocks,
        rights_heard=_heard(session, viewer),
        environment=_said(session, viewer),
        identified=_identified(session, viewer),
        minutes=_minutes(view, viewer),
        agreement_revision=view.scene.agreement.revision,
        agreement_state=view.scene.agreement.state,
        reading=view.scene.agreement.reading,
        recording=_recording(view, viewer),
        outcome=session.outcome,
        end_reason=session.end_reason,
        desk=_desk(view) if staff else None,
    )


def _waiting(view: RoomView) -> Snapshot:
    """Return the same for every sitting that is not over, whatever happens in it."""
    session = view.session
    return Snapshot(
        n=view.n,
        session_id=session.id,
        state=session.state if session.over else SessionState.SCHEDULED,
        space=SpaceKind.LOBBY,
        caucus_side=None,
        since=session.planned_at,
        hold="none",
        hold_minutes=None,
        hold_text="",
        lamp=Lamp.NONE.value,
        lamp_at=None,
        audience=[],
        unseen_by=[],
        seats=[],
        slots=[],
        device="waiting",
        rights_block=0,
        rights_total=0,
        rights_heard=[],
        environment=None,
        identified=False,
        minutes=MinutesState(version=0, ready=False, items=[], answers={}),
        agreement_revision=0,
        agreement_state=None,
        reading=None,
        recording=_NOT_RECORDED,
        outcome="",
        end_reason="",
        desk=None,
    )


def _hold(session: Session, viewer: Participant) -> Hold:
    if session.state is SessionState.FROZEN:
        return "mediator_lost"
    if session.state is SessionState.PAUSED:
        return "paused"
    apart = session.place(viewer).kind is SpaceKind.LOBBY
    busy = session.space.kind in {SpaceKind.CAUCUS, SpaceKind.JOINT}
    if session.running and apart and busy and viewer.admitted:
        return "other_side_talks"
    return "none"


def _lamp(view: RoomView, viewer: Participant) -> Lamp:
    inside = view.session.place(viewer).kind is SpaceKind.CAUCUS
    return view.lamp if inside or viewer.staff_id is not None else Lamp.NONE


def _audience(view: RoomView, seat: SeatId) -> list[str]:
    return sorted(listener for source, listener in view.heard if source == seat)


def _slots(view: RoomView, seat: SeatId) -> list[SlotState]:
    heard = {source for source, listener in view.heard if listener == seat}
    held = _held(view, seat)
    return [
        SlotState(slot=slot, seat=source, audio=True, video=source not in held)
        for source, slot in sorted(view.slots.get(seat, {}).items(), key=lambda item: item[1])
        if source in heard
    ]


def _held(view: RoomView, seat: SeatId) -> frozenset[SeatId]:
    return view.presence.get(seat, Presence(seat=seat)).videos_held


def _unseen_by(view: RoomView, seat: SeatId) -> list[str]:
    """Return who hears this seat and cannot see it now: his line is too weak."""
    return sorted(
        listener
        for source, listener in view.heard
        if source == seat and seat in _held(view, listener)
    )


def _seats(view: RoomView, viewer: Participant) -> list[SeatState]:
    shown = visible_to(view.session, viewer)
    seated = {person for people in companions(view).values() for person in people}
    return [
        _seat(view, one, viewer)
        for one in shown
        if viewer.staff_id is not None or one.person_id not in seated
    ]


def _seat(view: RoomView, one: Participant, viewer: Participant) -> SeatState:
    presence = view.presence.get(one.seat, Presence(seat=one.seat))
    person = view.scene.case.person(one.person_id) if one.person_id else None
    return SeatState(
        seat=one.seat,
        you=one.seat == viewer.seat,
        staff_role=_staff_role(view, one),
        chair=one.staff_id is not None and one.staff_id == view.session.chair,
        person_id=one.person_id,
        person_role=person.role if person else None,
        side=one.side,
        name=_name(view, one, person),
        party=_party(view, person),
        beside=beside(view, one, viewer),
        present=presence.present,
        absence=_absence(presence),
        since=presence.since,
        space=view.session.place(one).kind,
        admitted=one.admitted,
        microphone=presence.microphone,
        camera=presence.camera,
        speaking=presence.speaking,
        network=presence.network,
    )


def _absence(presence: Presence) -> Absence:
    if presence.present and presence.away != "none":
        return presence.away
    return presence.absence


def _staff_role(view: RoomView, one: Participant) -> StaffRole | None:
    case = view.scene.case
    if one.staff_id is None:
        return None
    if one.staff_id == case.mediator_id:
        return "mediator"
    if one.staff_id == case.recorder_id:
        return "recorder"
    named = view.scene.staff.get(one.staff_id)
    return cast("StaffRole", named.role) if named is not None and named.role else "recorder"


def _name(view: RoomView, one: Participant, person: Person | None) -> str:
    if person is not None:
        return person.name
    if one.staff_id is None or one.staff_id not in view.scene.staff:
        raise NotFoundError
    return view.scene.staff[one.staff_id].name


def _party(view: RoomView, person: Person | None) -> str:
    if person is None:
        return ""
    party = view.scene.case.party(person.party_id)
    return party.short_name or party.name


def _heard(session: Session, viewer: Participant) -> list[int]:
    answers = session.rights_answers
    return sorted({a.block for a in answers if a.person_id == viewer.person_id})


def _said(session: Session, viewer: Participant) -> str | None:
    said = surroundings.said_by(session, viewer.person_id)
    return said.present if said else None


def _identified(session: Session, viewer: Participant) -> bool:
    return viewer.person_id is not None and session.identified(viewer.person_id)


def _minutes(view: RoomView, viewer: Participant) -> MinutesState:
    """Show a party nothing before it is asked: nobody is told each time a sentence is typed."""
    session = view.session
    staff = viewer.staff_id is not None
    if not staff and not session.minutes_ready:
        return MinutesState(version=0, ready=False, items=[], answers={})
    items = session.minutes if staff else minutes.exported(session.minutes)
    return MinutesState(
        version=session.minutes_version,
        ready=session.minutes_ready,
        items=[
            MinutesItemState(id=i.id, at=i.at, speaker=i.speaker, text=i.text, mark=i.mark.value)
            for i in items
        ],
        answers={
            a.person_id: a.agreed
            for a in session.minutes_answers
            if a.version == session.minutes_version and (staff or a.person_id == viewer.person_id)
        },
    )


def _desk(view: RoomView) -> DeskState:
    people = [one for one in view.session.participants if one.person_id is not None]
    return DeskState(
        seats=[_desk_seat(view, one) for one in people],
        owed_for_joint=_owed(view),
        media_ok=view.media_ok,
        log_ok=view.log_ok,
        recorder_in_caucus=view.session.recorder_in_caucus,
        elapsed_s=_elapsed(view.session.opened_at, view.session.closed_at or view.now),
        owed_for_recording=list(recording.missing(view.session, view.scene.case, view.wards)),
    )


def _recording(view: RoomView, viewer: Participant) -> RecordingState:
    """Return whether he is recorded; who waits outside learns nothing of the others by it."""
    session, staff = view.session, viewer.staff_id is not None
    consent = session.consent(viewer.person_id, recording.SCOPE) if viewer.person_id else None
    own = consent.agreed if consent else None
    last = session.recordings[-1] if session.recordings else None
    if last is None or not (staff or viewer.admitted):
        return _NOT_RECORDED.model_copy(update={"own_consent": own})
    return RecordingState(
        state=_taped(view, going=last.stopped_at is None),
        since=last.stopped_at or last.started_at,
        reason=last.reason if staff else "",
        own_consent=own,
    )


def _taped(view: RoomView, *, going: bool) -> Literal["on", "waiting", "stopping", "stopped"]:
    if going and view.writing:
        return "on"
    if view.may_write:
        return "stopping"
    return "waiting" if going else "stopped"


_NOT_RECORDED = RecordingState(state="off", since=None, reason="", own_consent=None)


def _owed(view: RoomView) -> list[str]:
    found = owed.before_joint(view.session, view.scene.case, view.rights_blocks, view.wards)
    return [f"{code}:{person}" for person, code in found]


def _elapsed(opened: datetime | None, until: datetime) -> int:
    return int((until - opened).total_seconds()) if opened else 0


def _desk_seat(view: RoomView, one: Participant) -> DeskSeat:
    session, case = view.session, view.scene.case
    assert one.person_id is not None  # noqa: S101 - chosen by _desk
    person = case.person(one.person_id)
    asked = owed.asked_of(person, view.consents, view.wards)
    consents = [_consent(view, person, scope) for scope in asked]
    presence = view.presence.get(one.seat, Presence(seat=one.seat))
    return DeskSeat(
        seat=one.seat,
        identity=_identity(session, person),
        consents=consents,
        decided_by=list(view.wards[person.id]) if person.id in view.wards else None,
        online_consent=decided(session, person.id, owed.ONLINE, view.wards),
        rights_heard=len(_heard(session, one)),
        environment=_said(session, one),
        call=presence.wish,
        device_waiting=person.id in view.scene.waiting,
        locked_link=view.scene.locked.get(person.id),
        owed=list(owed.before_admission(session, person, view.rights_blocks, view.wards)),
    )


def _consent(view: RoomView, person: Person, scope: str) -> DeskConsent:
    given = view.session.given(person.id, scope)
    return DeskConsent(
        scope=scope,
        agreed=decided(view.session, person.id, scope, view.wards),
        withdrawn=bool(given) and not given[-1].agreed and any(one.agreed for one in given),
        wish=wish(view.session, person.id, scope, view.wards),
    )


def _identity(session: Session, person: Person) -> Literal["unchecked", "matches", "differs"]:
    checks = [c for c in session.identity_checks if c.person_id == person.id]
    if not checks or person.id in session.unproven:
        return "unchecked"
    return "matches" if checks[-1].matches else "differs"
