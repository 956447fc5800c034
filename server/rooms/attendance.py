"""Arrivals, drops and media connections of a room's seats.

A participant is not his connection: a drop is neutral, a seat survives it, and a seat
that rebuilds its media does so beside the old connection.
"""

from dataclasses import replace
from datetime import datetime

from server.domain import conduct, recording
from server.domain.errors import DomainError, NotFoundError
from server.domain.going import expect_going
from server.domain.identity import AWAY, identify_again
from server.domain.ids import ConnectionId, RoomId, SeatId, StaffId
from server.domain.session_log import SYSTEM
from server.ports.media import (
    MediaConnected,
    MediaEvent,
    MediaLoss,
    MediaLost,
    MediaLostError,
    MediaReady,
    MediaReport,
    UnknownConnectionError,
)
from server.rooms.room import Room
from server.rooms.view import Absence, Presence

PENDING = 3
FORMER_S = 1.0
"""For so long a connection stays beside the one that follows it, where its phone keeps it open."""


def presence(room: Room, seat: SeatId) -> Presence:
    """Return the seat's live side, empty where nobody has come yet."""
    return room.presence.get(seat, Presence(seat=seat))


def _put(room: Room, one: Presence) -> None:
    room.presence[one.seat] = one


def expect(room: Room, seat: SeatId, staff: StaffId | None, *, watches: bool = False) -> None:
    """Make sure that the seat is one of the room's, or raise NotFoundError.

    `watches`: a member of staff who may only take over, and hears nobody before.
    """
    if staff is not None:
        session = conduct.expect_staff(room.session, staff, watches=watches)
        room.scene = replace(room.scene, session=session)
    room.session.participant(seat)


async def enter(room: Room, seat: SeatId, socket: str) -> str | None:
    """Take an expected seat with a browser; return the browser it replaces, if any.

    Who was away for long is identified again, and waits for it in the lobby of his side.
    """
    before, now = presence(room, seat), room.ports.clock.now()
    away = _long_away(before, now)
    if not before.present:
        await _note_arrival(room, seat, before, may_owe=not away)
    if away:
        await room.decide(SYSTEM, identify_again(seat))
    _put(room, replace(before, socket=socket, absence="none", since=now))
    if _in_chair(room, seat):
        room.chair_empty_since = None
    await room.tell("joined")
    return before.socket if before.socket != socket else None


def _long_away(before: Presence, now: datetime) -> bool:
    return not before.present and before.since is not None and now - before.since > AWAY


def _in_chair(room: Room, seat: SeatId) -> bool:
    chair = room.session.chair
    return chair is not None and seat == SeatId(chair)


async def _note_arrival(room: Room, seat: SeatId, before: Presence, *, may_owe: bool) -> None:
    """Log it. Who only comes back needs nothing stored: his entry is owed where it must be."""
    kind = "join" if before.absence == "not_yet" else "rejoin"
    try:
        await room.note(kind, seat)
    except DomainError:
        if not (may_owe and _was_let_in(room, seat, before)):
            raise
        room.owe_return(seat)


def _was_let_in(room: Room, seat: SeatId, before: Presence) -> bool:
    """Whether he was there before, or is stored as admitted or in the chair by an earlier app."""
    known = before.absence != "not_yet" or room.session.participant(seat).admitted
    return known or _in_chair(room, seat)


def idle(room: Room) -> bool:
    """Whether the room may be opened anew when somebody comes, and nothing is lost by that."""
    busy = room.session.running or recording.going(room.session) is not None
    if busy or room.owes or any(room.hold_texts.values()):
        return False
    return all(_forgettable(room, one) for one in room.presence.values())


def _forgettable(room: Room, one: Presence) -> bool:
    """Whether nobody need know of him: he has been away for long and is not to be asked anew."""
    away = _long_away(one, room.ports.clock.now()) and not every_connection(one)
    seats = (each for each in room.session.participants if each.seat == one.seat)
    people = (each.person_id for each in seats if each.person_id is not None)
    return away and one.wish is None and not any(map(room.session.identified, people))


