"""When the joint session may be recorded, and what ends it.

Recording is off unless everybody who is heard has agreed to it, himself and in this
sitting (人民法院在线调解规则 art. 22 by analogy; 个人信息保护法 arts. 15, 29). A caucus is never
recorded. What stops a recording is never refused: it narrows.
"""

from dataclasses import replace

from server.domain import surroundings
from server.domain.case import Case, Person, PersonRole
from server.domain.conduct import Decision, Facts, Step
from server.domain.errors import MissingStepsError, WrongStateError
from server.domain.ids import PartyId, PersonId, RecordingId, SeatId, StaffId
from server.domain.session import (
    JOINT,
    RECORDING,
    RESTARTED,
    Consent,
    Recording,
    Session,
    SpaceKind,
)
from server.domain.session_log import Happening, happened
from server.domain.wards import NO_WARDS, Wards, decided, wish

SCOPE = RECORDING
"""The consent that is asked for it."""

BY_MEDIATOR, WITHDRAWN, NOT_AGREED, OVER = "mediator", "withdrawn", "not_agreed", "over"
"""Why a recording stopped, as does RESTARTED; the media plane adds its own words."""


def going(session: Session) -> Recording | None:
    """Return the recording that was started and not stopped."""
    last = session.recordings[-1] if session.recordings else None
    return last if last is not None and last.stopped_at is None else None


def missing(session: Session, case: Case, wards: Wards = NO_WARDS) -> tuple[str, ...]:
    """Return the codes of what stands against recording now; empty means it is possible."""
    owed = [f"consent:{person}" for person in _not_agreed(session, case, wards)]
    if not _in_joint(session):
        owed.insert(0, "not_joint")
    elif not _heard(session, case):
        owed.insert(0, "nobody")
    return tuple(owed)


def sources(session: Session, case: Case, wards: Wards = NO_WARDS) -> frozenset[SeatId]:
    """Return whose sound and picture are written now: everybody in the joint session, or nobody."""
    if going(session) is None or missing(session, case, wards):
        return frozenset()
    return frozenset(one.seat for one in session.participants if session.place(one) == JOINT)


def start(recording: RecordingId, key: str) -> Decision:
    """Begin a recording under a fresh key (base64); refused while anything is missing."""

    def decide(session: Session, facts: Facts) -> Step:
        if going(session) is not None:
            raise WrongStateError(state="recording")
        if owed := missing(session, facts.case, facts.wards):
            raise MissingStepsError(missing=list(owed))
        begun = Recording(id=recording, started_at=facts.now, by=StaffId(facts.actor), key=key)
        what = happened("recording.started", facts.actor, recording=recording)
        after = replace(session, recordings=(*session.recordings, begun))
        return Step(session=after, logged=(what,), events=("recording",))

    return decide


def stop(reason: str = BY_MEDIATOR) -> Decision:
    """End the recording; nothing happens where there is none."""

    def decide(session: Session, facts: Facts) -> Step:
        if going(session) is None:
            return Step(session=session)
        return _stopped(Step(session=session), facts, reason)

    return decide


def interrupted(session: Session, facts: Facts) -> Step:
    """End what an earlier app began; for all that it may have been owing, all are asked anew."""
    return stop(RESTARTED)(session, facts)


def follow(before: Session, step: Step, facts: Facts) -> Step:
    """Return the step with what it means for a recording that goes on.

    Every decision passes here: nothing else has to remember that somebody records.
    """
    session = step.session
    if going(session) is None:
        return step
    if session.over:
        return _stopped(step, facts, OVER)
    if refusing := _not_agreed(session, facts.case, facts.wards):
        return _stopped(step, facts, _why(session, refusing, facts.wards))
    return _turned(before, step, facts)


def kept_consents(before: Session) -> tuple[Consent, ...]:
    """Return what stays answered in the next sitting: recording is asked anew for each."""
    return tuple(one for one in before.consents if one.scope != SCOPE)


def must_stop(session: Session, case: Case, wards: Wards = NO_WARDS) -> bool:
    """Whether somebody is heard who has not agreed, after a change made elsewhere."""
    return going(session) is not None and bool(_not_agreed(session, case, wards))


def _why(session: Session, refusing: tuple[PersonId, ...], wards: Wards) -> str:
    once = {c.person_id for c in session.answers(SCOPE) if c.agreed}
    asked = {one for person in refusing for one in (person, *wards.get(person, ()))}
    return WITHDRAWN if once & asked else NOT_AGREED


def _in_joint(session: Session) -> bool:
    return session.running and session.space.kind is SpaceKind.JOINT


def _heard(session: Session, case: Case) -> tuple[PersonId, ...]:
    """Return whose voice a recording holds: those admitted, and companions beside them.

    Whoever was said to be with nobody is not heard.
    """
    inside = {one.person_id for one in session.participants if one.admitted and one.person_id}
    parties = {person.party_id for person in case.people if person.id in inside}
    away = surroundings.absent(session, case)
    return tuple(
        person.id for person in case.people if person.id in inside or _beside(person, parties, away)
    )


def _beside(person: Person, parties: set[PartyId], away: frozenset[PersonId]) -> bool:
    companion = person.role is PersonRole.COMPANION and person.party_id in parties
    return companion and person.id not in away


def _not_agreed(session: Session, case: Case, wards: Wards) -> tuple[PersonId, ...]:
    """Return who is heard and may not be written; a ward who does not want it is not either."""
    return tuple(
        person
        for person in _heard(session, case)
        if not decided(session, person, SCOPE, wards)
        or wish(session, person, SCOPE, wards) is False
    )


def _stopped(step: Step, facts: Facts, reason: str) -> Step:
    *earlier, last = step.session.recordings
    ended = replace(last, stopped_at=facts.now, reason=reason)
    what = happened("recording.stopped", facts.actor, recording=last.id, reason=reason)
    return _with(step, (*earlier, ended), what)


def _turned(before: Session, step: Step, facts: Facts) -> Step:
    """Note who is written from now on, and that leaving the joint session suspends."""
    *earlier, last = step.session.recordings
    seats = sources(step.session, facts.case, facts.wards)
    added = tuple(sorted(seats.difference(last.seats)))
    held = replace(last, seats=(*last.seats, *added))
    was = bool(sources(before, facts.case, facts.wards))
    kind = "recording.resumed" if seats else "recording.suspended"
    begun = going(before) is None
    if begun or was == bool(seats):
        return step if not added else _with(step, (*earlier, held), None)
    return _with(step, (*earlier, held), happened(kind, facts.actor, recording=last.id))


def _with(step: Step, recordings: tuple[Recording, ...], what: Happening | None) -> Step:
    if what is None:
        return replace(step, session=replace(step.session, recordings=recordings))
    return replace(
        step,
        session=replace(step.session, recordings=recordings),
        logged=(*step.logged, what),
        events=tuple(dict.fromkeys((*step.events, "recording"))),
    )
