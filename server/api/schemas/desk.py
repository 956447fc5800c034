"""The mediator's desk: the list of cases, and the day with what it asks of him."""

from datetime import date, datetime
from typing import Literal

from server.api.schemas.base import View
from server.domain.case import CaseState, PersonRole, Side
from server.domain.invitation import Answer
from server.domain.session import SessionState


class CaseRow(View):
    """A case in a list."""

    id: str
    case_no: str
    parties: list[str]
    matter: str
    dispute_type: str
    state: CaseState
    planned_at: datetime | None
    mediator_name: str
    session_id: str | None
    session_state: SessionState | None


class CaseList(View):
    """One page of cases."""

    cases: list[CaseRow]
    total: int
    page: int


class PresenceRow(View):
    """Who of a side has arrived, for the card of the next sitting.

    Who is not `invited` has no link of his own; a companion sits at another's phone then.
    """

    name: str
    side: Side
    role: PersonRole
    invited: bool
    answer: Answer
    refuses_online: bool
    here: bool
    device: str


class TodaySitting(View):
    """A sitting on the mediator's day; `to_sign` where the viewer's own signature is owed now."""

    case: CaseRow
    session_id: str
    people: list[PresenceRow]
    due_on: date
    missing: list[str]
    to_sign: bool


class DutyRow(View):
    """A dated duty on the right of the day."""

    case_id: str
    parties: list[str]
    code: str
    on: date


class SealRow(View):
    """A signed text whose seal waits: for a release or for the seal, and for whom."""

    case_id: str
    case_no: str
    parties: list[str]
    awaited: Literal["release", "seal"]
    awaited_of: list[str]


class SealingNews(View):
    """That the committee seals by one or by two since lately, or that somebody wants one again."""

    two: bool
    by: list[str]
    at: datetime | None
    back_by: str | None


class TodayView(View):
    """The mediator's day; at least `more_duties` others follow those shown.

    `unplanned` were adjourned, and the next time is to be agreed.
    """

    today: date
    now: datetime
    sittings: list[TodaySitting]
    later: list[CaseRow]
    unplanned: list[CaseRow]
    duties: list[DutyRow]
    more_duties: int
    seals: list[SealRow]
    sealing: SealingNews | None
