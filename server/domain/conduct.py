"""What staff and parties may do in a sitting, each as a decision without effects.

A decision takes the sitting and the facts of the moment and returns the sitting after
it, what is to be logged, and the words announced once. It raises a DomainError when
the rule refuses; then nothing has changed. Where the sitting goes is decided in `spaces`,
the notice of rights in `rights`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from server.domain import owed, repeats
from server.domain.case import Case
from server.domain.errors import MissingStepsError, StaleRevisionError, WrongStateError
from server.domain.going import expect_going, while_going
from server.domain.ids import PersonId, SeatId, StaffId
from server.domain.jurisdiction.pack import JurisdictionPack, expect_code
from server.domain.session import (
    BY_HIMSELF,
    RECORDING,
    STAFF_LOBBY,
    Consent,
    Environment,
    IdentityCheck,
    Participant,
    Session,
    SessionState,
)
from server.domain.session_log import Happening, happened
from server.domain.wards import Wards, answers_for, wards_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The moment of a decision: when, who asks, in which case, where."""

    now: datetime
    actor: str
    case: Case
    pack: JurisdictionPack

    @property
    def wards(self) -> Wards:
        """Whose own answers decide nothing now, and who answers for him."""
        return wards_of(self.case, self.pack, self.pack.local_day(self.now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The outcome of a decision."""

    session: Session
    logged: tuple[Happening, ...] = ()
    events: tuple[str, ...] = ()


Decision = Callable[[Session, Facts], Step]


def expect_people(session: Session, case: Case) -> Session:
    """Return the sitting with a seat for every person of the case, and for no other."""
    named = {person.id for person in case.people}
    seated = tuple(p for p in session.participants if p.person_id is None or p.person_id in named)
    known = {one.person_id for one in seated}
    missing = tuple(
        Participant(seat=SeatId(p.id), person_id=p.id, side=case.side_of(p.id))
        for p in case.people
        if p.id not in known
    )
    return replace(session, participants=seated + missing)


def expect_staff(session: Session, staff: StaffId, *, watches: bool = False) -> Session:
    """Return the sitting with a seat for a member of staff, `watches` as it is now."""
    for one in session.participants:
        if one.staff_id == staff:
            return (
                session if one.watches == watches else session.seated(replace(one, watches=watches))
            )
    one = Participant(seat=SeatId(staff), staff_id=staff, watches=watches)
    return replace(session, participants=(*session.participants, one))


def open_session(session: Session, facts: Facts) -> Step:
    """Who takes the chair opens the sitting; everybody stays in the own lobby."""
    opened = replace(session.move(SessionState.OPEN), chair=StaffId(facts.actor))
    opened = replace(opened, opened_at=facts.now, space=STAFF_LOBBY)
    return _step(opened, facts, "session.open", "opened")


def resume(session: Session, facts: Facts) -> Step:
    """Go on after a pause or a freeze; everybody is still in the own lobby."""
    if session.state not in {SessionState.PAUSED, SessionState.FROZEN}:
        raise WrongStateError(state=session.state)
    again = replace(session.move(SessionState.OPEN), space=STAFF_LOBBY)
    return _step(again, facts, "session.resume", "resumed")


def pause(session: Session, facts: Facts) -> Step:
    """A break: everybody to the own lobby."""
    held = replace(session.move(SessionState.PAUSED), space=STAFF_LOBBY)
    return _step(held, facts, "session.pause", "paused")


def freeze(session: Session, facts: Facts) -> Step:
    """The chair is empty longer than the grace: nobody is left unsupervised."""
    held = replace(session.move(SessionState.FROZEN), space=STAFF_LOBBY)
    return _step(held, facts, "session.freeze", "frozen")


def take_over(session: Session, facts: Facts) -> Step:
    """A deputy takes the chair, in whatever state the sitting is."""
    if session.over or session.state is SessionState.SCHEDULED:
        raise WrongStateError(state=session.state)
    taken = replace(session, chair=StaffId(facts.actor), space=STAFF_LOBBY)
    return _step(taken, facts, "session.takeover", "taken_over")


def begin_signing(session: Session, facts: Facts) -> Step:
    """The text is locked: the sitting signs; the same spaces stay allowed."""
    return _step(session.move(SessionState.SIGNING), facts, "session.signing", "agreement")


def end_signing(session: Session, facts: Facts) -> Step:
    """The text was opened again."""
    return _step(session.move(SessionState.OPEN), facts, "session.drafting", "agreement")


def adjourn(session: Session, facts: Facts) -> Step:
    """Go on another day; drafts and answers are kept."""
    ended = replace(session.move(SessionState.ADJOURNED), closed_at=facts.now, outcome="adjourned")
    return _step(ended, facts, "session.adjourn", "closed")


def close(outcome: str, end_reason: str, note: str) -> Decision:
    """Close the sitting; without agreement it needs a reason (人民调解法 art. 26).

    With one it needs minutes that every party has answered, or a note that says why not.
    """

    def decide(session: Session, facts: Facts) -> Step:
        if end_reason:
            expect_code(end_reason, facts.pack.end_reasons, "end_reason")
        if missing := _missing_to_close(session, facts, outcome, (end_reason, note)):
            raise MissingStepsError(missing=list(missing))
        ended = replace(
            session.move(SessionState.CLOSED),
            closed_at=facts.now,
            outcome=outcome,
            end_reason=end_reason,
            end_note=note,
        )
        what = happened("session.close", facts.actor, outcome=outcome, reason=end_reason or None)
        return Step(session=ended, logged=(what,), events=("closed",))

    return decide


def _missing_to_close(
    session: Session, facts: Facts, outcome: str, reasons: tuple[str, str]
) -> tuple[str, ...]:
    end_reason, note = reasons
    if outcome == "not_agreed":
        return () if end_reason else ("end_reason",)
    return () if note else owed.before_agreed_close(session, facts.case)


def stop(note: str) -> Decision:
    """A party ends the mediation; it may at any time (人民调解法 arts. 17, 23)."""

    def decide(session: Session, facts: Facts) -> Step:
        expect_going(session)
        ended = replace(
            session.move(SessionState.CLOSED),
            closed_at=facts.now,
            outcome="not_agreed",
            end_reason="refused",
            end_note=note,
        )
        return _step(ended, facts, "session.stopped", "stopped")

    return decide


@while_going
def admit(seat: SeatId) -> Decision:
    """Let a person into joint session and caucus; refused while he owes something."""

    def decide(session: Session, facts: Facts) -> Step:
        one = session.participant(seat)
        person = facts.case.person(_person_of(one))
        blocks, wards = facts.pack.rights_blocks, facts.wards
        if missing := owed.before_admission(session, person, blocks, wards):
            raise MissingStepsError(missing=list(missing), seat=seat)
        admitted = session.seated(replace(one, admitted=True))
        what = happened("admit", facts.actor, person=one.person_id)
        return Step(session=admitted, logged=(what,), events=("admitted",))

    return decide


@while_going
def send_back(seat: SeatId) -> Decision:
    """Put a person back into the own lobby."""

    def decide(session: Session, facts: Facts) -> Step:
        one = session.participant(seat)
        back = session.seated(replace(one, admitted=False))
        what = happened("return_to_lobby", facts.actor, person=_person_of(one))
        return Step(session=back, logged=(what,), events=("returned",))

    return decide


@while_going
def check_identity(check: IdentityCheck) -> Decision:
    """Record what staff saw; a mismatch puts the person back into the lobby."""

    def decide(session: Session, facts: Facts) -> Step:
        expect_code(check.document, facts.pack.identity_documents, "document")
        checked = session.checked(check)
        if not check.matches:
            one = checked.participant(SeatId(check.person_id))
            checked = checked.seated(replace(one, admitted=False))
        kind = "identity.checked" if check.matches else "identity.failed"
        what = happened(kind, facts.actor, person=check.person_id, document=check.document)
        return Step(session=checked, logged=(what,), events=("identity",))

    return decide


def consent(given: Consent, *, seen: int | None = None) -> Decision:
    """Record an answer to one consent text; refusing the online form ends admission.

    After the sitting a person still answers himself, as easily as before it (个人信息保护法
    art. 15): what is signed or delivered later goes by that. Recording is over with it.
    `seen`: how many answers of his were there when he agreed; where others came since, his word
    was late on its way, and StaleRevisionError is raised. Whoever refuses always counts.
    """

    def decide(session: Session, facts: Facts) -> Step:
        if given.scope == RECORDING or given.method != BY_HIMSELF:
            expect_going(session)
        facts.case.person(given.person_id)
        wards = facts.wards
        said = replace(given, wish=given.person_id in wards)
        ends = given.scope == owed.ONLINE and not given.agreed
        answered = _unadmit(session, _bound(given.person_id, wards)) if ends else session
        if not repeats.says_anew(session, said):
            return Step(session=repeats.refused_again(answered, said))
        times = session.times(given.person_id, given.scope)
        if given.agreed and seen not in {None, times}:
            raise StaleRevisionError(revision=times)
        answered = replace(answered, consents=(*session.consents, said))
        what = happened(
            _consent_kind(session, given, wards),
            facts.actor,
            person=given.person_id,
            scope=given.scope,
            version=given.text_version,
            method=given.method,
        )
        return Step(session=answered, logged=(what,), events=("consent",))

    return decide


def _bound(person: PersonId, wards: Wards) -> tuple[PersonId, ...]:
    """Return for whom an answer counts: a ward's binds nobody, his representative's both."""
    return () if person in wards else (person, *answers_for(person, wards))


def _consent_kind(session: Session, given: Consent, wards: Wards) -> str:
    if given.person_id in wards:
        return "consent.wish_for" if given.agreed else "consent.wish_against"
    if given.agreed:
        return "consent.given"
    before = session.consent(given.person_id, given.scope)
    agreed = before is not None and before.agreed and not before.wish
    return "consent.withdrawn" if agreed else "consent.refused"


def _unadmit(session: Session, people: tuple[PersonId, ...]) -> Session:
    seats = tuple(
        replace(one, admitted=False) if one.person_id in people else one
        for one in session.participants
    )
    return replace(session, participants=seats)


@while_going
def declare_environment(person: PersonId, present: str) -> Decision:
    """A person says who is in the room with him; only that he did is logged."""

    def decide(session: Session, facts: Facts) -> Step:
        said = Environment(person_id=person, present=present, at=facts.now)
        if not repeats.says_anew(session, said):
            return Step(session=session)
        declared = replace(session, environments=(*session.environments, said))
        what = happened("environment.declared", facts.actor, person=person)
        return Step(session=declared, logged=(what,), events=("environment",))

    return decide


def _person_of(one: Participant) -> PersonId:
    if one.person_id is None:
        raise WrongStateError(state="staff")
    return one.person_id


def _step(session: Session, facts: Facts, kind: str, event: str) -> Step:
    return Step(session=session, logged=(happened(kind, facts.actor),), events=(event,))