async def leave(room: Room, seat: SeatId, socket: str, absence: Absence) -> None:
    """The browser went away: by intent (`gone`), or for a neutral reason.

    It is so whether or not the log can say it: everybody is told.
    """
    before = presence(room, seat)
    if before.socket != socket:
        return
    _vacate(room, seat, absence)
    if absence == "gone":
        await _hang_up(room, seat)
    try:
        await _note_leaving(room, seat, absence)
    finally:
        await room.reroute("dropped")


async def _note_leaving(room: Room, seat: SeatId, absence: Absence) -> None:
    if absence == "gone":
        await room.note("leave", seat)
    else:
        await room.note("drop", seat, reason=absence)


def _vacate(room: Room, seat: SeatId, absence: Absence) -> None:
    """Note that no browser holds the seat any more; how long the chair is empty counts from now."""
    one, now = presence(room, seat), room.ports.clock.now()
    _put(room, replace(one, socket=None, absence=absence, since=now, speaking=False))
    if _in_chair(room, seat):
        room.chair_empty_since = room.ports.clock.monotonic()


async def _hang_up(room: Room, seat: SeatId) -> None:
    one = presence(room, seat)
    _put(room, replace(one.without_media(), pending=frozenset()))
    for connection in every_connection(one):
        await _disconnect(room, connection)


def every_connection(one: Presence) -> frozenset[ConnectionId]:
    """Return whatever the seat has at the media plane."""
    return one.pending | {each for each in (one.connection, one.former) if each is not None}


async def _disconnect(room: Room, connection: ConnectionId) -> None:
    try:
        await room.ports.media.disconnect(connection)
    except (MediaLostError, UnknownConnectionError):
        return


async def cut(room: Room, seat: SeatId, reason: str) -> None:
    """Take the seat from its browser at once: media first, then the socket."""
    if seat not in room.presence:
        return
    before = presence(room, seat)
    await _hang_up(room, seat)
    await room.route()
    if before.socket is not None:
        _vacate(room, seat, "gone")
        await room.ports.teller().part(room.session_id, before.socket, reason)
    try:
        if before.socket is not None:
            await room.note("leave", seat, reason=reason)
    finally:
        await room.tell("dropped")


async def judge(room: Room, seat: SeatId, staff: StaffId, *, watches: bool) -> None:
    """Let a member of staff hear from now on what his present roles allow."""
    expect(room, seat, staff, watches=watches)
    await room.reroute()


async def own_media(room: Room, seat: SeatId, **told: str | bool) -> None:
    """Remember in words what a seat says is on."""
    one = presence(room, seat)
    after = replace(one, **told)  # type: ignore[arg-type]  # the wire type has checked the names
    if after != one:
        _put(room, after)
        await room.tell("media")


async def ask_for_mediator(room: Room, seat: SeatId, wish: str | None) -> None:
    """A party calls the mediator, or staff answer the call (`wish` None).

    Raises WrongStateError once the sitting is over.
    """
    expect_going(room.session)
    room.session.participant(seat)
    before = presence(room, seat)
    if wish == before.wish:
        return
    # One call until staff answer it, however often the wish changes meanwhile.
    if before.wish is None:
        await room.note("call_mediator", seat)
    _put(room, replace(before, wish=wish))
    await room.tell("called")


async def start_media(room: Room, seat: SeatId) -> tuple[ConnectionId, str]:
    """Make a connection beside the present one; return its id and offer."""
    connection = ConnectionId(room.ports.ids.new())
    one = presence(room, seat)
    pending = sorted(one.pending)
    for old in pending[: max(0, len(pending) - PENDING + 1)]:
        await _disconnect(room, old)
        one = replace(one, pending=one.pending - {old})
    offer = await room.ports.media.connect(RoomId(room.session_id), connection)
    _put(room, replace(one, pending=one.pending | {connection}))
    return connection, offer


