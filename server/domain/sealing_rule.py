"""Whether one person seals or two, and who may change that.

Asking for two binds at once, whoever asks. Going back to one takes two people, as sealing
itself does, and reaches no text that was locked before: the lock keeps the rule it found.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from server.domain.errors import DomainError, WrongStateError
from server.domain.ids import StaffId


class SamePersonError(DomainError):
    """Two people are needed, and this one was the first of them already."""

    code = "same_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackAsked:
    """That somebody wants one person to seal again."""

    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingRule:
    """The rule; `by` is who changed it last: one who asked for two, or both who went back."""

    two: bool = False
    by: tuple[StaffId, ...] = ()
    at: datetime | None = None
    back: BackAsked | None = None


def to_two(rule: SealingRule, by: StaffId, at: datetime) -> SealingRule:
    """Return it asking for two; raises WrongStateError where it does."""
    if rule.two:
        raise WrongStateError(state="two_already")
    return SealingRule(two=True, by=(by,), at=at)


def back_asked(rule: SealingRule, by: StaffId, at: datetime) -> SealingRule:
    """Return it with one's wish to go back to one person."""
    if not rule.two:
        raise WrongStateError(state="one_already")
    if rule.back is not None:
        raise WrongStateError(state="back_asked")
    return replace(rule, back=BackAsked(by=by, at=at))


def back_dropped(rule: SealingRule, _: StaffId, __: datetime) -> SealingRule:
    """Return it without that wish: taken back, or turned down."""
    if rule.back is None:
        raise WrongStateError(state="back_not_asked")
    return replace(rule, back=None)


def to_one(rule: SealingRule, by: StaffId, at: datetime) -> SealingRule:
    """Return it back at one person, confirmed by another than who asked."""
    if rule.back is None:
        raise WrongStateError(state="back_not_asked")
    if rule.back.by == by:
        raise SamePersonError
    return SealingRule(two=False, by=(rule.back.by, by), at=at)


class RuleStep(StrEnum):
    """What can be done to the rule."""

    TO_TWO = "to_two"
    BACK_ASKED = "back_asked"
    BACK_DROPPED = "back_dropped"
    TO_ONE = "to_one"


STEPS: dict[RuleStep, Callable[[SealingRule, StaffId, datetime], SealingRule]] = {
    RuleStep.TO_TWO: to_two,
    RuleStep.BACK_ASKED: back_asked,
    RuleStep.BACK_DROPPED: back_dropped,
    RuleStep.TO_ONE: to_one,
}
