"""The admin's screens: staff, committee, seal image, holiday calendar."""

from server.api.endpoint import Context
from server.api.queries import year_of
from server.api.schemas import staff as wire
from server.api.uploads import read_upload
from server.api.views.staff import calendar_view, committee_view, credentials_view, staff_view
from server.domain.access import Act
from server.domain.committee import Committee
from server.domain.ids import StaffId
from server.usecases import manage_committee, manage_staff
from server.usecases.manage_staff import Newcomer
from server.usecases.read_case import calendar_of


def newcomer(ask: wire.NewStaff) -> Newcomer:
    """Return who is to be added."""
    return Newcomer(
        login=ask.login,
        name=ask.name,
        title=ask.title,
        phone=ask.phone,
        roles=frozenset(ask.roles),
    )


async def staff(context: Context, _: None) -> wire.StaffList:
    """List the staff."""
    return await _list(context, Act.MANAGE_STAFF)


async def colleagues(context: Context, _: None) -> wire.StaffList:
    """List the names for the desk's lists."""
    return await _list(context, Act.SEE_CASES)


async def _list(context: Context, act: Act) -> wire.StaffList:
    now = context.world.clock.now()
    found = await manage_staff.list_staff(context.world, context.staff, act)
    return wire.StaffList(staff=[staff_view(one, now) for one in found])


async def add_staff(context: Context, ask: wire.NewStaff) -> wire.StaffCredentials:
    """Add a colleague."""
    made = await manage_staff.add_staff(context.world, context.staff, newcomer(ask))
    return credentials_view(made, context.world.clock.now())


async def change_staff(context: Context, ask: wire.ChangeStaff) -> wire.StaffView:
    """Change roles or membership."""
    changes = ask.model_dump(exclude_none=True)
    if "roles" in changes:
        changes["roles"] = frozenset(changes["roles"])
    staff_id = StaffId(context.path["staff_id"])
    saved = await manage_staff.change_staff(context.world, context.staff, staff_id, changes)
    return staff_view(saved, context.world.clock.now())


async def reset_staff(context: Context, _: None) -> wire.StaffCredentials:
    """Give new credentials."""
    staff_id = StaffId(context.path["staff_id"])
    made = await manage_staff.reset_staff(context.world, context.staff, staff_id)
    return credentials_view(made, context.world.clock.now())


async def committee(context: Context, _: None) -> wire.CommitteeView:
    """Return the committee."""
    return committee_view(await manage_committee.committee_of(context.world, context.staff))


async def change_committee(context: Context, ask: wire.ChangeCommittee) -> wire.CommitteeView:
    """Change its particulars."""
    changed = Committee(id=context.staff.committee_id, **ask.model_dump())
    saved = await manage_committee.change_committee(context.world, context.staff, changed)
    return committee_view(saved)


async def seal_image(context: Context, _: None) -> wire.CommitteeView:
    """Replace the seal's image."""
    _name, png = await read_upload(context, manage_committee.SEAL_LIMIT + 1024)
    return committee_view(await manage_committee.put_seal_image(context.world, context.staff, png))


async def calendar(context: Context, _: None) -> wire.CalendarView:
    """Return the calendar."""
    world = context.world
    async with world.store.read() as uow:
        own = await uow.calendar.years()
        merged = await calendar_of(uow, world.pack)
    today = world.pack.local_day(world.clock.now())
    return calendar_view(merged, [one.year for one in own], today)


async def put_calendar(context: Context, ask: wire.PutCalendarYear) -> wire.CalendarView:
    """Enter one year."""
    year = year_of(context)
    await manage_committee.put_year(
        context.world, context.staff, year, ask.holidays, ask.working_days
    )
    return await calendar(context, None)
