"""The committee's rule for sealing: seen by all its staff, changed by head or admin, logged.

What happens to the rule stands in the committee's own hash chain, among those of the cases.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from server.domain.access import Act, allow
from server.domain.ids import StaffId
from server.domain.sealing_rule import STEPS, RuleStep, SealingRule
from server.domain.session_log import Entry, happened
from server.domain.staff import Actor
from server.usecases.committee_log import log_of, tell
from server.usecases.world import World

KIND = "sealing."


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """One change of the rule as it was logged."""

    step: RuleStep
    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSeen:
    """The rule, every change of it with the latest first, and the names of staff."""

    rule: SealingRule
    changes: Sequence[RuleChange]
    staff: Mapping[StaffId, str]


async def see(world: World, actor: Actor) -> RuleSeen:
    """Return the rule and who changed it when."""
    allow(actor, Act.SEE_SEALING)
    async with world.store.read() as uow:
        committee = await uow.committees.get(actor.committee_id)
        entries = await uow.log.of_case(log_of(committee.id))
        members = await uow.staff.of_committee(committee.id)
    changes = [one for entry in entries if (one := _change(entry)) is not None]
    return RuleSeen(
        rule=committee.sealing,
        changes=changes[::-1],
        staff={member.id: member.name for member in members},
    )


def _change(entry: Entry) -> RuleChange | None:
    body = json.loads(entry.body)
    if not body["kind"].startswith(KIND):
        return None
    return RuleChange(
        step=RuleStep(body["kind"].removeprefix(KIND)),
        by=StaffId(body["actor"]),
        at=datetime.fromisoformat(body["at"]),
    )


async def change(world: World, actor: Actor, step: RuleStep) -> RuleSeen:
    """Take one step with the rule; it reaches texts that are locked from then on.

    Raises StepUpNeededError, WrongStateError out of order, and SamePersonError for who asked
    to go back to one person and now wants to confirm it.
    """
    allow(actor, Act.SET_SEALING)
    async with world.store.write() as uow:
        committee = await uow.committees.get(actor.committee_id)
        now = world.clock.now()
        rule = STEPS[step](committee.sealing, actor.staff_id, now)
        await uow.committees.save(replace(committee, sealing=rule))
        await tell(world, uow, actor, (happened(KIND + step, actor.staff_id),))
    return await see(world, actor)
