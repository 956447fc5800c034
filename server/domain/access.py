"""Which role may do what to which thing: the only place that decides it.

The matrix is data. `own` asks that the thing belongs to the actor's case, `org` that
it belongs to his committee; `reason` that he gives one, which is logged.
"""

from dataclasses import dataclass
from enum import StrEnum

from server.domain.case import Case
from server.domain.errors import (
    ForbiddenError,
    MustChangePasswordError,
    NotFoundError,
    StepUpNeededError,
)
from server.domain.ids import CommitteeId
from server.domain.staff import Actor, Membership, Role


class Act(StrEnum):
    """Everything a member of staff can ask for."""

    OWN_ACCOUNT = "own_account"
    SEE_CASES = "see_cases"
    REGISTER_CASE = "register_case"
    SEE_CASE = "see_case"
    CHANGE_CASE = "change_case"
    END_CASE = "end_case"
    INVITE = "invite"
    REVEAL = "reveal"
    UPLOAD = "upload"
    SEE_FILE = "see_file"
    CONDUCT = "conduct"
    TAKE_OVER = "take_over"
    SEE_DRAFT = "see_draft"
    EDIT_DRAFT = "edit_draft"
    LOCK = "lock"
    SIGN = "sign"
    SEAL = "seal"
    SEE_LOG = "see_log"
    SEARCH_RECORDS = "search_records"
    OPEN_RECORD = "open_record"
    MANAGE_STAFF = "manage_staff"
    MANAGE_CALENDAR = "manage_calendar"
    MANAGE_COMMITTEE = "manage_committee"


class Reach(StrEnum):
    """How far a permission reaches."""

    OWN = "own"
    ORG = "org"


M, R, H, O, A, U = (  # noqa: E741 - the columns of the matrix, in its own letters
    Role.MEDIATOR,
    Role.RECORDER,
    Role.HEAD,
    Role.OFFICER,
    Role.ADMIN,
    Role.AUDITOR,
)
_ALL = dict.fromkeys(Role, Reach.ORG)
_DESK = {M: Reach.OWN, R: Reach.ORG, H: Reach.ORG}

MATRIX: dict[Act, dict[Role, Reach]] = {
    Act.OWN_ACCOUNT: _ALL,
    Act.SEE_CASES: {**_DESK, O: Reach.ORG},
    Act.REGISTER_CASE: {M: Reach.ORG, R: Reach.ORG, H: Reach.ORG},
    Act.SEE_CASE: {**_DESK, O: Reach.ORG},
    Act.CHANGE_CASE: _DESK,
    Act.END_CASE: {M: Reach.OWN},
    Act.INVITE: _DESK,
    Act.REVEAL: {**_DESK, O: Reach.ORG},
    Act.UPLOAD: {M: Reach.OWN, R: Reach.ORG},
    Act.SEE_FILE: {**_DESK, O: Reach.ORG},
    Act.CONDUCT: {M: Reach.OWN, R: Reach.ORG},
    Act.TAKE_OVER: {M: Reach.OWN, R: Reach.ORG, H: Reach.ORG},
    Act.SEE_DRAFT: _DESK,
    Act.EDIT_DRAFT: {M: Reach.OWN, R: Reach.ORG},
    Act.LOCK: {M: Reach.OWN, R: Reach.ORG},
    Act.SIGN: {M: Reach.OWN, R: Reach.OWN},
    Act.SEAL: {H: Reach.ORG},
    Act.SEE_LOG: {M: Reach.OWN, H: Reach.ORG, O: Reach.ORG, U: Reach.ORG},
    Act.SEARCH_RECORDS: {M: Reach.OWN, R: Reach.ORG, H: Reach.ORG, O: Reach.ORG},
    Act.OPEN_RECORD: {M: Reach.OWN, R: Reach.ORG, H: Reach.ORG, O: Reach.ORG},
    Act.MANAGE_STAFF: {A: Reach.ORG},
    Act.MANAGE_CALENDAR: {A: Reach.ORG, H: Reach.ORG},
    Act.MANAGE_COMMITTEE: {A: Reach.ORG},
}

FRESH_SECOND_FACTOR = frozenset({Act.SIGN, Act.SEAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What is asked about: whose committee's, and whether it is the actor's own."""

    committee_id: CommitteeId
    own: bool = False


def of_case(case: Case, actor: Actor) -> Thing:
    """Return the case as a thing: own to its mediator and its recorder."""
    own = actor.staff_id in {case.mediator_id, case.recorder_id}
    return Thing(committee_id=case.committee_id, own=own)


def reach(actor: Actor, act: Act) -> Reach | None:
    """Return how far the actor's roles reach for an act, or None."""
    if actor.membership is not Membership.ACTIVE:
        return None
    reaches = {MATRIX[act][role] for role in actor.roles if role in MATRIX[act]}
    if Reach.ORG in reaches:
        return Reach.ORG
    return Reach.OWN if reaches else None


def allow(actor: Actor, act: Act, thing: Thing | None = None) -> None:
    """Return if the actor may; raise what he is told otherwise.

    Another committee's thing does not exist for him (NotFoundError). Signing and
    sealing ask for a fresh second factor (StepUpNeededError).
    """
    if actor.must_change_password and act is not Act.OWN_ACCOUNT:
        raise MustChangePasswordError
    far = reach(actor, act)
    if thing is not None and thing.committee_id != actor.committee_id:
        raise NotFoundError
    if far is None or (far is Reach.OWN and thing is not None and not thing.own):
        raise ForbiddenError(act=act)
    if act in FRESH_SECOND_FACTOR and not actor.step_up:
        raise StepUpNeededError(act=act)
