"""Whether one person seals or two, and who changed that."""

from datetime import datetime

from server.api.schemas.base import Ask, View
from server.domain.sealing_rule import RuleStep


class RuleStepAsk(Ask):
    """One step with the rule: two people from now on, or the way back to one."""

    step: RuleStep


class BackAskedView(View):
    """That somebody wants one person to seal again; `mine` where the reader does."""

    by: str
    at: datetime
    mine: bool


class RuleChangeView(View):
    """One change of the rule, as logged."""

    step: RuleStep
    by: str
    at: datetime


class SealingRuleView(View):
    """The rule for texts locked from now on, and its changes, the latest first."""

    two: bool
    back: BackAskedView | None
    changes: list[RuleChangeView]
