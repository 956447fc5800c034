"""One sitting: its states, who is admitted, and where everybody is.

The states are a table; the spaces are not states. A person's place follows from the
state, the space the mediator has opened, his side and his admission, so that two
sides can meet only in `joint`, and never in a lobby.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from server.domain.case import Side
from server.domain.errors import NotFoundError, WrongStateError
from server.domain.ids import (
    CaseId,
    CommitteeId,
    PersonId,
    RecordingId,
    SeatId,
    SessionId,
    StaffId,
)


class SessionState(StrEnum):
    """Where the sitting stands; `NEXT` lists the moves."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    PAUSED = "paused"
    FROZEN = "frozen"
    SIGNING = "signing"
    CLOSED = "closed"
    ADJOURNED = "adjourned"


_RUNNING = frozenset({SessionState.OPEN, SessionState.SIGNING})
_HELD = frozenset({SessionState.PAUSED, SessionState.FROZEN})
_ENDS = frozenset({SessionState.CLOSED, SessionState.ADJOURNED})

NEXT: dict[SessionState, frozenset[SessionState]] = {
    SessionState.SCHEDULED: frozenset({SessionState.OPEN}) | _ENDS,
    SessionState.OPEN: _HELD | _ENDS | {SessionState.SIGNING},
    SessionState.SIGNING: _HELD | _ENDS | {SessionState.OPEN},
    SessionState.PAUSED: _RUNNING | _ENDS | {SessionState.FROZEN},
    SessionState.FROZEN: _RUNNING | _ENDS | {SessionState.PAUSED},
    SessionState.CLOSED: frozenset(),
    SessionState.ADJOURNED: frozenset(),
}


class SpaceKind(StrEnum):
    """The kinds of space; lobby, reception and caucus belong to one side."""

    LOBBY = "lobby"
    RECEPTION = "reception"
    JOINT = "joint"
    CAUCUS = "caucus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """A place people share. `side` is None for `joint` and for the staff's lobby."""

    kind: SpaceKind
    side: Side | None = None