async def answer_media(room: Room, seat: SeatId, connection: ConnectionId, sdp: str) -> None:
    """Take the phone's answer for one of its own connections."""
    if connection not in presence(room, seat).pending:
        raise NotFoundError
    await room.ports.media.answer(connection, sdp)


async def stop_media(room: Room, seat: SeatId, connection: ConnectionId) -> None:
    """Close one of the seat's own connections."""
    one = presence(room, seat)
    if connection not in every_connection(one):
        return
    _put(room, _without(one, connection))
    await _disconnect(room, connection)
    await room.reroute("media")


def _without(one: Presence, connection: ConnectionId) -> Presence:
    """Return the seat without one of its connections; the one before it carries on."""
    if connection == one.former:
        return replace(one, former=None)
    if connection == one.connection:
        return replace(one.without_media(), connection=one.former)
    return replace(one, pending=one.pending - {connection})


async def release(room: Room) -> None:
    """Close what stayed beside its successor for long enough."""
    now = room.ports.clock.monotonic()
    for one in tuple(room.presence.values()):
        if one.former is not None and now >= one.former_until:
            await stop_media(room, one.seat, one.former)


async def media_event(room: Room, seat: SeatId, event: MediaEvent) -> None:
    """Follow what the media plane says about one seat's connection."""
    one = presence(room, seat)
    match event:
        case MediaConnected(connection=connection):
            await _connected(room, one, connection)
        case MediaReady(connection=connection) if connection == one.connection:
            await _ready(room, one)
        case MediaLost(connection=connection, reason=MediaLoss.SILENT):
            await _silent(room, one, connection)
        case MediaLost(connection=connection):
            await _lost(room, one, connection)
        case MediaReport(connection=connection) if connection == one.connection:
            seats = (seat_of(room, source) for source in event.videos_held)
            held = frozenset(seat for seat in seats if seat is not None)
            await _reported(room, replace(one, speaking=event.speaking, videos_held=held))
        case _:
            return


async def _reported(room: Room, one: Presence) -> None:
    before = presence(room, one.seat)
    if one != before:
        _put(room, one)
        await room.tell("speaking" if one.speaking != before.speaking else "media")


async def _connected(room: Room, one: Presence, connection: ConnectionId) -> None:
    if connection in {one.connection, one.former}:
        await room.reroute("media")
        return
    old, older = one.connection, one.former
    if old is not None and connection < old:
        # A slow or silent one whose phone has made another since: ids grow with time.
        _put(room, _without(one, connection))
        await _disconnect(room, connection)
        return
    until = room.ports.clock.monotonic() + FORMER_S
    fresh = replace(one.without_media(), former=old, former_until=until)
    _put(room, replace(fresh, connection=connection, pending=one.pending - {connection}))
    await room.reroute("media")
    if older is not None:
        await _disconnect(room, older)


async def _ready(room: Room, one: Presence) -> None:
    """Let the others hear the seat by its new connection, now that something comes from it."""
    if not one.ready:
        _put(room, replace(one, ready=True))
        if one.former is not None:
            await room.reroute("media")


async def _silent(room: Room, one: Presence, connection: ConnectionId) -> None:
    """Count it as not there; it may come back by itself, and is the seat's until it is closed."""
    if connection == one.connection:
        _put(room, replace(_without(one, connection), pending=one.pending | {connection}))
        await room.reroute("media")


async def _lost(room: Room, one: Presence, connection: ConnectionId) -> None:
    if connection in every_connection(one):
        _put(room, _without(one, connection))
        if connection not in one.pending:
            await room.reroute("media")


def seat_of(room: Room, connection: ConnectionId) -> SeatId | None:
    """Return whose connection this is."""
    for one in room.presence.values():
        if connection in every_connection(one):
            return one.seat
    return None
