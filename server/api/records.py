"""Handlers of sealed records: search, opening with a reason, download while it is open."""

from aiohttp import web

from server.api.binary import (
    PDF,
    PNG,
    WEBP,
    ZIP,
    film,
    page_of,
    saved,
    shown,
    width_of,
)
from server.api.endpoint import Context
from server.api.queries import day
from server.api.schemas import record as wire
from server.api.schemas.base import View
from server.api.views.record import grid_view, record_list, record_view, recording_list
from server.domain.errors import InvalidValueError
from server.domain.ids import RecordId, RecordingId
from server.domain.register import RegisterQuery
from server.domain.staff import Actor
from server.usecases import retrieve_record, search_records, show_grids, show_recordings
from server.usecases.world import World

_LONGEST = 15


def _record_id(context: Context) -> RecordId:
    return RecordId(context.path["record_id"])


def _opening(context: Context) -> str:
    return context.query.get("opening", "")


async def search(context: Context, _: None) -> View:
    """Return one page of the register."""
    query = RegisterQuery(
        committee_id=context.staff.committee_id,
        name=context.query.get("name", ""),
        number=context.query.get("number", ""),
        effective_from=day(context, "from"),
        effective_to=day(context, "to"),
        amount_min=_number(context, "amount_min"),
        amount_max=_number(context, "amount_max"),
        page=max(1, _number(context, "page") or 1),
    )
    found = await search_records.search(context.world, context.staff, query)
    return record_list(found, query.page)


def _number(context: Context, name: str) -> int | None:
    text = context.query.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > _LONGEST:
        raise InvalidValueError(field=name, reason="not_a_number")
    return int(text)


async def open_record(context: Context, ask: wire.OpenRecord) -> wire.RecordView:
    """Open a record for a reason."""
    opened = await retrieve_record.open_record(
        context.world, context.staff, _record_id(context), ask.reason
    )
    return record_view(opened)


async def pdf(context: Context, _: None) -> web.Response:
    """Return the sealed PDF."""
    taken = await retrieve_record.pdf(
        context.world, context.staff, _record_id(context), _opening(context)
    )
    return saved(taken.content, PDF, f"{taken.number}.pdf")


async def page(context: Context, _: None) -> web.Response:
    """Return one page under the viewer's name and the time."""
    content = await retrieve_record.page(
        context.world,
        context.staff,
        _record_id(context),
        _opening(context),
        (page_of(context), width_of(context)),
    )
    return shown(content, WEBP)


async def handwriting(context: Context, _: None) -> web.Response:
    """Return a signer's handwriting."""
    content = await retrieve_record.handwriting(
        context.world,
        context.staff,
        _record_id(context),
        _opening(context),
        context.path["signer"],
    )
    return shown(content, PNG)


async def package(context: Context, _: None) -> web.Response:
    """Return the whole record as a ZIP."""
    taken = await retrieve_record.package(
        context.world, context.staff, _record_id(context), _opening(context)
    )
    return saved(taken.content, ZIP, f"{taken.number}.zip")


async def recordings(context: Context, _: None) -> wire.RecordingList:
    """List what was recorded, and whether it is as it was written."""
    shown, may_watch = await show_recordings.recordings(
        context.world, context.staff, _record_id(context), _opening(context)
    )
    return recording_list(shown, may_watch=may_watch)


async def recording(context: Context, _: None) -> web.StreamResponse:
    """Send one participant's film while it is made."""
    which = (context.path["recording_id"], context.path["seat"])
    found = await show_recordings.watch(
        context.world, context.staff, _record_id(context), _opening(context), which
    )
    return await film(context.request, found)


async def ask_grid(context: Context, _: None) -> wire.GridView:
    """Have the film of all participants made."""
    return grid_view(await show_grids.ask(*_grid(context)))


async def cancel_grid(context: Context, _: None) -> wire.GridView:
    """Have it made no longer."""
    return grid_view(await show_grids.cancel(*_grid(context)))


async def grid(context: Context, _: None) -> wire.GridView:
    """Tell how far it is."""
    return grid_view(await show_grids.report(*_grid(context)))


async def grid_film(context: Context, _: None) -> web.StreamResponse:
    """Send it."""
    return await film(context.request, await show_grids.watch(*_grid(context)))


def _grid(context: Context) -> tuple[World, Actor, RecordId, str, RecordingId]:
    recording = RecordingId(context.path["recording_id"])
    return context.world, context.staff, _record_id(context), _opening(context), recording
