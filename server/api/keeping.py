"""Handlers of files in keeping: the list, holds, and destruction by two people."""

from server.api.cases import case_id
from server.api.endpoint import Context
from server.api.queries import page_number
from server.api.schemas import keeping as wire
from server.api.schemas.base import Nothing
from server.api.views.keeping import keeping_list
from server.domain.retention import Keeping
from server.usecases import keep_files


async def review(context: Context, _: None) -> wire.KeepingList:
    """Return one page of files that are due or held back."""
    found = await keep_files.review(context.world, context.staff, page_number(context))
    return keeping_list(found, context.world.pack, context.staff.staff_id)


async def set_rules(context: Context, ask: wire.SetKeeping) -> wire.KeepingList:
    """Replace the committee's own rules."""
    rules = [
        Keeping(dispute_type=rule.dispute_type, years=rule.years, basis=rule.basis)
        for rule in ask.rules
    ]
    await keep_files.set_rules(context.world, context.staff, rules)
    return await review(context, None)


async def hold(context: Context, ask: wire.HoldFile) -> Nothing:
    """Hold a file back."""
    await keep_files.hold(context.world, context.staff, case_id(context), ask.document, ask.reason)
    return Nothing()


async def lift(context: Context, ask: wire.LiftHold) -> Nothing:
    """Lift a hold."""
    await keep_files.lift(context.world, context.staff, case_id(context), ask.hold)
    return Nothing()


async def propose(context: Context, ask: wire.ProposeDestruction) -> Nothing:
    """Propose to destroy."""
    await keep_files.propose(context.world, context.staff, case_id(context), ask.reason)
    return Nothing()


async def decline(context: Context, _: None) -> Nothing:
    """Take a proposal back, or turn it down."""
    await keep_files.decline(context.world, context.staff, case_id(context))
    return Nothing()


async def confirm(context: Context, _: None) -> wire.Destroyed:
    """Destroy, as the second of two."""
    done = await keep_files.confirm(context.world, context.staff, case_id(context))
    return wire.Destroyed(files=done)
