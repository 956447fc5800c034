"""A closed case's file in keeping: who holds it back, who proposed to destroy, who confirmed.

Two people destroy, neither alone, and only when the period is over and nobody holds the
file back. What is destroyed are the keys of every file of the case: what was collected to reach
the agreement, and what was drawn and signed of it. What binds of that lies in the sealed record,
which nobody touches; the agreement's own words, its signatures and the log stay as well.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from server.domain.errors import DomainError, InvalidValueError, WrongStateError
from server.domain.ids import StaffId

PROPOSED_FOR = timedelta(days=30)
"""A leave and the committee's next meeting pass; what was forgotten does not lie open for ever."""


class CustodyState(StrEnum):
    """What may happen with a file."""

    KEPT = "kept"
    HELD = "held"
    DESTROYED = "destroyed"


class HeldError(DomainError):
    """Somebody holds the file back; `facts["holds"]` says how many do."""

    code = "held"


class NotDueError(DomainError):
    """The period is not over; `facts["due_on"]` is the day, None for good."""

    code = "not_due"


class SecondPersonError(DomainError):
    """Whoever proposed cannot confirm."""

    code = "second_person_needed"


class ProposalLapsedError(DomainError):
    """It was proposed too long ago, or whoever did may not propose any more."""

    code = "proposal_lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """An order that nothing be destroyed: whose document, why; lifted by whom and when."""

    id: str
    by: StaffId
    at: datetime
    document: str
    reason: str
    lifted_by: StaffId | None = None
    lifted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """That somebody wants the file's contents destroyed."""

    by: StaffId
    at: datetime
    reason: str

    @property
    def until(self) -> datetime:
        """The moment from which it cannot be confirmed any more."""
        return self.at + PROPOSED_FOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """Everything about keeping one file.

    `stored` says that the storage of its record has confirmed a hold as well, `placed` that
    this server put it there: a storage has one for everybody, and what others put on stays.
    """

    holds: tuple[Hold, ...] = ()
    proposal: Proposal | None = None
    destroyed_by: tuple[StaffId, ...] = ()
    destroyed_at: datetime | None = None
    stored: bool = False
    placed: bool = False

    @property
    def held(self) -> tuple[Hold, ...]:
        """Return the holds in force."""
        return tuple(hold for hold in self.holds if hold.lifted_at is None)

    @property
    def state(self) -> CustodyState:
        """Return what follows from all of it."""
        if self.destroyed_at is not None:
            return CustodyState.DESTROYED
        return CustodyState.HELD if self.held else CustodyState.KEPT


def is_due(due_on: date | None, today: date) -> bool:
    """Return whether the period is over."""
    return due_on is not None and due_on <= today


def held_back(custody: Custody, hold: Hold) -> Custody:
    """Return the file held back. An open proposal falls: it has to be thought over again."""
    if not hold.document.strip():
        raise InvalidValueError(field="document", reason="missing")
    if not hold.reason.strip():
        raise InvalidValueError(field="reason", reason="missing")
    return replace(custody, holds=(*custody.holds, hold), proposal=None)


def lifted(custody: Custody, hold_id: str, by: StaffId, at: datetime) -> Custody:
    """Return it with one hold lifted."""
    others = {hold.id for hold in custody.held} - {hold_id}
    if len(others) == len(custody.held):
        raise WrongStateError(state="not_held")
    return replace(
        custody,
        stored=custody.stored and bool(others),
        placed=custody.placed and bool(others),
        holds=tuple(
            replace(hold, lifted_by=by, lifted_at=at) if hold.id == hold_id else hold
            for hold in custody.holds
        ),
    )


def lapsed(custody: Custody, able: Collection[StaffId], at: datetime) -> bool:
    """Return whether it was proposed and that counts no more; `able` are who may propose now."""
    made = custody.proposal
    return made is not None and (made.by not in able or at >= made.until)


def proposed(
    custody: Custody,
    proposal: Proposal,
    due_on: date | None,
    today: date,
    able: Collection[StaffId],
) -> Custody:
    """Return it proposed for destruction; a proposal that has lapsed gives way to the new one."""
    _expect_destructible(custody, due_on, today)
    if custody.proposal is not None and not lapsed(custody, able, proposal.at):
        raise WrongStateError(state="proposed")
    if not proposal.reason.strip():
        raise InvalidValueError(field="reason", reason="missing")
    return replace(custody, proposal=proposal)


def declined(custody: Custody) -> Custody:
    """Return it with the proposal taken back or turned down."""
    if custody.proposal is None:
        raise WrongStateError(state="not_proposed")
    return replace(custody, proposal=None)


def destroyed(
    custody: Custody,
    by: StaffId,
    at: datetime,
    due_on: date | None,
    today: date,
    able: Collection[StaffId],
) -> Custody:
    """Return it destroyed: by whoever proposed it and still might, and by another who confirms."""
    _expect_destructible(custody, due_on, today)
    if custody.proposal is None:
        raise WrongStateError(state="not_proposed")
    if lapsed(custody, able, at):
        raise ProposalLapsedError
    if custody.proposal.by == by:
        raise SecondPersonError
    both = (custody.proposal.by, by)
    return replace(custody, destroyed_by=both, destroyed_at=at, proposal=None)


def _expect_destructible(custody: Custody, due_on: date | None, today: date) -> None:
    if custody.state is CustodyState.DESTROYED:
        raise WrongStateError(state=CustodyState.DESTROYED)
    if custody.held:
        raise HeldError(holds=len(custody.held))
    if not is_due(due_on, today):
        raise NotDueError(due_on=due_on.isoformat() if due_on else None)
