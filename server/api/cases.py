"""Handlers of cases, their files, log and sittings."""

from functools import partial

from aiohttp import web

from server.api.binary import saved, written
from server.api.endpoint import Context
from server.api.forms import case_form
from server.api.queries import page_number
from server.api.schemas import case as wire, desk, pack as pack_wire
from server.api.schemas.minutes import CaseMinutes
from server.api.uploads import read_upload
from server.api.views.case import case_view, file_view
from server.api.views.desk import case_list, today_view
from server.api.views.log import log_json
from server.api.views.minutes import case_minutes
from server.api.views.pack import pack_view
from server.domain.case import CaseState
from server.domain.errors import InvalidValueError
from server.domain.ids import CaseId, FileId, PersonId, SessionId
from server.usecases import (
    change_case,
    end_case,
    find_cases,
    open_case,
    plan_session,
    read_case,
    reveal_field,
    see_logs,
    see_minutes,
    see_today,
    share_files,
)
from server.usecases.share_files import Upload


def case_id(context: Context) -> CaseId:
    """Return the case that the path names."""
    return CaseId(context.path["case_id"])


async def pack(context: Context, _: None) -> pack_wire.PackView:
    """Return the lists of the jurisdiction."""
    return pack_view(context.world.pack)


async def today(context: Context, _: None) -> desk.TodayView:
    """Return the day."""
    return today_view(await see_today.see_today(context.world, context.staff))


async def search(context: Context, _: None) -> desk.CaseList:
    """Return one page of cases."""
    found = await find_cases.search(
        context.world,
        context.staff,
        context.query.get("q", ""),
        _state(context),
        page_number(context),
    )
    return case_list(found)


def _state(context: Context) -> CaseState | None:
    wanted = context.query.get("state", "")
    if not wanted:
        return None
    if wanted not in set(CaseState):
        raise InvalidValueError(field="state", reason="unknown_code")
    return CaseState(wanted)


async def register(context: Context, ask: wire.RegisterCase) -> wire.Registered:
    """Register a case."""
    done = await open_case.register(context.world, context.staff, case_form(ask), ask.key)
    return wire.Registered(id=done.case.id, case_no=done.case.case_no, warnings=list(done.warnings))


async def case(context: Context, _: None) -> wire.CaseView:
    """Return a case."""
    facts = await read_case.see_case(context.world, context.staff, case_id(context))
    return case_view(context.world, facts)


async def change(context: Context, ask: wire.ChangeCase) -> wire.CaseView:
    """Change a case."""
    facts = await change_case.change(
        context.world, context.staff, case_id(context), ask.version, case_form(ask)
    )
    return case_view(context.world, facts)


async def end(context: Context, ask: wire.EndCaseAsk) -> wire.CaseView:
    """End a case without agreement."""
    facts = await end_case.end(
        context.world, context.staff, case_id(context), ask.end_reason, ask.note
    )
    return case_view(context.world, facts)


async def log(context: Context, _: None) -> web.Response:
    """Return the session log."""
    found = await see_logs.see(context.world, context.staff, case_id(context))
    return written(await log_json(found, partial(context.world.clock.sleep, 0)))


async def minutes(context: Context, _: None) -> CaseMinutes:
    """Return the minutes of the case's sittings."""
    return case_minutes(await see_minutes.see(context.world, context.staff, case_id(context)))


async def upload(context: Context, _: None) -> wire.FileView:
    """Keep an uploaded file."""
    name, content = await read_upload(context)
    given = Upload(name=name, content=content)
    kind = context.query.get("kind", "other")
    file = await share_files.upload(context.world, context.staff, case_id(context), kind, given)
    return file_view(file)


async def file(context: Context, _: None) -> web.Response:
    """Return a file to be saved, never to be shown inside our own pages."""
    stored, content = await share_files.open_file(
        context.world, context.staff, case_id(context), FileId(context.path["file_id"])
    )
    return saved(content, stored.media_type, stored.name)


async def reveal(context: Context, ask: wire.RevealAsk) -> wire.Revealed:
    """Return one masked field in clear."""
    value = await reveal_field.reveal(
        context.world,
        context.staff,
        case_id(context),
        PersonId(context.path["person_id"]),
        ask.field,
        ask.reason,
    )
    return wire.Revealed(value=value)


async def schedule(context: Context, ask: wire.ScheduleAsk) -> wire.CaseView:
    """Plan a sitting."""
    facts = await plan_session.schedule(
        context.world, context.staff, case_id(context), ask.planned_at
    )
    return case_view(context.world, facts)


async def reschedule(context: Context, ask: wire.ScheduleAsk) -> wire.CaseView:
    """Move a sitting."""
    session_id = SessionId(context.path["session_id"])
    facts = await plan_session.reschedule(
        context.world, context.staff, case_id(context), session_id, ask.planned_at
    )
    return case_view(context.world, facts)
