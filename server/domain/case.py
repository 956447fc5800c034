"""A dispute brought to a committee: its facts, parties and people.

Fields and their limits follow the ministry's forms (人民调解申请书, 受理登记表,
协议书) and the law on people's mediation, arts. 17-20 and 29.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from server.domain.custody import Custody
from server.domain.errors import NotFoundError, WrongStateError
from server.domain.ids import CaseId, CommitteeId, FileId, PartyId, PersonId, StaffId


class CaseState(StrEnum):
    """Where the case stands; `NEXT` lists the moves."""

    ACCEPTED = "accepted"
    MEDIATING = "mediating"
    AGREED = "agreed"
    SEALED = "sealed"
    ENDED = "ended"


NEXT: dict[CaseState, frozenset[CaseState]] = {
    CaseState.ACCEPTED: frozenset({CaseState.MEDIATING, CaseState.ENDED}),
    CaseState.MEDIATING: frozenset({CaseState.AGREED, CaseState.ENDED}),
    CaseState.AGREED: frozenset({CaseState.MEDIATING, CaseState.SEALED, CaseState.ENDED}),
    CaseState.SEALED: frozenset(),
    CaseState.ENDED: frozenset(),
}


class Side(StrEnum):
    """Whose side a party or person is on."""

    APPLICANT = "applicant"
    RESPONDENT = "respondent"
    THIRD = "third"


class PartyKind(StrEnum):
    """A natural person, or an organisation acting through people."""

    PERSON = "person"
    ORGANISATION = "organisation"


class Capacity(StrEnum):
    """Capacity for civil acts (民法典 17-24); doubtful blocks signing."""

    FULL = "full"
    LIMITED = "limited"
    NONE = "none"
    DOUBTFUL = "doubtful"


class PersonRole(StrEnum):
    """How a person takes part on a side."""

    PARTY = "party"
    LEGAL_REPRESENTATIVE = "legal_representative"
    AGENT = "agent"
    COMPANION = "companion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One side's principal. An organisation acts through its people."""

    id: PartyId
    side: Side
    kind: PartyKind
    name: str
    short_name: str = ""
    label: str = ""
    capacity: Capacity = Capacity.FULL
    address: str = ""
    uscc: str = ""
    legal_representative: str = ""
    legal_representative_post: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """An agent's power of attorney: scope, term, document (民法典 165)."""

    kind: str
    scopes: frozenset[str]
    valid_from: date
    valid_to: date | None = None
    licence_no: str = ""
    file: FileId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is invited on a party's side.

    A natural person who is the party himself has role PARTY and his identity here.
    """

    id: PersonId
    party_id: PartyId
    role: PersonRole
    name: str
    mobile: str = ""
    id_kind: str = "resident_identity_card"
    id_no: str = ""
    gender: str = ""
    birth: date | None = None
    ethnic: str = ""
    occupation: str = ""
    relation: str = ""
    authority: Authority | None = None


_Thing = TypeVar("_Thing", Party, Person)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabourFacts:
    """What decides the clocks and the knowledge clause of a labour case."""

    injured_on: date | None = None
    received_on: date | None = None
    recognised: bool = False
    graded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One dispute at one committee. Amounts are fen; dates are Chinese dates.

    `closed_at` is when it was sealed or ended; files are kept from then on. None while it
    goes on, and in what an earlier release closed. `touches_status` is asked where the kind of
    dispute leaves it open: who is married, has custody, is adopted, inherits; None: not answered.
    """

    id: CaseId
    committee_id: CommitteeId
    case_no: str
    dispute_type: str
    sub_type: str
    source: str
    matter: str
    summary: str
    created_at: datetime
    accepted_on: date
    due_on: date
    channel: str = "counter"
    claims: tuple[str, ...] = ()
    amount_claimed: int | None = None
    occurred_on: date | None = None
    place: str = ""
    labour: LabourFacts | None = None
    touches_status: bool | None = None
    public: bool = False
    mediator_id: StaffId | None = None
    recorder_id: StaffId | None = None
    parties: tuple[Party, ...] = ()
    people: tuple[Person, ...] = ()
    state: CaseState = CaseState.ACCEPTED
    result: str = ""
    end_reason: str = ""
    closed_at: datetime | None = None
    version: int = 0
    file_names: dict[FileId, str] = field(default_factory=dict)
    custody: Custody = field(default_factory=Custody)

    def move(self, state: CaseState) -> "Case":
        """Return the case in `state`; raises WrongStateError off the table."""
        if state not in NEXT[self.state]:
            raise WrongStateError(state=self.state, wanted=state)
        return replace(self, state=state)

    def party(self, party_id: PartyId) -> Party:
        """Return the party, or raise NotFoundError."""
        return _one(self.parties, party_id)

    def person(self, person_id: PersonId) -> Person:
        """Return the person, or raise NotFoundError."""
        return _one(self.people, person_id)

    def side_of(self, person_id: PersonId) -> Side:
        """Return whose side a person is on."""
        return self.party(self.person(person_id).party_id).side

    def people_of(self, party_id: PartyId) -> tuple[Person, ...]:
        """Return the people on one party's side, in the order registered."""
        return tuple(p for p in self.people if p.party_id == party_id)


def _one(things: tuple[_Thing, ...], wanted: str) -> _Thing:
    for thing in things:
        if thing.id == wanted:
            return thing
    raise NotFoundError
