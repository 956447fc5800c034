"""Which role may do what to which thing: the only place that decides it.

The matrix is data. `own` asks that the thing belongs to the actor's case, `org` that
it belongs to his committee, `chair` that he has taken the chair of the sitting.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from server.domain.case import Case
from server.domain.errors import (
    DomainError,
    ForbiddenError,
    MustChangePasswordError,
    NotFoundError,
    StepUpNeededError,
)
from server.domain.ids import CommitteeId
from server.domain.session import Session
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
    RUN_ROOM = "run_room"
    ADMIT = "admit"
    TAKE_RECORDER_ALONG = "take_recorder_along"
    RECORD = "record"
    SEE_DRAFT = "see_draft"
    EDIT_DRAFT = "edit_draft"
    LOCK = "lock"
    ATTEST = "attest"
    SIGN = "sign"
    RELEASE_SEAL = "release_seal"
    SEAL = "seal"
    SEE_SEALING = "see_sealing"
    SET_SEALING = "set_sealing"
    SEE_LOG = "see_log"
    SEARCH_RECORDS = "search_records"
    OPEN_RECORD = "open_record"
    KEEP_FILES = "keep_files"
    SET_KEEPING = "set_keeping"
    DESTROY = "destroy"
    OPEN_RECORDING = "open_recording"
    MANAGE_STAFF = "manage_staff"
    MANAGE_CALENDAR = "manage_calendar"
    MANAGE_COMMITTEE = "manage_committee"


class Reach(StrEnum):
    """How far a permission reaches."""

    OWN = "own"
    ORG = "org"
    CHAIR = "chair"


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
    Act.TAKE_OVER: _DESK,
    Act.RUN_ROOM: {M: Reach.OWN, R: Reach.ORG, H: Reach.CHAIR},
    Act.ADMIT: _DESK,
    Act.TAKE_RECORDER_ALONG: {M: Reach.OWN, R: Reach.CHAIR},
    Act.RECORD: {M: Reach.OWN, H: Reach.CHAIR},
    Act.SEE_DRAFT: _DESK,
    Act.EDIT_DRAFT: {M: Reach.OWN, R: Reach.ORG},
    Act.LOCK: {M: Reach.OWN, R: Reach.ORG},
    Act.ATTEST: {M: Reach.OWN, R: Reach.ORG},
    Act.SIGN: {M: Reach.OWN, R: Reach.OWN},
    Act.RELEASE_SEAL: {M: Reach.OWN, R: Reach.ORG},
    Act.SEAL: {H: Reach.ORG},
    Act.SEE_SEALING: _ALL,
    Act.SET_SEALING: {A: Reach.ORG, H: Reach.ORG},
    Act.SEE_LOG: {M: Reach.OWN, H: Reach.ORG, O: Reach.ORG, U: Reach.ORG},
    Act.SEARCH_RECORDS: {M: Reach.OWN, R: Reach.ORG, H: Reach.ORG, O: Reach.ORG},
    Act.OPEN_RECORD: {M: Reach.OWN, R: Reach.ORG, H: Reach.ORG, O: Reach.ORG},
    Act.KEEP_FILES: {H: Reach.ORG, O: Reach.ORG},
    Act.SET_KEEPING: {H: Reach.ORG},
    Act.DESTROY: {H: Reach.ORG, O: Reach.ORG},
    Act.OPEN_RECORDING: {M: Reach.OWN, H: Reach.ORG, O: Reach.ORG},
    Act.MANAGE_STAFF: {A: Reach.ORG},
    Act.MANAGE_CALENDAR: {A: Reach.ORG, H: Reach.ORG},
    Act.MANAGE_COMMITTEE: {A: Reach.ORG},
}

FRESH_SECOND_FACTOR = frozenset(
    {Act.ATTEST, Act.SIGN, Act.RELEASE_SEAL, Act.SEAL, Act.SET_SEALING, Act.DESTROY}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What is asked about: whose committee's, and what the actor is to it."""

    committee_id: CommitteeId
    own: bool = False
    chair: bool = False


def of_case(case: Case, actor: Actor) -> Thing:
    """Return the case as a thing: own to its mediator and its recorder."""
    own = actor.staff_id in {case.mediator_id, case.recorder_id}
    return Thing(committee_id=case.committee_id, own=own)


def of_sitting(case: Case, session: Session, actor: Actor) -> Thing:
    """Return a case's sitting as a thing: as its case, and the actor in its chair or not."""
    return replace(of_case(case, actor), chair=session.chair == actor.staff_id)


def _reaches(actor: Actor, act: Act) -> frozenset[Reach]:
    if actor.membership is not Membership.ACTIVE:
        return frozenset()
    return frozenset(MATRIX[act][role] for role in actor.roles if role in MATRIX[act])


def reach(actor: Actor, act: Act) -> Reach | None:
    """Return how far the actor's roles reach for an act, or None."""
    held = _reaches(actor, act)
    return next((one for one in (Reach.ORG, Reach.OWN, Reach.CHAIR) if one in held), None)


def _covers(far: Reach, thing: Thing | None) -> bool:
    if thing is None or far is Reach.ORG:
        return True
    return thing.own if far is Reach.OWN else thing.chair


def allow(actor: Actor, act: Act, thing: Thing | None = None) -> None:
    """Return if the actor may; raise what he is told otherwise.

    Another committee's thing does not exist for him (NotFoundError). What
    `FRESH_SECOND_FACTOR` names asks for a fresh second factor (StepUpNeededError).
    """
    if actor.must_change_password and act is not Act.OWN_ACCOUNT:
        raise MustChangePasswordError
    if thing is not None and thing.committee_id != actor.committee_id:
        raise NotFoundError
    if not any(_covers(far, thing) for far in _reaches(actor, act)):
        raise ForbiddenError(act=act)
    if act in FRESH_SECOND_FACTOR and not actor.step_up:
        raise StepUpNeededError(act=act)


def covers(actor: Actor, act: Act, thing: Thing) -> bool:
    """Return whether the actor may, where a refusal is no news to anybody."""
    try:
        allow(actor, act, thing)
    except DomainError:
        return False
    return True