STAFF_LOBBY = Space(kind=SpaceKind.LOBBY)
JOINT = Space(kind=SpaceKind.JOINT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody with a seat. Staff have `staff_id`, people of a side `person_id`.

    `beside` names people who sit at the same phone (a companion at a bedside). `watches`
    is staff who only may take over: he shares no space before he has the chair.
    """

    seat: SeatId
    person_id: PersonId | None = None
    staff_id: StaffId | None = None
    side: Side | None = None
    admitted: bool = False
    beside: tuple[PersonId, ...] = ()
    watches: bool = False


BY_HIMSELF = "online"
"""How a person answered who did so on his own phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One answer to one consent text. Refusing one never blocks the others.

    `method` is online, oral or paper; an oral one names the witness on the staff. `wish`: he was
    a ward then, and agreed to nothing by it. `times`: how often he said it, one after the other.
    """

    person_id: PersonId
    scope: str
    agreed: bool
    text_version: str
    at: datetime
    method: str = BY_HIMSELF
    witness: StaffId | None = None
    wish: bool = False
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCheck:
    """What a member of staff saw when comparing face and document (在线调解规则 17).

    `number_masked` is all that is kept. `phone_confirmed_on_video` stands where no
    one-time code channel is configured.
    """

    person_id: PersonId
    document: str
    number_masked: str
    matches: bool
    by: StaffId
    at: datetime
    phone_confirmed_on_video: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Who a person says is in the room with him; `present` is empty where nobody else is."""

    person_id: PersonId
    present: str
    at: datetime

    @property
    def alone(self) -> bool:
        """Whether he says that nobody else is there."""
        return not self.present


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsAnswer:
    """A block of the rights notice that a person says he has heard."""

    person_id: PersonId
    block: int
    at: datetime


class MinutesMark(StrEnum):
    """What a sentence of the minutes is; concessions leave no case by default."""

    STATEMENT = "statement"
    UNDISPUTED = "undisputed"
    DISPUTED = "disputed"
    CONCESSION = "concession"
    NOTICE = "notice"
    ANSWER = "answer"
    PROCEDURE = "procedure"


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesItem:
    """One typed sentence. `speaker` is a name as it shall be printed."""

    id: str
    at: datetime
    speaker: str
    text: str
    mark: MinutesMark


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesAnswer:
    """A person's answer to one version of the minutes."""

    person_id: PersonId
    version: int
    agreed: bool
    remark: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One recording of the joint session; `domain.recording` has its rules.

    `key` is the AES-256 key of its media in base64: whoever erases it erases the recording.
    `seats` are all whose sound and picture were ever written. It goes on while `stopped_at`
    is None, though outside the joint session nothing is written.
    """

    id: RecordingId
    started_at: datetime
    by: StaffId
    key: str = field(repr=False)
    seats: tuple[SeatId, ...] = ()
    stopped_at: datetime | None = None
    reason: str = ""


RECORDING = "recording"
"""The scope of the consent to be recorded."""
RESTARTED = "app_restarted"
"""Why a recording stopped that an earlier app had begun: everybody is asked anew after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sitting. `space` is what the mediator has opened now.

    `minutes_ready` means the parties are asked to confirm version `minutes_version`.
    `unproven` names who is to be identified again: see `identify_again`.
    """

    id: SessionId
    case_id: CaseId
    committee_id: CommitteeId
    planned_at: datetime
    chair: StaffId | None = None
    state: SessionState = SessionState.SCHEDULED
    space: Space = STAFF_LOBBY
    recorder_in_caucus: bool = False
    participants: tuple[Participant, ...] = ()
    consents: tuple[Consent, ...] = ()
    identity_checks: tuple[IdentityCheck, ...] = ()
    unproven: tuple[PersonId, ...] = ()
    environments: tuple[Environment, ...] = ()
    rights_answers: tuple[RightsAnswer, ...] = ()
    rights_block: int = 0
    rights_skipped: str = ""
    minutes: tuple[MinutesItem, ...] = ()
    minutes_version: int = 0
    minutes_ready: bool = False
    minutes_answers: tuple[MinutesAnswer, ...] = ()
    recordings: tuple[Recording, ...] = ()
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str = ""
    end_reason: str = ""
    end_note: str = ""
    version: int = 0

    def move(self, state: SessionState) -> "Session":
        """Return the sitting in `state`; raises WrongStateError off the table."""
        if state not in NEXT[self.state]:
            raise WrongStateError(state=self.state, wanted=state)
        return replace(self, state=state)

    @property
    def running(self) -> bool:
        """Whether people may be together now."""
        return self.state in _RUNNING

    @property
    def begun(self) -> bool:
        """Whether it was opened and is not over, also while it rests."""
        return self.running or self.state in _HELD

    @property
    def over(self) -> bool:
        """Whether nothing can be decided in it any more; a recording may still come to its end."""
        return self.state in _ENDS

    def participant(self, seat: SeatId) -> Participant:
        """Return who sits there, or raise NotFoundError."""
        for one in self.participants:
            if one.seat == seat:
                return one
        raise NotFoundError

    def seated(self, one: Participant) -> "Session":
        """Return the sitting with this in place of what was at the seat."""
        seats = tuple(one if other.seat == one.seat else other for other in self.participants)
        return replace(self, participants=seats)

    def place(self, one: Participant) -> Space:
        """Return where a participant is, whatever he or his phone believes."""
        own = Space(kind=SpaceKind.LOBBY, side=one.side)
        if not self.running or self.space.kind is SpaceKind.LOBBY:
            return own
        if one.staff_id is not None:
            return self._staff_place(one)
        if self.space.kind is not SpaceKind.RECEPTION and not one.admitted:
            return own
        return self.space if self.space.side in {None, one.side} else own

    def _staff_place(self, one: Participant) -> Space:
        if one.staff_id == self.chair:
            return self.space
        alone = self.space.kind is SpaceKind.CAUCUS and not self.recorder_in_caucus
        return STAFF_LOBBY if alone or one.watches else self.space

    def consent(self, person: PersonId, scope: str) -> Consent | None:
        """Return the person's latest answer to one scope, if it counts: see `answers`."""
        given = self.given(person, scope)
        return given[-1] if given else None

    def given(self, person: PersonId, scope: str) -> tuple[Consent, ...]:
        """Return what a person answered to one scope that counts, the latest last."""
        return tuple(c for c in self.answers(scope) if c.person_id == person)

    def times(self, person: PersonId, scope: str) -> int:
        """Return how often a person answered one scope, whether or not it counts now."""
        own = (c for c in self.consents if (c.person_id, c.scope) == (person, scope))
        return sum(one.times for one in own)

    def answers(self, scope: str) -> tuple[Consent, ...]:
        """Return the answers to one scope that count now, the latest last.

        An app that ended while it recorded may have been owing a withdrawal to the store: what
        people said of being recorded before it ended does not count after it.
        """
        given = tuple(c for c in self.consents if c.scope == scope)
        ends = [r.stopped_at for r in self.recordings if r.stopped_at and r.reason == RESTARTED]
        if scope != RECORDING or not ends:
            return given
        return tuple(c for c in given if c.at > ends[-1])

    def identified(self, person: PersonId) -> bool:
        """Whether the latest check of this sitting found the person at this device to match."""
        found = [c for c in self.identity_checks if c.person_id == person]
        return bool(found) and found[-1].matches and person not in self.unproven

    def checked(self, check: IdentityCheck) -> "Session":
        """Return the sitting with what staff saw."""
        still = tuple(one for one in self.unproven if one != check.person_id)
        checks = (*self.identity_checks, check)
        return replace(self, identity_checks=checks, unproven=still)

    def heard(self, person: PersonId, blocks: int) -> bool:
        """Whether the person acknowledged every block of the rights notice."""
        return all(self.heard_block(person, block) for block in range(1, blocks + 1))

    def heard_block(self, person: PersonId, block: int) -> bool:
        """Whether the person acknowledged this block."""
        return any((a.person_id, a.block) == (person, block) for a in self.rights_answers)
