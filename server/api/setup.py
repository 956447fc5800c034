"""The one-time set-up link."""

from server.api.admin import newcomer
from server.api.endpoint import Context
from server.api.schemas import staff as wire
from server.api.views.staff import credentials_view
from server.domain.committee import Committee
from server.domain.ids import CommitteeId
from server.usecases import set_up as steps


async def status(context: Context, _: None) -> wire.SetupStatus:
    """Say whether the link is good."""
    return wire.SetupStatus(open=await steps.is_open(context.world, context.path["token"]))


async def set_up(context: Context, ask: wire.Setup) -> wire.SetupDone:
    """Found the committee with its first staff."""
    told = ask.model_dump(exclude={"token", "seal_png", "staff"})
    committee = Committee(id=CommitteeId(""), **told)
    staff = [newcomer(one) for one in ask.staff]
    made = await steps.set_up(context.world, ask.token, committee, staff, ask.seal_png)
    now = context.world.clock.now()
    return wire.SetupDone(staff=[credentials_view(one, now) for one in made])
