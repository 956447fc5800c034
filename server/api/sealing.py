"""Handlers of the committee's rule for sealing."""

from server.api.endpoint import Context
from server.api.schemas import sealing as wire
from server.domain.ids import StaffId
from server.usecases import set_sealing
from server.usecases.set_sealing import RuleSeen


async def rule(context: Context, _: None) -> wire.SealingRuleView:
    """Return the rule."""
    return _view(await set_sealing.see(context.world, context.staff), context.staff.staff_id)


async def change(context: Context, ask: wire.RuleStepAsk) -> wire.SealingRuleView:
    """Take one step with it."""
    seen = await set_sealing.change(context.world, context.staff, ask.step)
    return _view(seen, context.staff.staff_id)


def _view(seen: RuleSeen, reader: StaffId) -> wire.SealingRuleView:
    back = seen.rule.back
    return wire.SealingRuleView(
        two=seen.rule.two,
        back=None
        if back is None
        else wire.BackAskedView(by=seen.staff.get(back.by, ""), at=back.at, mine=back.by == reader),
        changes=[
            wire.RuleChangeView(step=one.step, by=seen.staff.get(one.by, ""), at=one.at)
            for one in seen.changes
        ],
    )
