"""Cases, people and sittings as the console registers and sees them."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from server.api.schemas.base import Ask, Fen, LongText, ShortText, View
from server.api.schemas.invitation import InvitationView
from server.domain.case import Capacity, CaseState, PartyKind, PersonRole, Side
from server.domain.jurisdiction.entries import ElectronicSigning
from server.domain.session import SessionState

Name = Annotated[str, Field(min_length=1, max_length=50)]


class AuthorityAsk(Ask):
    """An agent's power of attorney; `file` names an uploaded document."""

    kind: ShortText
    scopes: Annotated[list[str], Field(min_length=1, max_length=7)]
    valid_from: date
    valid_to: date | None = None
    licence_no: ShortText = ""
    file: str | None = None


class PersonAsk(Ask):
    """Somebody on a party's side. `id` keeps a person across changes of the case.

    `gender` and `birth` count only where the number of his document does not tell them.
    """

    id: str | None = None
    role: PersonRole
    name: Name
    mobile: ShortText = ""
    id_kind: ShortText = "resident_identity_card"
    id_no: ShortText = ""
    gender: Literal["", "male", "female"] = ""
    birth: date | None = None
    ethnic: ShortText = ""
    occupation: ShortText = ""
    relation: ShortText = ""
    authority: AuthorityAsk | None = None


class PartyAsk(Ask):
    """One party with its people; a natural person has one person of role party."""

    id: str | None = None
    side: Side
    kind: PartyKind
    name: Annotated[str, Field(min_length=1, max_length=100)]
    short_name: ShortText = ""
    capacity: Capacity = Capacity.FULL
    address: ShortText = ""
    uscc: ShortText = ""
    legal_representative: ShortText = ""
    legal_representative_post: ShortText = ""
    needs: Annotated[list[ShortText], Field(max_length=12, default_factory=list)]
    people: Annotated[list[PersonAsk], Field(max_length=8)]


class LabourAsk(Ask):
    """The clocks of a labour case."""

    injured_on: date | None = None
    received_on: date | None = None
    recognised: bool = False
    graded: bool = False


class CaseAsk(Ask):
    """A case as registered at the counter or on the telephone."""

    dispute_type: ShortText
    sub_type: ShortText = ""
    source: ShortText
    channel: ShortText = "counter"
    matter: Annotated[str, Field(min_length=2, max_length=60)]
    summary: Annotated[str, Field(min_length=2, max_length=2000)]
    claims: Annotated[list[ShortText], Field(max_length=20, default_factory=list)]
    amount_claimed: Fen | None = None
    occurred_on: date | None = None
    place: ShortText = ""
    accepted_on: date | None = None
    labour: LabourAsk | None = None
    personal_status: bool | None = None
    public: bool = False
    mediator_id: str | None = None
    recorder_id: str | None = None
    planned_at: datetime | None = None
    parties: Annotated[list[PartyAsk], Field(min_length=2, max_length=10)]


class RegisterCase(CaseAsk):
    """A new case. The same `key` again is the same case, however often it is sent."""

    key: Annotated[str, Field(max_length=64)] = ""


class ChangeCase(CaseAsk):
    """The whole case again, as `version` knew it."""

    version: int


class Registered(View):
    """The new case and its receipt."""

    id: str
    case_no: str
    warnings: list[str]


class AuthorityView(View):
    """An agent's authority and whether it holds today."""

    kind: str
    scopes: list[str]
    valid_from: date
    valid_to: date | None
    licence_no: str
    file: str | None
    can_sign: bool


class PersonView(View):
    """A person with masked numbers."""

    id: str
    role: PersonRole
    name: str
    mobile_masked: str
    id_kind: str
    id_no_masked: str
    gender: str
    birth: date | None
    ethnic: str
    occupation: str
    relation: str
    authority: AuthorityView | None
    signs: bool
    refuses_online: bool
    refuses: list[str]
    invitation: InvitationView | None


class PartyView(View):
    """A party with its people."""

    id: str
    side: Side
    kind: PartyKind
    name: str
    short_name: str
    label: str
    capacity: Capacity
    address_masked: str
    uscc: str
    legal_representative: str
    legal_representative_post: str
    needs: list[str]
    people: list[PersonView]


class SittingView(View):
    """One sitting of the case."""

    id: str
    planned_at: datetime
    state: SessionState
    opened_at: datetime | None
    closed_at: datetime | None
    outcome: str
    end_reason: str


class DeadlineView(View):
    """A dated duty: its code, the day, and whether the calendar was missing."""

    code: str
    on: date | None
    calendar_missing: int | None = None


class FileView(View):
    """An uploaded file."""

    id: str
    name: str
    kind: str
    media_type: str
    size: int
    sha256: str


class CaseView(View):
    """A case as the assigned staff see it.

    `destroyed_on` is when its file was destroyed; then numbers, addresses and what happened are
    empty.
    """

    id: str
    case_no: str
    version: int
    state: CaseState
    dispute_type: str
    sub_type: str
    source: str
    channel: str
    matter: str
    summary: str
    claims: list[str]
    amount_claimed: int | None
    occurred_on: date | None
    place: str
    accepted_on: date
    due_on: date
    labour: LabourAsk | None
    personal_status: bool | None
    public: bool
    e_sign: ElectronicSigning
    mediator_id: str | None
    mediator_name: str
    recorder_id: str | None
    recorder_name: str
    parties: list[PartyView]
    sittings: list[SittingView]
    deadlines: list[DeadlineView]
    files: list[FileView]
    agreement_state: str | None
    agreement_number: str | None
    record_id: str | None
    result: str
    end_reason: str
    destroyed_on: date | None


class ScheduleAsk(Ask):
    """A sitting's planned beginning."""

    planned_at: datetime


class RevealAsk(Ask):
    """Which masked field of a person, and why."""

    field: Literal["id_no", "mobile", "address"]
    reason: Annotated[str, Field(min_length=2, max_length=200)]


class Revealed(View):
    """The field in clear; the reveal is in the session log."""

    value: str


class EndCaseAsk(Ask):
    """Ending without a sitting: the reason and a note for the file."""

    end_reason: ShortText
    note: LongText = ""
